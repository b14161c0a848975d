"""Runs both peers and our own command on the same invoices, checks what they made, prints the table. Called by run.sh."""

import argparse
import base64
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import zxingcpp
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from PIL import Image

HERE = Path(__file__).parent
ROUNDS = 3
# Asked for every format, ZXing sees a linear code of four characters among the modules of one picture in 600 or so.
QR_CODE = zxingcpp.BarcodeFormat.QRCode
NUMBER = b"FV/2026/06/001"
FACTS = {"nip": "5265877635", "date": "2026-06-15"}
NOW = "2026-06-30T12:00:00Z"


def main() -> None:
    arguments = parse_arguments()
    # One processor for all: `--jobs 1` is one worker among our threads, and Node has helpers of its own.
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    run = Run(arguments)
    run.make_invoices()
    reference = run.reference()
    rows = [measure(run, reference, *row) for row in ROWS]
    rows.append(measure_start(run))
    print_table(run, rows)


# (name of the row, key, and for each implementation its work or None). An encrypted key costs the peers so much that a
# tenth of the invoices says enough.
ROWS = [
    ("links", "offline-ec.pkcs8.pem", {"ours": "none", "py": "links", "ts": "links"}),
    ("links, invoice read", "offline-ec.pkcs8.pem", {"ours": "none", "py": "links-xml", "ts": "links-xml"}),
    ("links, portal's encrypted key", "offline-ec.key", {"ours": "none", "py": "links", "ts": "links"}),
    ("links + 2 PNG", "offline-ec.pkcs8.pem", {"ours": "png", "py": "png", "ts": "png"}),
    ("links + 2 PNG, 6 px a module", "offline-ec.pkcs8.pem", {"ours": "png", "py": "png6", "ts": None}),
    ("links + 2 SVG", "offline-ec.pkcs8.pem", {"ours": "svg", "py": None, "ts": "svg"}),
]


class Run:
    """The places and commands of one comparison."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self.ours = arguments.ours
        # Ours always reads the invoice, so two rows share one figure: (format, key) -> times.
        self.measured: dict[tuple[str, str], dict[str, float]] = {}
        self.work = arguments.work
        self.keys = arguments.fixtures / "keys"
        self.template = arguments.fixtures / "invoices/good/fa3-basic.xml"
        self.invoices = self.work / "invoices"
        # Pictures go to memory where there is such a folder: on a disk it is the disk that is measured, ours above all.
        self.scratch = Path("/dev/shm") if os.access("/dev/shm", os.W_OK) else self.work
        self.one_invoice = self.work / "one"
        self.count = {"ours": arguments.our_count, "py": arguments.peer_count, "ts": arguments.peer_count}
        self.certificate = self.keys / "offline-ec.crt"
        # As KSeF writes it; neither peer derives it from a certificate.
        self.serial = f"{x509.load_pem_x509_certificate(self.certificate.read_bytes()).serial_number:016X}"

    def make_invoices(self) -> None:
        xml = self.template.read_bytes()
        assert xml.count(NUMBER) == 1
        for folder, count in ((self.invoices, max(self.count.values())), (self.one_invoice, 1)):
            folder.mkdir(parents=True, exist_ok=True)
            for old in folder.glob("*.xml"):
                old.unlink()
            for number in range(count):
                (folder / f"{number:06}.xml").write_bytes(xml.replace(NUMBER, b"FV/2026/06/%06d" % number))

    def command(self, who: str, work: str, key: str, invoices: Path, out: Path, rounds: int, count: int) -> list[str]:
        password = self.keys / "password.txt" if key == "offline-ec.key" else None
        if who == "ours":
            command = [self.ours, "sign", invoices, "--env", "test", "--cert", self.certificate, "--key", self.keys / key]
            command += ["--now", NOW, "--jobs", 1, "--format", work, "--out", out, "--quiet", "--overwrite"]
            return [str(part) for part in command + (["--password-file", password] if password else [])]
        if who == "py":
            command = [sys.executable, HERE / "peer.py"]
            if work == "png6":
                work, command = "png", [*command, "--module-px", 6]
        else:
            command = ["node", self.work / "peer.mjs"]
        command += [invoices, "--work", work, "--out", out, "--key", self.keys / key, "--serial", self.serial]
        command += ["--nip", FACTS["nip"], "--date", FACTS["date"], "--rounds", rounds, "--count", count]
        if password:
            command += ["--password", password.read_text().strip()]
        return [str(part) for part in command]

    def reference(self) -> dict[str, dict]:
        """What our own command makes of each invoice: KOD I, and KOD II without its signature."""
        with tempfile.TemporaryDirectory(dir=self.scratch) as out:
            execute(self.command("ours", "none", "offline-ec.pkcs8.pem", self.invoices, Path(out), 1, 0))
            return {line["input"]: line for line in read_links(Path(out))}


def measure(run: Run, reference: dict, name: str, key: str, works: dict) -> dict:
    row = {"name": name}
    for who, work in works.items():
        if work is None:
            continue
        with tempfile.TemporaryDirectory(dir=run.scratch) as folder:
            out = Path(folder)
            if who == "ours":
                # The whole process: start, key, reading and checking each invoice, manifest.
                if (work, key) in run.measured:
                    row[who] = run.measured[work, key]
                    continue
                command = run.command(who, work, key, run.invoices, out, 1, 0)
                row[who] = run.measured[work, key] = best(command, run.count[who])
            else:
                # The loop alone: interpreter start and imports are left out, in the peer's favour.
                count = max(1, run.count[who] // 10) if key == "offline-ec.key" else run.count[who]
                command = run.command(who, work, key, run.invoices, out, ROUNDS, count)
                row[who] = json.loads(execute(command))
            row[f"{who} checked"] = check(run, reference, out)
    return row


def measure_start(run: Run) -> dict:
    row = {"name": "one invoice, whole process, 2 PNG"}
    for who in ("ours", "py", "ts"):
        with tempfile.TemporaryDirectory(dir=run.scratch) as out:
            row[who] = best(run.command(who, "png", "offline-ec.pkcs8.pem", run.one_invoice, Path(out), 1, 1), 1)
    return row


def best(command: list[str], invoices: int) -> dict[str, float]:
    """The best of the whole process's times, in ms an invoice: by the clock, and of the processor (user and system)."""
    wall, processor = [], []
    for _ in range(ROUNDS):
        begin = time.perf_counter(), processor_of_children()
        execute(command)
        wall.append((time.perf_counter() - begin[0]) * 1000 / invoices)
        processor.append((processor_of_children() - begin[1]) * 1000 / invoices)
    return {"wall": min(wall), "processor": min(processor)}


def processor_of_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def execute(command: list[str]) -> str:
    environment = {**os.environ, "UV_THREADPOOL_SIZE": "1"}
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment).stdout


def read_links(out: Path) -> list[dict]:
    """The links of a peer, or those of our manifest, in one shape."""
    peer = out / "links.ndjson"
    if peer.exists():
        return [json.loads(line) for line in peer.read_text().splitlines()]
    lines = [json.loads(line) for line in (out / "manifest.ndjson").read_text().splitlines()]
    return [
        {"input": Path(line["input"]).name}
        | {name: line[name]["url"] for name in ("kod1", "kod2")}
        | {f"{name}_png": line[name]["png"] for name in ("kod1", "kod2") if "png" in line[name]}
        for line in lines
        if line["type"] == "invoice"
    ]


def check(run: Run, reference: dict, out: Path) -> str:
    """Same KOD I to the character, same signed text, a signature that OpenSSL accepts, pictures that ZXing reads back."""
    faults, wrong, sizes = [], 0, []
    lines = read_links(out)[: run.count["py"]]
    for line in lines:
        expected = reference[line["input"]]
        text, signature = line["kod2"].rsplit("/", 1)
        found = []
        if line["kod1"] != expected["kod1"]:
            found.append(f"KOD I is {line['kod1']}, not {expected['kod1']}")
        if text != expected["kod2"].rsplit("/", 1)[0]:
            found.append(f"KOD II signs {text}, not {expected['kod2'].rsplit('/', 1)[0]}")
        if not verifies(run, text.removeprefix("https://"), signature, out):
            found.append(f"OpenSSL refuses the signature of {line['kod2']}")
        for name in ("kod1", "kod2"):
            if f"{name}_png" in line:
                picture = out / line[f"{name}_png"]
                sizes.append(picture.stat().st_size)
                read = [code.text for code in zxingcpp.read_barcodes(Image.open(picture), formats=QR_CODE)]
                if read != [line[name]]:
                    kept = run.work / f"unread-{len(list(run.work.glob('unread-*')))}-{picture.name}"
                    kept.write_bytes(picture.read_bytes())
                    found.append(f"ZXing reads {read} from {kept}, not {line[name]}")
        wrong += bool(found)
        faults += [f"\n    {line['input']}: {fault}" for fault in found]
    drawn = f", {len(sizes)} PNG read, {sum(sizes) / len(sizes) / 1000:.1f} kB each" if sizes else ""
    return f"{len(lines) - wrong} of {len(lines)} right{drawn}{''.join(faults)}"


def verifies(run: Run, text: str, signature: str, folder: Path) -> bool:
    raw = base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
    if len(raw) != 64:
        return False
    public, der = folder / "public.pem", folder / "signature.der"
    if not public.exists():
        key = x509.load_pem_x509_certificate(run.certificate.read_bytes()).public_key()
        public.write_bytes(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    der.write_bytes(encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:])))
    command = ["openssl", "dgst", "-sha256", "-verify", public, "-signature", der]
    return subprocess.run(command, input=text.encode(), capture_output=True).returncode == 0


def print_table(run: Run, rows: list[dict]) -> None:
    versions = f"Python {platform.python_version()}, Node {execute(['node', '--version']).strip()}"
    load = "/".join(f"{load:.1f}" for load in os.getloadavg())
    print(f"best of {ROUNDS}; {versions}, {platform.machine()}, {os.cpu_count()} processors, load {load}")
    print(f"invoices: ours {run.count['ours']}, peers {run.count['py']}")
    print("On a machine that others use, only processor time means anything; the clock needs a load below 1.2 or so.")
    for kind, heading in (("processor", "processor time"), ("wall", "by the clock")):
        print(f"\n| ms an invoice, {heading} | ksef-qr | ksef-client (PyPI) | ksef-client-ts (npm) | PyPI : ours | npm : ours |")
        print("|---|---:|---:|---:|---:|---:|")
        for row in rows:
            ours = row["ours"][kind]
            peers = [f"{row[who][kind]:.3f}" if who in row else "–" for who in ("py", "ts")]
            ratios = [f"{row[who][kind] / ours:.{0 if row[who][kind] > 10 * ours else 1}f}" if who in row else "–" for who in ("py", "ts")]
            print(f"| {row['name']} | {ours:.3f} | {' | '.join(peers + ratios)} |")
    print("\nChecked: KOD I and the signed text equal to ours, signature by OpenSSL, pictures by ZXing")
    for row in rows:
        for who in ("ours", "py", "ts"):
            if f"{who} checked" in row:
                print(f"  {row['name']}, {who}: {row[f'{who} checked']}")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    for name in ("--ours", "--work", "--fixtures"):
        parser.add_argument(name, type=Path, required=True)
    for name in ("--peer-count", "--our-count"):
        parser.add_argument(name, type=int, required=True)
    return parser.parse_args()


if __name__ == "__main__":
    main()

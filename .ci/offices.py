"""An accounting office: 200 companies, 2 000 mixed invoices, one run; each signed by its own issuer's certificate.

    offices.py KSEF_QR FIXTURES

OpenSSL makes the keys and certificates, each company's own, and verifies every signature. Some of the keys are locked, and
one company has no certificate: its invoices are refused, and no other's are."""

import base64
import collections
import json
import pathlib
import subprocess
import sys
import tempfile

COMPANIES = 200
INVOICES = 2000
CONFIGURATION = """[ca]
default_ca = throwaway
[throwaway]
database = index.txt
serial = serial
new_certs_dir = .
default_md = sha256
policy = any
unique_subject = no
[any]
countryName = optional
"""
LOCKED = 10  # every so many companies
NOW = "2026-06-30T12:00:00Z"
KINDS = [
    ("fa3-basic.xml", "5265877635", False),
    ("fa3-correction.xml", "5265877635", False),
    ("fa3-self-billed.xml", "5265877635", True),
    ("rr-basic.xml", "6511153251", True),
    ("pef-basic.xml", "5265877635", False),
    ("pef-self-billed.xml", "5265877635", True),
    ("fa3-consumer.xml", "5265877635", False),
]


def main() -> None:
    program, fixtures = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
    with tempfile.TemporaryDirectory() as scratch:
        work = pathlib.Path(scratch)
        companies = nips(COMPANIES)
        missing = companies[-1]
        serials = make_register(work, [nip for nip in companies if nip != missing])
        expected = make_invoices(work, fixtures, companies)
        command = [program, "sign", "in", "--credentials", "clients.toml", "--env", "test", "--now", NOW]
        ended = subprocess.run(
            [str(part) for part in command + ["--format", "none", "--json", "--quiet"]], cwd=work, capture_output=True, text=True
        )
        refused = sum(issuer == missing for issuer, _ in expected.values())
        assert ended.returncode == 1 and refused > 0, (ended.returncode, refused, ended.stderr[-2000:])
        lines = [json.loads(line) for line in ended.stdout.splitlines()]
        summary = lines.pop()
        assert len(lines) == INVOICES == len(expected), len(lines)
        counts = collections.Counter()
        for line in lines:
            issuer, source = expected[line["input"]]
            if issuer == missing:
                assert line["error"]["code"] == "register_nothing_fits", line
                continue
            assert line["status"] == "signed" and not line["warnings"], line
            assert line["context"] == f"Nip:{issuer}" and line["context_source"] == source, line
            assert line["kod2"]["certificate_serial"] == serials[issuer], line
            verify(work, issuer, line["kod2"]["url"])
            counts[issuer] += 1
        found = {one["owner"].removeprefix("Nip:"): one["signed"] for one in summary["certificates"]}
        assert found == dict(counts) and len(found) == COMPANIES - 1, found
        print(
            f"{summary['signed']} invoices signed by {len(found)} certificates in {summary['elapsed_ms']} ms, "
            f"{refused} of a company without one refused; OpenSSL verified every signature"
        )


def nips(count: int) -> list[str]:
    """Made up; their check digits fit."""
    found = []
    for number in range(610_000_101, 700_000_000, 1009):
        digits = str(number)
        check = sum(int(digit) * weight for digit, weight in zip(digits, (6, 5, 7, 2, 3, 4, 5, 6, 7))) % 11
        if check < 10 and digits[1:3] != "00":
            found.append(f"{digits}{check}")
        if len(found) == count:
            return found
    raise AssertionError("too few")


def make_register(work: pathlib.Path, companies: list[str]) -> dict[str, str]:
    """The serial numbers of the companies' certificates."""
    (work / "password.txt").write_text("Throwaway-Key_2026\n")
    openssl(work, "genpkey", "-quiet", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384", "-out", "ca.key")
    openssl(work, "req", "-x509", "-key", "ca.key", "-days", "3650", "-subj", "/C=PL/CN=TEST CCK KSeF", "-out", "ca.crt")
    (work / "ext").write_text("basicConstraints = critical,CA:FALSE\nkeyUsage = critical,nonRepudiation\n")
    # `openssl ca` rather than `openssl x509 -req`, because in 3.0 only the former can set both dates.
    (work / "ca.cnf").write_text(CONFIGURATION)
    (work / "index.txt").write_text("")
    entries, serials = [], {}
    for index, nip in enumerate(companies):
        serial = f"{0x0200_0000_0000_0000 + index:016X}"
        subject = f"/C=PL/organizationIdentifier=VATPL-{nip}/CN=Firm {index} (offline)"
        openssl(
            work, "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{nip}.key", "-utf8",
            "-subj", subject, "-out", f"{nip}.csr",
        )  # fmt: skip
        (work / "serial").write_text(serial + "\n")
        openssl(
            work, "ca", "-config", "ca.cnf", "-batch", "-notext", "-utf8", "-preserveDN", "-in", f"{nip}.csr", "-out", f"{nip}.crt",
            "-extfile", "ext", "-startdate", "20260101000000Z", "-enddate", "20271231000000Z", "-keyfile", "ca.key",
            "-cert", "ca.crt",
        )  # fmt: skip
        openssl(work, "x509", "-in", f"{nip}.crt", "-pubkey", "-noout", "-out", f"{nip}.pub")
        password = ""
        if index % LOCKED == 0:
            openssl(
                work, "pkcs8", "-topk8", "-in", f"{nip}.key", "-out", f"{nip}.locked", "-v2", "aes-256-cbc", "-iter", "100000",
                "-passout", "file:password.txt",
            )  # fmt: skip
            (work / f"{nip}.locked").replace(work / f"{nip}.key")
            password = 'password = { file = "password.txt" }\n'
        entries.append(
            f'[[certificate]]\nname = "firm-{index}"\nowner = "Nip:{nip}"\nowner_name = "Firm {index} (offline)"\n'
            f'purpose = "offline"\nserial = "{serial}"\nissuer = "TEST CCK KSeF"\nvalid_from = 2026-01-01T00:00:00Z\n'
            f'valid_to = 2027-12-31T00:00:00Z\n'
            f'cert = "{nip}.crt"\nkey = "{nip}.key"\n{password}'
        )
        serials[nip] = serial
    (work / "clients.toml").write_text("\n".join(entries))
    return serials


def make_invoices(work: pathlib.Path, fixtures: pathlib.Path, companies: list[str]) -> dict[str, tuple[str, str]]:
    """Of each file, who issues it, and why in that context."""
    (work / "in").mkdir()
    texts = {name: (fixtures / "invoices/good" / name).read_text("utf-8") for name, _, _ in KINDS}
    expected = {}
    for index in range(INVOICES):
        name, usual, by_buyer = KINDS[index % len(KINDS)]
        seller, buyer = companies[index % COMPANIES], companies[(index * 3 + 1) % COMPANIES]
        text = texts[name].replace(usual, "SELLER").replace("5251469286", buyer).replace("SELLER", seller)
        file = work / "in" / f"{index:05}-{name}"
        file.write_text(text, "utf-8")
        source = "certificate_of_buyer" if by_buyer else "certificate"
        expected[f"in/{file.name}"] = (buyer if by_buyer else seller, source)
    return expected


def verify(work: pathlib.Path, issuer: str, link: str) -> None:
    text, signature = link.removeprefix("https://").rsplit("/", 1)
    raw = base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
    assert len(raw) == 64, link
    (work / "text").write_text(text)
    (work / "signature").write_bytes(der(raw))
    openssl(work, "dgst", "-sha256", "-verify", f"{issuer}.pub", "-signature", "signature", "text")


def der(raw: bytes) -> bytes:
    """Both halves as ASN.1 integers, as OpenSSL wants them."""
    parts = b""
    for half in (raw[:32], raw[32:]):
        number = half.lstrip(b"\0") or b"\0"
        number = b"\0" + number if number[0] & 0x80 else number
        parts += bytes([2, len(number)]) + number
    return bytes([0x30, len(parts)]) + parts


def openssl(work: pathlib.Path, *arguments: str) -> bytes:
    return subprocess.run(["openssl", *arguments], cwd=work, check=True, capture_output=True).stdout


if __name__ == "__main__":
    main()

"""KOD I and KOD II with PyPI ksef-client 0.20.0: the same work as `ksef-qr sign`, on one thread.

One line of JSON on standard output: the best round's milliseconds an invoice, by the clock and of the processor. OUT/links.ndjson and the pictures are
what compare.py checks.

Works:
  links      file -> hash -> KOD I -> signed KOD II; NIP and date are handed in, the invoice is not read
  links-xml  the same, but NIP and date come from the invoice through the package's own reader
  png        links, and two labelled pictures written to OUT, with the package's own drawing at its default settings
"""

import argparse
import json
import time
from pathlib import Path

from ksef_client import KsefClientOptions, KsefEnvironment
from ksef_client.services import VerificationLinkService, add_label_to_qr, generate_qr_png, get_file_metadata

LABELS = {"kod1": "OFFLINE", "kod2": "CERTYFIKAT"}


def main() -> None:
    arguments = parse_arguments()
    service = VerificationLinkService(KsefClientOptions(base_url=KsefEnvironment.TEST.value))
    key = Path(arguments.key).read_text()
    files = sorted(Path(arguments.invoices).glob("*.xml"))[: arguments.count]
    out = Path(arguments.out)
    out.mkdir(parents=True, exist_ok=True)

    wall, processor = [], []
    for _ in range(arguments.rounds):
        begin = time.perf_counter(), time.process_time()
        made = [one(service, file, key, arguments, out) for file in files]
        wall.append((time.perf_counter() - begin[0]) * 1000 / len(files))
        processor.append((time.process_time() - begin[1]) * 1000 / len(files))
    with (out / "links.ndjson").open("w") as lines:
        lines.writelines(json.dumps(line) + "\n" for line in made)
    print(json.dumps({"wall": min(wall), "processor": min(processor), "invoices": len(files)}))


def one(service: VerificationLinkService, file: Path, key: str, arguments: argparse.Namespace, out: Path) -> dict:
    xml = file.read_bytes()
    nip, date = facts(xml) if arguments.work == "links-xml" else (arguments.nip, arguments.date)
    digest = get_file_metadata(xml).sha256_base64
    links = {
        "kod1": service.build_invoice_verification_url(nip, date, digest),
        # There is no call that takes a key already read: each invoice reads (and, if need be, decrypts) it again.
        "kod2": service.build_certificate_verification_url(
            seller_nip=nip,
            context_identifier_type="Nip",
            context_identifier_value=nip,
            certificate_serial=arguments.serial,
            invoice_hash=digest,
            private_key_pem=key,
            private_key_password=arguments.password,
        ),
    }
    made = {"input": file.name, **links}
    if arguments.work == "png":
        for name, link in links.items():
            picture = out / f"{file.stem}.{name}.png"
            picture.write_bytes(add_label_to_qr(generate_qr_png(link, box_size=arguments.module_px), LABELS[name]))
            made[f"{name}_png"] = picture.name
    return made


def facts(xml: bytes) -> tuple[str, str]:
    # Imported here: the reader takes a while to load, and nobody pays for it who hands the facts in.
    from ksef_client.documents.fa3 import parse_invoice_xml

    invoice = parse_invoice_xml(xml)
    return invoice.seller.identifier.value, invoice.issue_date.isoformat()


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("invoices")
    parser.add_argument("--work", choices=["links", "links-xml", "png"], default="links")
    parser.add_argument("--out", required=True)
    parser.add_argument("--count", type=int)
    parser.add_argument("--rounds", type=int, default=1)
    for name in ("--key", "--serial", "--nip", "--date"):
        parser.add_argument(name, required=True)
    parser.add_argument("--password")
    parser.add_argument("--module-px", type=int, default=10, help="the package's own default is 10")
    return parser.parse_args()


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Flips single bits in what PDFs draw, stamps them, and looks at the result as a reader does.

usage: flip_pdf.py KSEF_QR FIXTURES [FLIPS]

For each PDF of FIXTURES/pdf/producers and some of other shapes, FLIPS bits (60 if left out) of its content streams are
flipped, one at a time and by a fixed rule. Whatever `stamp` answers with status 0 and without the warning place_unknown
must show both codes: drawn by poppler at 150 dpi, read by ZXing. Exits with 1 and names the flips where it does not.
"""

import concurrent.futures
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

import pikepdf
import zxingcpp
from PIL import Image

OTHERS = ("contents-array", "form-xobject", "object-streams", "no-end-of-line", "pdfa-3b", "landscape", "unbalanced-q")


def main() -> None:
    ksef_qr, fixtures = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
    flips = int(sys.argv[3]) if len(sys.argv) > 3 else 60
    producers = sorted((fixtures / "pdf/producers").glob("*.pdf"))
    pdfs = [(pdf, fixtures / "invoices/good" / f"{pdf.stem}.xml") for pdf in producers]
    pdfs += [(fixtures / "pdf" / f"{name}.pdf", fixtures / "invoices/good/fa3-basic.xml") for name in OTHERS]
    jobs = []
    for pdf, invoice in pdfs:
        bytes_ = pdf.read_bytes()
        places = content_bytes(pdf, bytes_)
        chance = random.Random(pdf.name)
        jobs += [(ksef_qr, fixtures, pdf, invoice, chance.choice(places), chance.randrange(8)) for _ in range(flips)]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        answers = list(pool.map(lambda job: one(*job), jobs))
    faults = [answer for answer in answers if answer not in ("stamped", "refused", "warned")]
    counts = {word: answers.count(word) for word in ("stamped", "refused", "warned")}
    print(f"{len(jobs)} flipped bits in {len(pdfs)} PDFs: {counts}, {len(faults)} without codes")
    for fault in faults:
        print(fault, file=sys.stderr)
    sys.exit(1 if faults else 0)


def content_bytes(pdf: pathlib.Path, bytes_: bytes) -> list:
    """Where in the file the bytes of content and forms of the first page lie."""
    places = []
    with pikepdf.open(pdf) as document:
        page = document.pages[0]
        contents = page.obj.get("/Contents", [])
        streams = list(contents) if isinstance(contents, pikepdf.Array) else [contents]
        streams += [form for form in page.resources.get("/XObject", {}).values() if form.get("/Subtype") == "/Form"]
        for stream in streams:
            raw = stream.read_raw_bytes()
            start = bytes_.find(raw) if raw else -1
            places += range(start, start + len(raw)) if start >= 0 else []
    return places


def one(ksef_qr, fixtures, pdf, invoice, place, bit) -> str:
    flipped = bytearray(pdf.read_bytes())
    flipped[place] ^= 1 << bit
    with tempfile.TemporaryDirectory() as folder:
        given = pathlib.Path(folder, "given.pdf")
        given.write_bytes(flipped)
        command = [ksef_qr, "stamp", given, "--invoice", invoice, "--env", "test", "--quiet", "--out", f"{folder}/out",
                   "--cert", fixtures / "keys/offline-ec.crt", "--key", fixtures / "keys/offline-ec.pkcs8.pem"]
        done = subprocess.run(command, capture_output=True, text=True)
        name = f"{pdf.name}, byte {place}, bit {bit}"
        if done.returncode not in (0, 1, 2):
            return f"{name}: status {done.returncode}: {done.stderr}"
        if done.returncode != 0:
            return "refused"
        record = json.loads(pathlib.Path(folder, "out/manifest.ndjson").read_text("utf-8").splitlines()[0])
        links = {record[code]["url"] for code in ("kod1", "kod2")}
        read = set()
        for page in record["document"]["pages"]:
            for dpi in ("150", "220"):
                picture = pathlib.Path(folder, f"page-{dpi}")
                subprocess.run(["pdftoppm", "-r", dpi, "-png", "-singlefile", "-f", str(page), "-l", str(page),
                                f"{folder}/out/given.pdf", picture], capture_output=True, check=False)
                drawn = picture.with_suffix(".png")
                if drawn.exists():
                    read |= {code.text for code in zxingcpp.read_barcodes(Image.open(drawn))}
        if links <= read:
            return "stamped"
        if any(warning["code"] == "place_unknown" for warning in record["warnings"]):
            return "warned"
        return f"{name}: {len(links - read)} codes are not seen; warnings {record['warnings']}"


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Flips single bits in what PDFs draw, stamps them, and looks at the result as a reader does.

usage: flip_pdf.py KSEF_QR FIXTURES [FLIPS]

For each PDF of FIXTURES/pdf/producers and some of other shapes, FLIPS bits (60 if left out) of its content streams are
flipped, one at a time and by a fixed rule. Whatever `stamp` answers with status 0 must show both codes: drawn by poppler
at 150 dpi, read by ZXing. Exits with 1 and names the flips where it does not.
"""

import concurrent.futures
import csv
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
    with tempfile.TemporaryDirectory() as place:
        folder, flipped, rows = pathlib.Path(place), {}, []
        for pdf, invoice in pdfs:
            bytes_ = pdf.read_bytes()
            places = content_bytes(pdf, bytes_)
            chance = random.Random(pdf.name)
            for number in range(flips):
                at, bit = chance.choice(places), chance.randrange(8)
                given = folder / f"{pdf.stem}-{number}.pdf"
                given.write_bytes(bytes_[:at] + bytes([bytes_[at] ^ 1 << bit]) + bytes_[at + 1:])
                flipped[str(given)] = f"{pdf.name}, byte {at}, bit {bit}"
                rows.append((given, invoice))
        records = stamp(ksef_qr, fixtures, folder, rows)
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            answers = list(pool.map(lambda record: one(folder, flipped[record["input"]], record), records))
    faults = [answer for answer in answers if answer not in ("stamped", "refused")]
    counts = {word: answers.count(word) for word in ("stamped", "refused")}
    print(f"{len(rows)} flipped bits in {len(pdfs)} PDFs: {counts}, {len(faults)} without codes")
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


def stamp(ksef_qr: pathlib.Path, fixtures: pathlib.Path, folder: pathlib.Path, rows: list) -> list:
    """All of them in one run: what came of each."""
    table = folder / "pairs.csv"
    with table.open("w", newline="") as file:
        csv.writer(file).writerows([("pdf", "invoice"), *rows])
    command = [ksef_qr, "stamp", "--pairs", table, "--env", "test", "--quiet", "--out", folder / "out",
               "--cert", fixtures / "keys/offline-ec.crt", "--key", fixtures / "keys/offline-ec.pkcs8.pem"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode not in (0, 1):
        sys.exit(f"status {done.returncode}: {done.stderr[-1000:]}")
    lines = (folder / "out/manifest.ndjson").read_text("utf-8").splitlines()
    records = [record for record in map(json.loads, lines) if record["type"] == "invoice"]
    assert len(records) == len(rows), f"{len(records)} of {len(rows)}"
    return records


def one(folder: pathlib.Path, name: str, record: dict) -> str:
    if "error" in record:
        return f"{name}: {record['error']}" if record["error"]["code"] == "internal" else "refused"
    links = {record[code]["url"] for code in ("kod1", "kod2")}
    read = set()
    stamped = folder / "out" / record["document"]["file"]
    # More finely only if it must be.
    for dpi in ("150", "220"):
        for page in record["document"]["pages"]:
            picture = folder / f"{stamped.stem}-page-{dpi}"
            subprocess.run(["pdftoppm", "-r", dpi, "-gray", "-singlefile", "-f", str(page), "-l", str(page),
                            stamped, picture], capture_output=True, check=False)
            drawn = picture.with_suffix(".pgm")
            if drawn.exists():
                read |= {code.text for code in zxingcpp.read_barcodes(Image.open(drawn))}
                drawn.unlink()
        if links <= read:
            return "stamped"
    return f"{name}: {len(links - read)} codes are not seen; warnings {record['warnings']}"


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Judges invoices that `ksef-qr print` drew, with programs the project did not write.

usage: judge_print.py FOLDER

FOLDER holds manifest.ndjson and the PDFs it names; `input` names the invoices from the current folder. qpdf finds nothing to complain
about; the embedded file is the invoice, byte by byte (poppler); the file is tagged and its fonts are embedded; at 150 dpi ZXing reads
exactly the manifest's links. Exits with 1 after all differences are told.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

import zxingcpp
from PIL import Image


def run(*command):
    return subprocess.run(command, capture_output=True, text=True)


def judge(folder, line):
    pdf = folder / line["document"]["file"]
    if run("qpdf", "--check", pdf).returncode:
        yield "qpdf complains"
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        run("pdfdetach", "-save", "1", "-o", scratch / "xml", pdf)
        if (scratch / "xml").read_bytes() != pathlib.Path(line["input"]).read_bytes():
            yield "the embedded file is not the invoice"
        run("pdftoppm", "-r", "150", "-png", pdf, scratch / "page")
        found = {code.text for page in scratch.glob("*.png") for code in zxingcpp.read_barcodes(Image.open(page))}
    if found != {line[code]["url"] for code in ("kod1", "kod2") if code in line}:
        yield f"codes: {found}"
    if "Tagged:          yes" not in run("pdfinfo", pdf).stdout:
        yield "it is not tagged"
    fonts = run("pdffonts", pdf).stdout.splitlines()[2:]
    if not fonts or any(font.split()[-5:-2] != ["yes", "yes", "yes"] for font in fonts):
        yield "a font is not embedded, not cut, or has no letters"


folder = pathlib.Path(sys.argv[1])
lines = [json.loads(line) for line in (folder / "manifest.ndjson").read_text().splitlines()]
printed = [line for line in lines if line.get("document", {}).get("type") == "printed"]
faults = [f"{line['input']}: {fault}" for line in printed for fault in judge(folder, line)]
print("\n".join(faults) or f"{len(printed)} invoices drawn as they should be")
sys.exit(bool(faults) or not printed)

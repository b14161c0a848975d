#!/usr/bin/env python3
"""Judges invoices that `ksef-qr print` drew, with programs the project did not write.

usage: judge_print.py FOLDER

FOLDER holds manifest.ndjson and the PDFs it names; `input` names the invoices from the current folder. qpdf finds nothing to complain
about; the embedded file is the invoice, byte by byte (poppler); the file is tagged and its fonts are embedded; at 150 dpi ZXing reads
exactly the manifest's links; the text that poppler extracts holds every value of the invoice, as it is written on paper. Exits with 1
after all differences are told.
"""

import concurrent.futures
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

import zxingcpp
from PIL import Image


def run(*command):
    return subprocess.run(command, capture_output=True, text=True)


def squeezed(text):
    # What has no look of its own is not drawn, and may be in no text.
    return re.sub(r"[\s\u00ad\u200b-\u200f\u2060]+", "", text).lower()


def is_words(element, value):
    """Numbers and codes that are said in words: of lists, marks, kinds of tax; the bytes of files."""
    name = element.tag.rpartition("}")[2]
    return len(value) <= 3 or name.endswith(("BinaryObject", "Indicator", "Code")) or name in ("RodzajFaktury", "Kol") or name.startswith("P_12")


def not_on_the_page(root, text):
    for element in root.iter():
        name = element.tag.rpartition("}")[2]
        attributes = [value for key, value in element.items() if "schemaLocation" not in key]
        for value in [element.text or "", *attributes]:
            value = value.strip()
            if not value or is_words(element, value):
                continue
            # Figures in Polish, accounts in groups.
            shown = {squeezed(value), squeezed(value.replace(".", ","))}
            if not any(one in text for one in shown):
                yield f"{name} {value[:60]!r} is not on a page"


def judge(folder, line):
    pdf = folder / line["document"]["file"]
    if run("qpdf", "--check", pdf).returncode:
        yield "qpdf complains"
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        run("pdfdetach", "-save", "1", "-o", scratch / "xml", pdf)
        if (scratch / "xml").read_bytes() != pathlib.Path(line["input"]).read_bytes():
            yield "the embedded file is not the invoice"
        text = squeezed(run("pdftotext", "-raw", pdf, "-").stdout)
        yield from not_on_the_page(ElementTree.fromstring(pathlib.Path(line["input"]).read_bytes()), text)
        run("pdftoppm", "-r", "150", "-gray", pdf, scratch / "page")
        found = {code.text for page in scratch.glob("*.pgm") for code in zxingcpp.read_barcodes(Image.open(page))}
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
with concurrent.futures.ThreadPoolExecutor() as pool:
    judged = list(pool.map(lambda line: list(judge(folder, line)), printed))
faults = [f"{line['input']}: {fault}" for line, found in zip(printed, judged) for fault in found]
print("\n".join(faults) or f"{len(printed)} invoices drawn as they should be")
sys.exit(bool(faults) or not printed)

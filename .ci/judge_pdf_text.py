#!/usr/bin/env python3
"""Judges what ksef-qr reads on PDFs, by poppler's pdftotext; and that every PDF gets the codes of its own invoice alone.

usage: judge_pdf_text.py PDF_TEXT KSEF_QR FIXTURES

PDF_TEXT is the example of that name. Its words are those of pdftotext, whatever their order: where letters of two scripts are
drawn over each other, or words are parted otherwise, their letters and digits. Then all PDFs of six programs are stamped with
all of their invoices: 6 pairs are right, and 30 wrong. Exits with 1 after all differences are told.
"""

import collections
import csv
import json
import pathlib
import subprocess
import sys
import tempfile
import unicodedata

pdf_text, ksef_qr, fixtures = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3]).resolve()
faults = []


def letters(text: str) -> collections.Counter:
    return collections.Counter(c for c in unicodedata.normalize("NFKC", text) if c.isalnum())


def words(text: str) -> collections.Counter:
    return collections.Counter(unicodedata.normalize("NFKC", text).split())


pdfs = sorted([*fixtures.glob("pdf/*.pdf"), *fixtures.glob("pdf/producers/*.pdf")])
same = 0
for pdf in pdfs:
    if pdf.name.startswith("encrypted-user") or pdf.name.startswith("encrypted-object"):
        continue
    ours = subprocess.run([pdf_text, pdf], capture_output=True, text=True, check=False)
    theirs = subprocess.run(["pdftotext", pdf, "-"], capture_output=True, text=True, check=True).stdout
    if ours.returncode != 0:
        faults.append(f"{pdf.name}: {ours.stderr.strip()}")
    elif letters(ours.stdout) != letters(theirs):
        more, less = letters(ours.stdout) - letters(theirs), letters(theirs) - letters(ours.stdout)
        faults.append(f"{pdf.name}: more letters {dict(more)}, less {dict(less)}")
    else:
        different = (words(ours.stdout) - words(theirs)).total()
        # What is drawn as UTF-16 in a font of single bytes, as some signatures are, is parted otherwise.
        if different > 0.15 * words(theirs).total():
            faults.append(f"{pdf.name}: {different} words are others: {words(ours.stdout) - words(theirs)}")
        same += 1
print(f"{same} PDFs say what pdftotext says")

producers = sorted(fixtures.glob("pdf/producers/*.pdf"))
pairs = [(pdf, invoice) for pdf in producers for invoice in producers]
with tempfile.TemporaryDirectory() as folder:
    table = pathlib.Path(folder, "pairs.csv")
    with table.open("w", newline="") as file:
        rows = ((pdf, fixtures / "invoices/good" / f"{invoice.stem}.xml") for pdf, invoice in pairs)
        csv.writer(file).writerows([("pdf", "invoice"), *rows])
    command = [ksef_qr, "stamp", "--pairs", table, "--kod1-alone", "--env", "test", "--now", "2026-06-30T12:00:00Z"]
    subprocess.run([*command, "--quiet", "--out", f"{folder}/out"], capture_output=True, check=False)
    lines = [json.loads(line) for line in pathlib.Path(folder, "out/manifest.ndjson").read_text("utf-8").splitlines()]
    lines = [line for line in lines if line["type"] == "invoice"]
assert len(lines) == len(pairs) == 36, len(lines)
for (pdf, invoice), line in zip(pairs, lines):
    said = [line["error"]["code"]] if "error" in line else [warning["code"] for warning in line.get("warnings", [])]
    if said != ([] if pdf == invoice else ["pdf_of_another_invoice"]):
        faults.append(f"{pdf.name} with the invoice of {invoice.name}: {said}")
print(f"{len(pairs)} pairs of PDFs and invoices, {len(producers)} of them right")
sys.exit("\n".join(faults) or None)

"""Damaged PDFs that `stamp --repair` takes: whole to qpdf, their code to be read in what poppler draws, and the page
beside it as poppler draws the damaged file.

repaired_pdf.py KSEF_QR FIXTURES
"""

import json
import pathlib
import subprocess
import sys
import tempfile

import zxingcpp
from PIL import Image, ImageChops

# What cannot be as it is elsewhere, and why.
BROKEN_STREAMS = {"line-ends-changed.pdf"}  # its packed bytes were changed, and stay as they are
SHOWN_DIFFERENTLY = {"length-negative.pdf"}  # poppler shows nothing of the stream, other readers all of it

command, fixtures = sys.argv[1], pathlib.Path(sys.argv[2])
faults, taken = [], 0


def drawn(file, folder):
    """Page 1 as poppler draws it, or nothing."""
    target = pathlib.Path(folder) / "page"
    target.with_suffix(".png").unlink(missing_ok=True)
    subprocess.run(["pdftoppm", "-r", "100", "-f", "1", "-l", "1", "-png", "-singlefile", file, target], capture_output=True)
    picture = target.with_suffix(".png")
    return Image.open(picture).convert("L").copy() if picture.exists() else None


for file in sorted(fixtures.glob("pdf/hostile/*.pdf")):
    with tempfile.TemporaryDirectory() as out:
        run = subprocess.run(
            [command, "stamp", file, "--repair", "--invoice", fixtures / "invoices/good/fa3-basic.xml", "--kod1-alone"]
            + ["--env", "test", "--now", "2026-06-30T12:00:00Z", "--quiet", "--if-occupied", "ignore", "--out", out],
            capture_output=True,
        )
        line = json.loads((pathlib.Path(out) / "manifest.ndjson").read_text().splitlines()[0])
        if not any(warning["code"] == "pdf_repaired" for warning in line.get("warnings", [])):
            continue
        taken += 1
        made = pathlib.Path(out) / line["document"]["file"]
        check = subprocess.run(["qpdf", "--check", made], capture_output=True, text=True)
        if ("WARNING" in check.stderr or check.returncode) and file.name not in BROKEN_STREAMS:
            faults.append(f"{file.name}: qpdf: {check.stderr[-200:]}")
        after, before = drawn(made, out), drawn(file, out)
        texts = [code.text for code in zxingcpp.read_barcodes(after)] if after else []
        if texts != [line["kod1"]["url"]]:
            faults.append(f"{file.name}: read {texts}")
            continue
        if before and before.size == after.size and file.name not in SHOWN_DIFFERENTLY:
            # The code stands in the lower right quarter.
            half = (0, 0, after.width, after.height // 2)
            if ImageChops.difference(before.crop(half), after.crop(half)).getbbox():
                faults.append(f"{file.name}: the page differs from the damaged one's")
print(f"{taken} repaired")
assert taken > 20, taken
sys.exit("\n".join(faults) or None)

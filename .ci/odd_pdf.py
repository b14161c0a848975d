#!/usr/bin/env python3
"""Stamps PDFs that are written oddly, and has two programs draw them: both must show both codes.

usage: odd_pdf.py KSEF_QR FIXTURES

Whatever `stamp` makes of a file of FIXTURES/pdf/odd has the file as its beginning, and poppler and PDFium draw from it, at 150 dpi,
what ZXing reads as the two links. Exits with 1 and names the files where it is not so.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

from judge_pdf import Document, links_of


def main() -> None:
    ksef_qr, fixtures = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
    faults, files = [], sorted((fixtures / "pdf/odd").glob("*.pdf"))
    with tempfile.TemporaryDirectory() as folder:
        command = [ksef_qr, "stamp", *files, "--invoice", f"{folder}/xml", "--env", "test", "--quiet", "--out", f"{folder}/out",
                   "--cert", fixtures / "keys/offline-ec.crt", "--key", fixtures / "keys/offline-ec.pkcs8.pem"]
        invoice = (fixtures / "invoices/good/fa3-basic.xml").read_bytes()
        pathlib.Path(folder, "xml").mkdir()
        for number, file in enumerate(files):
            # Codes of one invoice are made once: each file has one of its own.
            own = invoice.replace(b"FV/2026/06/001", b"FV/2026/06/001" + b" " * number)
            pathlib.Path(folder, "xml", f"{file.stem}.xml").write_bytes(own)
        subprocess.run(command, check=True)
        records = [json.loads(line) for line in pathlib.Path(folder, "out/manifest.ndjson").read_text("utf-8").splitlines()]
        stamped = [record for record in records if record.get("document")]
        for record in stamped:
            made = Document(pathlib.Path(folder, "out", record["document"]["file"]), "")
            links = sorted(links_of(record))
            drawn = {"poppler": sorted(code.text for code in made.read(1, 150)), "PDFium": made.read_by_pdfium(1, 150)}
            faults += [f"{made.path.name}, {name}: {texts}" for name, texts in drawn.items() if texts != links or len(links) != 2]
            if not made.path.read_bytes().startswith(pathlib.Path(record["input"]).read_bytes()):
                faults.append(f"{made.path.name}: the original is not its beginning")
    if len(stamped) != len(files) or not files:
        faults.append(f"{len(stamped)} of {len(files)} were stamped")
    print(f"{len(files)} odd PDFs, both codes of each in two programs: {len(faults)} faults")
    for fault in faults:
        print(fault, file=sys.stderr)
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()

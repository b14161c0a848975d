#!/usr/bin/env python3
"""The work of every reader grows with its input and no faster: each is given n, 2n and 4n of what it reads.

    growth.py KSEF_QR FIXTURES [--markdown]

Work is counted in instructions, by valgrind, without what the command takes for one. Shows thousands of them. What is named `scan` is read
by the helper, which is asked for it directly: it lies beside the command.
Exits with 1 and names the readers whose work grows by more than six from n to 4n: linear is four, the square is sixteen.
"""

import argparse
import concurrent.futures
import datetime
import json
import os
import pathlib
import random
import re
import struct
import subprocess
import sys
import tarfile
import tempfile
import zipfile
import zlib

MOST = 6.0
# In instructions: less says nothing.
FLOOR = 10_000_000

arguments = argparse.ArgumentParser()
arguments.add_argument("command", type=pathlib.Path)
arguments.add_argument("fixtures", type=pathlib.Path)
arguments.add_argument("--markdown", action="store_true")
options = arguments.parse_args()
command, fixtures = options.command.resolve(), options.fixtures.resolve()
invoice = (fixtures / "invoices/good/fa3-basic.xml").read_text("utf-8")
root_ends = invoice.index(">", invoice.index("<Faktura"))
row = re.search(r"\s*<FaWiersz>.*?</FaWiersz>", invoice, re.S).group()
environment = {**os.environ, "KSEF_QR_CONFIG": "", "KSEF_QR_LANG": "en"}
readers = []


def reader(count):
    """Of what n is; the function prepares a folder for n, and says how the command is called there, and what it is given to read."""

    def register(make):
        readers.append((make.__name__.replace("_", " "), make.__doc__, count, make))
        return make

    return register


def run(arguments, folder, given=None):
    """Its exit status, and the instructions that it took. Without arguments it is the helper, whose answer is what counts."""
    program = command if arguments else command.with_name("ksef-qr-scan")
    counter = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null", program]
    with open(given or os.devnull) as stdin:
        done = subprocess.run([*counter, *arguments], cwd=folder, stdin=stdin, capture_output=True, env=environment)
    said = (done.stdout + done.stderr).decode()
    instructions = re.search(r"I +refs: +([0-9,]+)", said)
    answers = [json.loads(line) for line in done.stdout.splitlines()] if not arguments else []
    unasked = [answer for answer in answers if answer.get("code", "no_code_found") != "no_code_found"]
    if done.returncode not in (0, 1) or "[internal]" in said or "panicked" in said or unasked:
        sys.exit(f"{program.name} {arguments[:3]}: {done.returncode}: {said[-500:]}")
    return done.returncode, int(instructions[1].replace(",", ""))


def numbered(number):
    return invoice.replace("FV/2026/06/001", f"FV/2026/06/001-{number}")


def many(folder, count):
    (folder / "in").mkdir()
    for number in range(count):
        (folder / f"in/{number:06}.xml").write_text(numbered(number), "utf-8")


def manifest(folder, count):
    many(folder, count)
    run(["link", "in", "--env", "test", "--format", "none", "--quiet", "--out", "links"], folder)


@reader(500)
def check(folder, count):
    """rows of an invoice"""
    (folder / "long.xml").write_text(invoice.replace(row, row * count), "utf-8")
    return ["check", "long.xml", "--env", "test"]


@reader(4_000)
def check_attributes(folder, count):
    """attributes of an element"""
    attributes = "".join(f' a{number}=""' for number in range(count))
    (folder / "long.xml").write_text(invoice[:root_ends] + attributes + invoice[root_ends:], "utf-8")
    return ["check", "long.xml", "--env", "test"]


@reader(200)
def correct(folder, count):
    """rows of two invoices, in another order"""
    rows = [row.replace("</FaWiersz>", f"<!-- {number} --></FaWiersz>") for number in range(count)]
    (folder / "one.xml").write_text(invoice.replace(row, "".join(rows)), "utf-8")
    (folder / "other.xml").write_text(invoice.replace(row, "".join(reversed(rows))), "utf-8")
    return ["correct", "one.xml", "other.xml"]


@reader(200)
def link_folder(folder, count):
    """invoices"""
    many(folder, count)
    return ["link", "in", "--env", "test", "--format", "none", "--quiet", "--out", "out"]


@reader(200)
def link_zip(folder, count):
    """invoices"""
    with zipfile.ZipFile(folder / "in.zip", "w") as archive:
        for number in range(count):
            archive.writestr(f"{number:06}.xml", numbered(number))
    return ["link", "in.zip", "--env", "test", "--format", "none", "--quiet", "--out", "out"]


@reader(200)
def link_tar_gz(folder, count):
    """invoices"""
    many(folder, count)
    with tarfile.open(folder / "in.tar.gz", "w:gz") as archive:
        archive.add(folder / "in", "in")
    return ["link", "in.tar.gz", "--env", "test", "--format", "none", "--quiet", "--out", "out"]


@reader(300)
def link_resume(folder, count):
    """lines of a manifest"""
    manifest(folder, count)
    return ["link", "in", "--env", "test", "--format", "none", "--quiet", "--resume", "--out", "links"]


@reader(300)
def verify_manifest(folder, count):
    """lines of a manifest"""
    manifest(folder, count)
    return ["verify", "--manifest", "links/manifest.ndjson", "--quiet"]


@reader(2_000)
def verify_links(folder, count):
    """links on standard input"""
    digest = "UtQp9Gpc51y-u3xApZjIjgkpZ01js-J8KflSPW8WzIE"
    links = (f"https://qr-test.ksef.mf.gov.pl/invoice/5265877635/15-06-2026/{number % 64:02}{digest[2:]}\n" for number in range(count))
    (folder / "links.txt").write_text("".join(links))
    return ["verify", "-", "--quiet"], "links.txt"


@reader(500)
def number(folder, count):
    """numbers on standard input"""
    (folder / "numbers.txt").write_text("5265877635-20260615-0100001AF629-AF\n" * count)
    return ["number", "-"], "numbers.txt"


@reader(40)
def cert_register_check(folder, count):
    """entries of a register"""
    return [*register(folder, count), "check", "register.toml"]


@reader(200)
def cert_register_list(folder, count):
    """entries of a register"""
    return [*register(folder, count), "list", "register.toml"]


@reader(200)
def cert_expiring(folder, count):
    """entries of a register"""
    register(folder, count)
    return ["cert", "expiring", "--credentials", "register.toml", "--now", "2026-06-30T12:00:00Z", "--quiet"]


def register(folder, count):
    entry = """[[certificate]]
name = "{0}"
owner = "Nip:5265877635"
purpose = "offline"
serial = "{0:016X}"
valid_from = 2026-06-01T00:00:00Z
valid_to = 2028-06-01T00:00:00Z
cert = "{0}.crt"
key = "{0}.key"
system = "{0}"
status = "active"

"""
    (folder / "register.toml").write_text("".join(entry.format(number) for number in range(count)))
    return ["cert", "register"]


@reader(5_000)
def deadline(folder, count):
    """days that are no working days"""
    days = (f"{datetime.date(2020, 1, 1) + datetime.timedelta(number)}\n" for number in range(count))
    (folder / "days.txt").write_text("".join(days))
    return ["deadline", "--mode", "offline24", "--issued", "2026-04-03", "--non-working-days", "days.txt"]


def stamp(folder, pdf):
    (folder / "invoice.pdf").write_bytes(pdf)
    (folder / "invoice.xml").write_text(invoice, "utf-8")
    return ["stamp", "invoice.pdf", "--invoice", "invoice.xml", "--kod1-alone", "--env", "test", "--quiet", "--pdf-mismatch", "ignore",
            "--now", "2026-06-30T12:00:00Z", "--out", "out"]


def pdf_of(objects):
    out, places = bytearray(b"%PDF-1.7\n"), []
    for index, one in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (index, one)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + b"".join(b"%010d 00000 n \n" % place for place in places)
    return bytes(out + b"trailer\n<< /Root 1 0 R /Size %d >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start))


CATALOG = b"<< /Type /Catalog /Pages 2 0 R >>"


def one_page(more, *objects):
    """A PDF of one page; what is in it begins with object 4."""
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [ 0 0 595 842 ] %s >>" % more
    return pdf_of([CATALOG, b"<< /Type /Pages /Count 1 /Kids [ 3 0 R ] >>", page, *objects])


def empty_pages(count, size):
    kids = b" ".join(b"%d 0 R" % number for number in range(3, 3 + count))
    tree = b"<< /Type /Pages /Count %d /MediaBox [ 0 0 %s ] /Kids [ %s ] >>" % (count, size, kids)
    return pdf_of([CATALOG, tree, *[b"<< /Type /Page /Parent 2 0 R >>"] * count])


def page_of_lines(count):
    content = b"".join(b"%d %d m %d 800 l S\n" % (number % 500, 700 + number % 100, number % 500) for number in range(count))
    return one_page(b"/Contents 4 0 R", b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))


@reader(5_000)
def stamp_pages(folder, count):
    """pages of a PDF"""
    return stamp(folder, empty_pages(count, b"595 842"))


@reader(200)
def stamp_all_pages(folder, count):
    """pages of a PDF"""
    return [*stamp_pages(folder, count), "--page", "all"]


@reader(5_000)
def stamp_content(folder, count):
    """lines on a page"""
    return stamp(folder, page_of_lines(count))


@reader(500)
def stamp_notes(folder, count):
    """annotations on a page"""
    notes = b" ".join(b"%d 0 R" % number for number in range(4, 4 + count))
    note = b"<< /Type /Annot /Subtype /Text /Rect [ 20 800 30 810 ] >>"
    return stamp(folder, one_page(b"/Annots [ %s ]" % notes, *[note] * count))


@reader(50)
def pairs(folder, count):
    """rows of a table"""
    many(folder, count)
    pdf = one_page(b"")
    rows = ["pdf,invoice\n"]
    for index in range(count):
        (folder / f"{index:06}.pdf").write_bytes(pdf)
        rows.append(f"{index:06}.pdf,in/{index:06}.xml\n")
    (folder / "pairs.csv").write_text("".join(rows))
    return ["stamp", "--pairs", "pairs.csv", "--kod1-alone", "--env", "test", "--quiet", "--pdf-mismatch", "ignore",
            "--now", "2026-06-30T12:00:00Z", "--out", "out"]


@reader(300)
def book_import(folder, count):
    """lines of a manifest"""
    manifest(folder, count)
    run(["book", "create", "test.book", "--env", "test"], folder)
    return ["book", "import", "links/manifest.ndjson", "--book", "test.book", "--quiet"]


def ask(folder, *requests):
    """Requests of the helper, each with the bytes that follow it."""
    with open(folder / "requests", "wb") as file:
        for request, *follows in requests:
            file.write(json.dumps(request).encode() + b"\n" + b"".join(follows))
    return [], "requests"


def ask_of(folder, of, request="read", **more):
    return ask(folder, ({"request": request, "length": len(of), **more}, of))


def png(rows):
    """A picture of rows, a byte of grey for each pixel."""

    def chunk(kind, of):
        return struct.pack(">I", len(of)) + kind + of + struct.pack(">I", zlib.crc32(kind + of))

    header = struct.pack(">IIBBBBB", len(rows[0]), len(rows), 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows), 1)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


@reader(50)
def scan_noise(folder, count):
    """rows of a picture, without any order"""
    pixels = random.Random(1)
    return ask_of(folder, png([bytes(pixels.choices(b"\0\xff", k=1_000)) for _ in range(count)]))


@reader(2)
def scan_finders(folder, count):
    """rows of a picture's squares, each like a corner of a code"""
    ring, eye, wide = b"#.....#..", b"#.###.#..", b"#######.."
    square = [wide, ring, eye, eye, eye, ring, wide, b"." * 9, b"." * 9]
    dots = [row.replace(b"#", b"\0\0\0").replace(b".", b"\xff\xff\xff") * 40 for row in square for _ in range(3)]
    return ask_of(folder, png(dots * count))


@reader(1_000)
def scan_svg(folder, count):
    """squares of an SVG"""
    squares = "".join(f'<rect x="{number % 97}" y="{number % 89}" width="1" height="1"/>' for number in range(count))
    return ask_of(folder, f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">{squares}</svg>'.encode())


@reader(6)
def scan_pages(folder, count):
    """pages of a PDF"""
    return ask_of(folder, empty_pages(count, b"298 421"))


@reader(5_000)
def scan_ink(folder, count):
    """lines on a page"""
    return ask_of(folder, page_of_lines(count), "ink", page=1, columns=210, rows=297)


def validated(folder, document):
    schema = b"""<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="urn:x" targetNamespace="urn:x" elementFormDefault="qualified">
<xs:element name="Faktura"><xs:complexType><xs:sequence>
<xs:element name="Wiersz" type="xs:decimal" minOccurs="0" maxOccurs="unbounded"/>
</xs:sequence><xs:anyAttribute processContents="lax"/></xs:complexType></xs:element></xs:schema>"""
    forms = [{"name": "X", "namespace": "urn:x", "root": "Faktura"}]
    files = [{"path": "x.xsd", "length": len(schema)}]
    document = document.encode()
    return ask(folder, ({"request": "schemas", "forms": forms, "files": files}, schema),
               ({"request": "validate", "form": "X", "length": len(document)}, document))


@reader(5_000)
def scan_validated(folder, count):
    """elements of a document, by a schema"""
    return validated(folder, f'<Faktura xmlns="urn:x">{"<Wiersz>1.20</Wiersz>" * count}</Faktura>')


@reader(2_000)
def scan_invalid(folder, count):
    """elements of a document, none of which its schema has"""
    return validated(folder, f'<Faktura xmlns="urn:x">{"<Wiersz>a</Wiersz><Inny/>" * count}</Faktura>')


@reader(4_000)
def scan_attributes(folder, count):
    """attributes of an element, by a schema"""
    attributes = "".join(f' a{number}=""' for number in range(count))
    return validated(folder, f'<Faktura xmlns="urn:x"{attributes}/>')


def grown(reader):
    name, what, count, make = reader
    ended = []
    for size in (1, count, 2 * count, 4 * count):
        with tempfile.TemporaryDirectory() as place:
            folder = pathlib.Path(place)
            made = make(folder, size)
            called, given = made if isinstance(made, tuple) else (made, None)
            ended.append(run(called, folder, given and folder / given))
    return name, what, count, *zip(*ended)


faults = []
with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
    for name, what, count, statuses, (begin, *work) in pool.map(grown, readers):
        # What is over a limit is refused at once, and says nothing of the rest.
        if len(set(statuses[1:])) > 1:
            faults.append(f"{name}: ended with {statuses}")
        n, twice, four = (max(each - begin, 1) for each in work)
        if four > FLOOR and four / n > MOST:
            faults.append(f"{name}: {n} instructions for {count} {what}, {four} for four times as many")
        cells = (name, f"{count} {what}", f"{n / 1000:.0f}", f"{twice / 1000:.0f}", f"{four / 1000:.0f}", f"{four / n:.1f}")
        print("| " + " | ".join(cells) + " |" if options.markdown else "  ".join(cells), flush=True)
sys.exit("\n".join(faults) or None)

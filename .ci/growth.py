#!/usr/bin/env python3
"""The work of every reader grows with its input and no faster: each is given n, 2n and 4n of what it reads.

    growth.py KSEF_QR FIXTURES [--markdown]

Work is counted in instructions, by valgrind, without what the command takes for one. Shows thousands of them. (Its helper has limits of
its own, of time and memory, in which valgrind has no room.)
Exits with 1 and names the readers whose work grows by more than six from n to 4n: linear is four, the square is sixteen.
"""

import argparse
import concurrent.futures
import datetime
import os
import pathlib
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile

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
    """Its exit status, and the instructions that it took."""
    counter = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]
    with open(given or os.devnull) as stdin, tempfile.NamedTemporaryFile("r") as counted:
        counter.append(f"--log-file={counted.name}")
        done = subprocess.run([*counter, command, *arguments], cwd=folder, stdin=stdin, capture_output=True, env=environment)
        instructions = re.search(r"I +refs: +([0-9,]+)", counted.read())
    said = (done.stdout + done.stderr).decode()
    if done.returncode not in (0, 1) or "[internal]" in said or "panicked" in said:
        sys.exit(f"{arguments[:3]}: {done.returncode}: {said[-500:]}")
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


@reader(100)
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


@reader(5_000)
def stamp_pages(folder, count):
    """pages of a PDF"""
    kids = b" ".join(b"%d 0 R" % number for number in range(3, 3 + count))
    tree = b"<< /Type /Pages /Count %d /MediaBox [ 0 0 595 842 ] /Kids [ %s ] >>" % (count, kids)
    return stamp(folder, pdf_of([CATALOG, tree, *[b"<< /Type /Page /Parent 2 0 R >>"] * count]))


@reader(200)
def stamp_all_pages(folder, count):
    """pages of a PDF"""
    return [*stamp_pages(folder, count), "--page", "all"]


@reader(5_000)
def stamp_content(folder, count):
    """lines on a page"""
    content = b"".join(b"%d %d m %d 800 l S\n" % (number % 500, 700 + number % 100, number % 500) for number in range(count))
    return stamp(folder, one_page(b"/Contents 4 0 R", b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content)))


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

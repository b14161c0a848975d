#!/usr/bin/env python3
"""Judges PDFs that ksef-qr made, with programs the project did not write.

usage: judge_pdf.py [--links] [--password-file FILE] FOLDER...
       judge_pdf.py --documents FOLDER...

FOLDER holds manifest.ndjson and the PDFs it names: stamped ones (`document.type` is "stamped"), whose originals
`input` names from the current folder; with --documents those of our own: confirmations, sheets, codes.

Stamped: qpdf finds nothing to complain about; the original's bytes are the beginning; its pages, boxes, version, tags,
forms, permissions, metadata, text and attachments are what they were, and its signatures still valid (poppler); pages
without codes look as before; at 150 and 300 dpi ZBar and ZXing read exactly the manifest's links from the pages with
codes, as poppler draws them, and ZXing as PDFium does, which lie upright on white; the labels are text, and with --links the links too; over each code lies a link that
prints; no font was left out and no transparency brought in. Exits with 1 after all differences are told.
"""

import argparse
import collections
import concurrent.futures
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import threading

import pypdfium2
import zxingcpp
from PIL import Image, ImageChops

PDFIUM = threading.Lock()

# What must not change, of what pdfinfo says of a file.
SAME = (
    "Title", "Subject", "Keywords", "Author", "Creator", "Producer", "CreationDate", "ModDate", "Custom Metadata",
    "Metadata Stream", "Tagged", "UserProperties", "Suspects", "Form", "JavaScript", "Encrypted", "PDF version",
    "PDF subtype",
)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--links", action="store_true", help="the links must be on the page as text")
    arguments.add_argument("--documents", action="store_true", help="documents of our own instead of stamped ones")
    arguments.add_argument("--password-file", help="opens what is encrypted; the first line counts")
    arguments.add_argument("folders", nargs="+", type=pathlib.Path)
    options = arguments.parse_args()
    password = ""
    if options.password_file:
        password = pathlib.Path(options.password_file).read_text("utf-8").splitlines()[0]
    faults = []
    for folder in options.folders:
        records = [json.loads(line) for line in (folder / "manifest.ndjson").read_text("utf-8").splitlines()]
        judge = judge_documents if options.documents else judge_stamped
        try:
            faults += judge(folder, records, password, options.links)
        except Wrong as wrong:
            faults.append(f"{folder}: {wrong}")
    for fault in faults:
        print(fault if len(fault) < 600 else fault[:600] + "...", file=sys.stderr)
    sys.exit(1 if faults else 0)


class Wrong(Exception):
    """What is wrong with a document."""


def require(right: bool, what: str) -> None:
    if not right:
        raise Wrong(what)


def links_of(record: dict) -> dict:
    """The links of a manifest's line, each with its label."""
    codes = (record.get(name) for name in ("kod1", "kod2"))
    return {code["url"]: code.get("label") for code in codes if code}


# --- stamped PDFs ----------------------------------------------------------------------------------------------------


def judge_stamped(folder: pathlib.Path, records: list, password: str, with_links: bool) -> list:
    seen = collections.Counter()
    stamped = [record for record in records if (record.get("document") or {}).get("type") == "stamped"]

    def one(record: dict) -> str | None:
        document = record["document"]
        made, original = Document(folder / document["file"], password), Document(pathlib.Path(record["input"]), password)
        try:
            one_stamped(made, original, document["pages"], links_of(record), with_links, seen)
            seen["PDFs"] += 1
        except Wrong as wrong:
            return f"{made.path}: {wrong}"

    with concurrent.futures.ThreadPoolExecutor() as pool:
        faults = [fault for fault in pool.map(one, stamped) if fault]
    require(bool(stamped), "nothing was stamped")
    print(f"{folder}: {len(faults)} faults; judged: " + ", ".join(f"{count} {what}" for what, count in seen.items()))
    return faults


def one_stamped(stamped, original, pages: list, links: dict, with_links: bool, seen) -> None:
    require(stamped.path.read_bytes().startswith(original.path.read_bytes()), "the original is not its beginning")
    stamped.check()
    was, now = original.info(), stamped.info()
    for key in SAME:
        require(was.get(key) == now.get(key), f"{key} was {was.get(key)!r}, is {now.get(key)!r}")
    count = int(was["Pages"])
    added = sum(1 for page in pages if page > count)
    require(added <= 1 and int(now["Pages"]) == count + added, f"{was['Pages']} pages became {now['Pages']}")
    shapes_were, shapes = original.shapes(count), stamped.shapes(count + added)
    require(shapes[:count] == shapes_were, f"pages were {shapes_were}, are {shapes}")
    require(original.metadata() == stamped.metadata(), "the XMP metadata changed")
    require(original.attachments() == stamped.attachments(), "the attachments changed")
    seen["attachments"] += len(original.attachments())
    seen["signatures"] += same_signatures(original, stamped)
    missing = collections.Counter(original.fonts()) - collections.Counter(stamped.fonts())
    require(not missing, f"fonts are gone: {missing}")
    bare = [font for font in stamped.fonts() if not font[1]]
    require(len(bare) == len([font for font in original.fonts() if not font[1]]), f"fonts are not embedded: {bare}")
    lost = collections.Counter(original.text().split()) - collections.Counter(stamped.text().split())
    require(not lost, f"words are gone: {lost}")
    new_objects(original, stamped)
    for page in range(1, count + added + 1):
        if page in pages:
            place = codes_of_page(stamped, page, links, shapes[page - 1], seen)
            text_of_page(stamped, page, links, with_links)
            if page <= count:
                unchanged_outside(original, stamped, page, place)
        else:
            same = original.picture(page, 50).tobytes() == stamped.picture(page, 50).tobytes()
            require(same, f"page {page} has no codes, and looks different")
            require(not (set(stamped.links(page)) & set(links)), f"page {page} has a link, but no code")


def codes_of_page(stamped, page: int, links: dict, shape: dict, seen) -> tuple:
    """Reads the codes of a page at two resolutions; gives the box of all codes in points from the top left."""
    box = None
    for dpi in (150, 300):
        found = stamped.read(page, dpi)
        texts = sorted(code.text for code in found)
        require(texts == sorted(links), f"page {page}, {dpi} dpi: {len(links)} codes expected, read: {texts}")
        seen[f"codes at {dpi} dpi"] += len(found)
    texts = stamped.read_by_pdfium(page, 150)
    require(texts == sorted(links), f"page {page}, drawn by PDFium: {len(links)} codes expected, read: {texts}")
    seen["codes drawn by PDFium"] += len(texts)
    picture = stamped.picture(page, 300)
    rectangles = [(link, on_screen(rectangle, shape)) for link, rectangle in stamped.annotations(page)]
    scale = 300 * stamped.user_unit(page) / 72
    for code in found:
        corners = code.position
        upright = corners.top_left.x < corners.top_right.x and corners.top_left.y < corners.bottom_left.y
        level = abs(corners.top_left.y - corners.top_right.y) <= 3
        require(upright and level, f"page {page}: a code does not lie upright")
        module, dark = measure(picture, corners)
        millimetres = module / 300 * 25.4
        require(millimetres >= 0.32, f"page {page}: modules of {millimetres:.3f} mm")
        quiet = 4 * module - 2
        around = (dark[0] - quiet, dark[1] - quiet, dark[2] + quiet, dark[3] + quiet)
        require(white_ring(picture, around, dark), f"page {page}: the quiet zone of a code is not white")
        centre = ((dark[0] + dark[2]) / 2 / scale, (dark[1] + dark[3]) / 2 / scale)
        over = [link for link, area in rectangles if area[0] < centre[0] < area[2] and area[1] < centre[1] < area[3]]
        require(over == [code.text], f"page {page}: over a code lie the links {over}")
        points = [number / scale for number in around]
        # The code, its quiet zone, perhaps its label, and not the rest of the page. A new page has one over its text too.
        (area,) = [
            area
            for link, area in rectangles
            if link == code.text and area[0] < centre[0] < area[2] and area[1] < centre[1] < area[3]
        ]
        apart = [abs(one - other) for one, other in zip(area, points)]
        require(max(apart) < 20, f"page {page}: the link's area is {area}, the code's {points}")
        box = box or points
        box = [*map(min, box[:2], points[:2]), *map(max, box[2:], points[2:])]
    require(box[0] >= 0 and box[1] >= 0, f"page {page}: a code hangs over the edge")
    return tuple(box)


def measure(picture: Image.Image, corners) -> tuple:
    """The side of a module in pixels, and the box of the dark modules, from the upper left finder pattern on."""
    left, top = corners.top_left.x, corners.top_left.y
    pixels = picture.load()

    def run(x: int, y: int, dx: int, dy: int) -> int:
        length = 0
        while 0 <= x < picture.width and 0 <= y < picture.height and pixels[x, y] < 128:
            x, y, length = x + dx, y + dy, length + 1
        return length

    # A few pixels inside the finder pattern's frame, which is one module wide and seven long.
    x, y = left + 2, top + 2
    left = x - run(x, y, -1, 0) + 1
    top = y - run(x, y, 0, -1) + 1
    estimate = (run(left, y, 1, 0) + run(x, top, 0, 1)) / 14
    right, bottom = corners.top_right.x - 2, corners.bottom_left.y - 2
    right += run(right, y, 1, 0)
    bottom += run(x, bottom, 0, 1)
    side = (right - left + bottom - top) / 2
    # Versions have 21, 25, 29, ... modules.
    module = side / (17 + 4 * round((side / estimate - 17) / 4))
    return module, (left, top, right, bottom)


def white_ring(picture: Image.Image, outer: tuple, inner: tuple) -> bool:
    """Nothing is drawn between two boxes; two pixels of blur at the inner one do not count."""
    ring = picture.crop(tuple(round(number) for number in outer)).copy()
    middle = [round(inner[index] - outer[index % 2]) + (-2 if index < 2 else 3) for index in range(4)]
    ring.paste(255, (middle[0], middle[1], middle[2], middle[3]))
    return ring.getextrema()[0] >= 250


def on_screen(rectangle: list, shape: dict) -> tuple:
    """A rectangle of the page in points from the top left of what the reader sees."""
    left, bottom, right, top = shape["CropBox"]
    corners = [(rectangle[0], rectangle[1]), (rectangle[2], rectangle[3])]
    turned = {
        0: lambda x, y: (x - left, top - y), 90: lambda x, y: (y - bottom, x - left),
        180: lambda x, y: (right - x, y - bottom), 270: lambda x, y: (top - y, right - x),
    }[shape["rot"]]
    points = [turned(*corner) for corner in corners]
    xs, ys = sorted(point[0] for point in points), sorted(point[1] for point in points)
    return xs[0], ys[0], xs[1], ys[1]


def unchanged_outside(original, stamped, page: int, place: tuple) -> None:
    """Above the codes, and left and right of the block, the page looks as before; below stand labels and links."""
    before, after = original.picture(page, 100), stamped.picture(page, 100)
    require(before.size == after.size, f"page {page} has another size")
    changed = ImageChops.difference(before, after).point(lambda value: 255 if value > 64 else 0).getbbox()
    require(changed is not None, f"page {page} looks as before")
    scale = 100 * stamped.user_unit(page) / 72
    left, top, right, _ = (number * scale for number in place)
    margin = 15 * scale
    near = changed[0] >= left - margin and changed[1] >= top - margin and changed[2] <= right + margin
    require(near, f"page {page} changed at {changed}, codes are at {place}")


def text_of_page(stamped, page: int, links: dict, with_links: bool) -> None:
    text = stamped.text(page)
    packed = re.sub(r"\s", "", text)
    for link, label in links.items():
        if label:
            require(re.sub(r"\s", "", label) in packed, f"page {page}: the label {label!r} is no text")
        if with_links:
            require(link in packed, f"page {page}: the link is not written out: {link}")
    for link in links:
        require(link in stamped.links(page), f"page {page}: poppler does not find the link {link}")


def same_signatures(original, stamped) -> int:
    was, now = original.signatures(), stamped.signatures()
    require(len(was) == len(now), f"{len(was)} signatures became {len(now)}")
    for before, after in zip(was, now):
        require("Signature is Valid." in after["Signature Validation"], f"a signature is not valid: {after}")
        require(before["Signed Ranges"] == after["Signed Ranges"], f"the signed revision changed: {after}")
        require(not after["whole"], "a signature covers the whole file, the codes too")
    return len(was)


def new_objects(original, stamped) -> None:
    """No transparency in what is new or changed, and link annotations that print."""
    was, now = original.objects(), stamped.objects()
    for name, value in now.items():
        if was.get(name) == value:
            continue
        before = json.dumps(was.get(name, {}))
        for key, inner in walk(value):
            see_through = (
                (key in ("/ca", "/CA") and inner != 1)
                or (key == "/SMask" and inner != "/None")
                or (key == "/BM" and inner not in ("/Normal", "/Compatible"))
                or (key == "/S" and inner == "/Transparency")
            )
            require(not see_through or json.dumps(inner) in before, f"{name} brings transparency: {key} {inner}")
    for name, value in now.items():
        annotation = value.get("value") if name not in was else None
        if isinstance(annotation, dict) and annotation.get("/Subtype") == "/Link":
            flags = annotation.get("/F", 0)
            require(flags & 4 == 4 and flags & 0b100011 == 0, f"{name}: a link with the flags {flags}")


def walk(value):
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key, inner
            yield from walk(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from walk(inner)


# --- documents of our own --------------------------------------------------------------------------------------------


def judge_documents(folder: pathlib.Path, records: list, password: str, with_links: bool) -> list:
    """Every PDF in the folder: its codes at 203 and 300 dpi, and that each link of the manifest is in some document."""
    faults, seen = [], collections.Counter()
    expected, labels, missing = {}, {}, set()
    for record in records:
        links = links_of(record)
        labels |= links
        missing |= set(links)
        document = record.get("document") or {}
        if "file" in document:
            expected.setdefault(document["file"], []).extend(links)
        for name in ("kod1", "kod2"):
            if (record.get(name) or {}).get("pdf"):
                expected.setdefault(record[name]["pdf"], []).append(record[name]["url"])
    files = sorted(path for path in folder.rglob("*.pdf"))
    require(bool(files), "no PDF was made")
    for path in files:
        document = Document(path, password)
        named = expected.get(str(path.relative_to(folder)))
        try:
            document.check()
            require(all(embedded for _, embedded in document.fonts()), f"fonts are not embedded: {document.fonts()}")
            found = []
            for page in range(1, int(document.info()["Pages"]) + 1):
                found += links_of_page(document, page, labels, with_links, seen)
            require(bool(found), "no code is on it")
            require(named is None or sorted(found) == sorted(named), f"reads {found}, expected {named}")
            missing -= set(found)
            seen["PDFs"] += 1
        except Wrong as wrong:
            faults.append(f"{path}: {wrong}")
    if missing:
        faults.append(f"{folder}: {len(missing)} links of the manifest are in no document, first {sorted(missing)[0]}")
    print(f"{folder}: {len(faults)} faults; judged: " + ", ".join(f"{count} {what}" for what, count in seen.items()))
    return faults


def links_of_page(document, page: int, labels: dict, with_links: bool, seen) -> list:
    by_dpi = []
    for dpi in (203, 300):
        texts = sorted(code.text for code in document.read(page, dpi))
        unknown = [text for text in texts if text not in labels]
        require(not unknown, f"page {page}, {dpi} dpi: codes that the manifest does not have: {unknown}")
        by_dpi.append(texts)
        seen[f"codes at {dpi} dpi"] += len(texts)
    require(by_dpi[0] == by_dpi[1], f"page {page}: read at 203 dpi {len(by_dpi[0])} codes, at 300 dpi {len(by_dpi[1])}")
    text_of_page(document, page, {link: labels[link] for link in by_dpi[0]}, with_links)
    return by_dpi[0]


# --- a PDF, as the other programs see it -----------------------------------------------------------------------------


class Document:
    def __init__(self, path: pathlib.Path, password: str):
        self.path, self.password = path, password
        self.poppler = ["-upw", password, "-opw", password] if password else []
        self.qpdf = [f"--password={password}"] if password else []
        self.pictures, self.json, self.pages = {}, None, None

    def check(self) -> None:
        done = subprocess.run(["qpdf", "--check", *self.qpdf, self.path], capture_output=True, check=False)
        said = (done.stdout + done.stderr).decode(errors="replace")
        require(done.returncode == 0 and "WARNING" not in said, f"qpdf --check: {said}")

    def info(self) -> dict:
        lines = run(["pdfinfo", "-isodates", *self.poppler, self.path]).splitlines()
        return {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}

    def shapes(self, count: int) -> list:
        """Size, rotation and boxes of every page."""
        text = run(["pdfinfo", "-box", "-f", "1", "-l", str(count), *self.poppler, self.path])
        pages = [{} for _ in range(count)]
        for number, key, value in re.findall(r"^Page +(\d+) (size|rot|\w+Box): *(.*)$", text, re.M):
            pages[int(number) - 1][key] = [float(word) for word in value.split()] if "Box" in key else value.strip()
        for page in pages:
            page["rot"] = int(page["rot"])
        return pages

    def metadata(self) -> str:
        return run(["pdfinfo", "-meta", *self.poppler, self.path])

    def attachments(self) -> dict:
        with tempfile.TemporaryDirectory() as scratch:
            listed = run(["pdfdetach", "-list", *self.poppler, self.path])
            if not listed.startswith("0 "):
                run(["pdfdetach", "-saveall", "-o", scratch, *self.poppler, self.path])
            files = {path.name: path.read_bytes() for path in pathlib.Path(scratch).iterdir()}
        require(len(files) == int(listed.split()[0]), f"attachments: {listed}")
        return files

    def fonts(self) -> list:
        """Every font's name, and whether it is embedded."""
        rows = run(["pdffonts", *self.poppler, self.path]).splitlines()[2:]
        # name, type, encoding, then emb sub uni, object and generation
        return [(row.split()[0], row.split()[-5] == "yes") for row in rows]

    def text(self, page: int = 0) -> str:
        pages = ["-f", str(page), "-l", str(page)] if page else []
        return run(["pdftotext", "-raw", *pages, *self.poppler, self.path, "-"])

    def links(self, page: int) -> list:
        rows = run(["pdfinfo", "-url", "-f", str(page), "-l", str(page), *self.poppler, self.path]).splitlines()[1:]
        return [row.split(maxsplit=2)[2] for row in rows if len(row.split(maxsplit=2)) == 3]

    def signatures(self) -> list:
        done = subprocess.run(["pdfsig", *self.poppler, self.path], capture_output=True, check=False)
        parts = re.split(r"^Signature #\d+:$", done.stdout.decode(errors="replace"), flags=re.M)[1:]
        found = []
        for part in parts:
            values = dict(re.findall(r"^ +- ([^:\n]+): (.*)$", part, re.M))
            values.setdefault("Signature Validation", "none")
            found.append(values | {"whole": "- Total document signed" in part})
        return found

    def objects(self) -> dict:
        if self.json is None:
            command = ["qpdf", "--json=2", "--json-key=qpdf", "--json-stream-data=none", *self.qpdf, self.path]
            objects = json.loads(run(command))["qpdf"][1]
            self.json = {name: self.plain(value) for name, value in objects.items() if name != "trailer"}
        return self.json

    @staticmethod
    def plain(value: dict) -> dict:
        return {"value": value["stream"]["dict"]} if "stream" in value else value

    def page(self, number: int) -> dict:
        if self.pages is None:
            command = ["qpdf", "--json=2", "--json-key=pages", *self.qpdf, self.path]
            self.pages = [page["object"] for page in json.loads(run(command))["pages"]]
        return self.value(self.pages[number - 1])

    def value(self, value):
        """What a reference leads to, through all references."""
        for _ in range(20):
            if not (isinstance(value, str) and re.fullmatch(r"\d+ \d+ R", value)):
                break
            value = self.objects().get(f"obj:{value}", {}).get("value")
        return value

    def user_unit(self, page: int) -> float:
        return float(self.value(self.page(page).get("/UserUnit", 1)))

    def annotations(self, page: int) -> list:
        """The links of a page with their rectangles."""
        found = []
        for entry in self.value(self.page(page).get("/Annots")) or []:
            annotation = self.value(entry) or {}
            action = self.value(annotation.get("/A")) or {}
            if annotation.get("/Subtype") == "/Link" and action.get("/S") == "/URI":
                address = self.value(action["/URI"])
                rectangle = [float(self.value(number)) for number in self.value(annotation["/Rect"])]
                found.append((address.removeprefix("u:").removeprefix("b:"), rectangle))
        return found

    def picture(self, page: int, dpi: int) -> Image.Image:
        """The page as the reader sees it, in grey. Poppler does not know /UserUnit."""
        if (page, dpi) not in self.pictures:
            real = str(dpi * self.user_unit(page))
            with tempfile.TemporaryDirectory() as scratch:
                target = f"{scratch}/page"
                options = ["-singlefile", "-gray", "-cropbox", "-r", real, "-f", str(page), *self.poppler]
                run(["pdftoppm", *options, self.path, target])
                with Image.open(f"{target}.pgm") as picture:
                    self.pictures[page, dpi] = picture.convert("L")
        return self.pictures[page, dpi]

    def read(self, page: int, dpi: int) -> list:
        """The QR codes of a page as ZXing reads them, which must be what ZBar reads.

        Of a sheet of labels ZBar sees one code at a time, as a hand-held reader does: in a page full of codes it takes
        finder patterns of neighbours together and misses some.
        """
        picture = self.picture(page, dpi)
        # QR codes alone: among the modules of a large code it now and then sees a short bar code that nobody drew.
        found = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)
        parts = [picture]
        if len(found) > 2:
            margin = round(1.5 * dpi * self.user_unit(page) / 25.4)
            corners = [(code.position.top_left, code.position.bottom_right) for code in found]
            parts = [
                picture.crop((first.x - margin, first.y - margin, last.x + margin, last.y + margin))
                for first, last in corners
            ]
        by_zbar = sorted(text for part in parts for text in zbar(part))
        by_zxing = sorted(code.text for code in found)
        require(by_zbar == by_zxing, f"page {page}, {dpi} dpi: ZBar reads {by_zbar}, ZXing {by_zxing}")
        return found


    def read_by_pdfium(self, page: int, dpi: int) -> list:
        """What ZXing reads from the page as another program draws it, Chromium's, which takes one caller at a time."""
        with PDFIUM, pypdfium2.PdfDocument(self.path, password=self.password or None) as document:
            scale = dpi * self.user_unit(page) / 72
            picture = document[page - 1].render(scale=scale, grayscale=True).to_pil()
        codes = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)
        return sorted(code.text for code in codes)


def zbar(picture: Image.Image) -> list:
    with tempfile.NamedTemporaryFile(suffix=".pgm") as file:
        picture.save(file.name)
        command = ["zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", file.name]
        return subprocess.run(command, capture_output=True, check=False).stdout.decode().splitlines()


def run(command: list) -> str:
    done = subprocess.run([str(word) for word in command], capture_output=True, check=False)
    # Of qpdf's, 3 means warnings, which are looked for by themselves.
    done_well = done.returncode == 0 or (command[0] == "qpdf" and done.returncode == 3)
    require(done_well, f"{' '.join(map(str, command))}: {done.stderr.decode(errors='replace')}")
    return done.stdout.decode(errors="replace")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""The page in a real Chromium: each way of a bookkeeper through an outage, in both languages, with and without a script; axe on
every page, light and dark, wide and narrow; the codes of what was taken away are read back by ZXing. Pictures: target/page.

Give the folder of the executables (target/debug). What is missing is installed: playwright and zxing-cpp into target/judges, axe
into target/page, Chromium from Debian."""

import io
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tarfile
import time
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHOTS = ROOT / "target/page"
JUDGES = ROOT / "target/judges/bin/python"
AXE = SHOTS / "axe.min.js"
GOOD, BAD = ROOT / "fixtures/invoices/good", ROOT / "fixtures/invoices/bad"


def prepare():
    """Starts itself again under the judges' Python, if that has what is needed only now."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    if not shutil.which("chromium"):
        subprocess.run(["apt-get", "update", "-qq"], check=True)
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"], check=True,
                       stdout=subprocess.DEVNULL, env=environment)
    if not AXE.exists():
        subprocess.run(["npm", "pack", "--silent", "axe-core@4"], check=True, cwd=SHOTS, stdout=subprocess.DEVNULL)
        (archive,) = SHOTS.glob("axe-core-*.tgz")
        with tarfile.open(archive) as packed:
            AXE.write_bytes(packed.extractfile("package/axe.min.js").read())
    try:
        import playwright, zxingcpp, PIL  # noqa: F401, E401
    except ImportError:
        if Path(sys.executable) == JUDGES:
            raise
        if not JUDGES.exists():
            subprocess.run([sys.executable, "-m", "venv", ROOT / "target/judges"], check=True)
        subprocess.run([JUDGES, "-m", "pip", "install", "-q", "playwright", "zxing-cpp", "pillow"], check=True)
        os.execv(JUDGES, [str(JUDGES), __file__, *sys.argv[1:]])


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Service:
    """The server, until the end of the block."""

    def __init__(self, folder, *arguments):
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.log = open(SHOTS / "server.log", "ab")
        command = [Path(folder) / "ksef-qr-server", *arguments, "--listen", f"127.0.0.1:{self.port}"]
        self.process = subprocess.Popen(command, stdout=self.log, stderr=self.log)

    def __enter__(self):
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise SystemExit("the server did not start; see target/page/server.log")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(20)
        self.log.close()


FINDINGS = []


def axe(page, name):
    """Looks at a page in light and dark, and takes its picture, wide and narrow."""
    for scheme in ("light", "dark"):
        # Colours that are still on their way from one scheme to the other are nobody's: contexts ask for no motion.
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        # Without trusted types a script of Playwright's own is let in by the browser's debugger.
        page.evaluate(AXE.read_text())
        found = page.evaluate("axe.run(document, {resultTypes: ['violations', 'incomplete']})")
        for violation in found["violations"]:
            targets = [node["target"] for node in violation["nodes"]]
            FINDINGS.append(f"{name} ({scheme}): {violation['id']}: {violation['help']}: {targets}")
    shoot(page, name)


def shoot(page, name):
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 800})
            across = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert across <= 0, f"{name}: {across} pixels too wide at {width}"
            page.screenshot(path=SHOTS / f"{name}-{scheme}-{width}.png", full_page=True)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1280, "height": 800})


def codes_of(png):
    import zxingcpp
    from PIL import Image

    return [code.text for code in zxingcpp.read_barcodes(Image.open(io.BytesIO(png)).convert("L"))]


def pages_of(pdf):
    """A PDF's pages as pictures."""
    work = SHOTS / "pdf"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    (work / "in.pdf").write_bytes(pdf)
    subprocess.run(["pdftoppm", "-r", "150", "-png", "in.pdf", "page"], cwd=work, check=True)
    return [path.read_bytes() for path in sorted(work.glob("page*.png"))]


def read_back(archive):
    """Every file of a ZIP holds codes of KSeF that can be read, and the same in each of an invoice's files."""
    links = {}
    with zipfile.ZipFile(io.BytesIO(archive)) as files:
        assert files.testzip() is None
        for name in files.namelist():
            assert re.fullmatch(r"[A-Za-z0-9_.-]+", name), name
            data = files.read(name)
            found = [text for page in (pages_of(data) if name.endswith(".pdf") else [data]) for text in codes_of(page)]
            assert found and all(text.startswith("https://qr-test.ksef.mf.gov.pl/") for text in found), (name, found)
            links.setdefault(name.split(".")[0], {})[name] = set(found)
    for stem, files in links.items():
        every = set().union(*files.values())
        assert len(every) == 2, f"{stem}: {every}"
    return links


def sample_pdf(folder):
    """A PDF that shows the basic invoice, drawn by a program that is not ours."""
    text = (GOOD / "fa3-basic.xml").read_text()
    number = re.search(r"<P_2>(.*?)</P_2>", text).group(1)
    nip = re.search(r"<NIP>(\d+)</NIP>", text).group(1)
    lines = ["Faktura VAT", number, f"NIP {nip}"]
    content = "BT /F1 16 Tf 60 760 Td 22 TL " + " ".join(f"({line}) Tj T*" for line in lines) + " ET"
    parts = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    out, places = "%PDF-1.4\n", []
    for number_, part in enumerate(parts, 1):
        places.append(len(out))
        out += f"{number_} 0 obj\n{part}\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(parts) + 1}\n0000000000 65535 f \n" + "".join(f"{place:010} 00000 n \n" for place in places)
    out += f"trailer << /Size {len(parts) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
    path = folder / "fa3-basic.pdf"
    path.write_text(out, encoding="latin-1")
    return path


WORDS = {
    "pl": {"submit": "Sprawdź i przygotuj kody", "results": "Wyniki", "refused": "Do poprawy", "due": "Terminy przesłania do KSeF",
           "zip": "Pobierz wszystko (ZIP)", "verify": "Zweryfikuj", "right": "Nie znaleziono błędów"},
    "en": {"submit": "Check, and make the codes", "results": "Results", "refused": "To correct", "due": "What is due at KSeF",
           "zip": "Download everything (ZIP)", "verify": "Verify", "right": "No faults were found"},
}


def outage(browser, service, language, script, files, wrong):
    """In an outage: invoices in, what is wrong with one of them, codes and documents out, what is due, a code verified."""
    words = WORDS[language]
    name = f"{language}-{'script' if script else 'plain'}"
    context = browser.new_context(locale=language, java_script_enabled=script, base_url=service.address,
                                  viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    page = context.new_page()
    problems = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))

    page.goto("/")
    assert page.get_attribute("html", "lang") == language
    if script:
        axe(page, f"{language}-1-form")
    page.set_input_files("#files", files)
    page.check("input[value=offline24]")
    if script:
        assert page.locator(".chosen li").count() == len(files)
        shoot(page, f"{language}-2-chosen")
    page.get_by_role("button", name=words["submit"]).click()
    page.wait_for_url("**/results/*", timeout=30_000)
    assert page.locator("h1").inner_text() == words["results"]
    answers = page.locator("article")
    assert answers.count() == len(files) - 1, "the PDF goes with its invoice"
    assert page.locator("article .mark.bad", has_text=words["refused"]).count() == 1
    assert page.locator("article .findings li.bad").count() >= 1
    address = page.url
    if script:
        axe(page, f"{language}-3-results")
        page.emulate_media(media="print")
        page.pdf(path=SHOTS / f"{language}-3-results.pdf", format="A4")
        page.emulate_media(media="screen")
        assert page.evaluate("[...document.images].every(image => image.complete && image.naturalWidth > 0)")
    with page.expect_download() as waiting:
        page.get_by_role("link", name=words["zip"]).click()
    links = read_back(Path(waiting.value.path()).read_bytes())
    assert any(name.endswith(".stamped.pdf") for files_ in links.values() for name in files_)
    assert any(name.endswith(".confirmation.pdf") for files_ in links.values() for name in files_)

    page.goto("/book")
    assert page.locator("h1").inner_text() == words["due"]
    assert page.locator("tbody tr").count() >= len(links), "what was signed is due"
    if script:
        axe(page, f"{language}-4-book")
        page.emulate_media(media="print")
        page.pdf(path=SHOTS / f"{language}-4-book.pdf", format="A4")
        page.emulate_media(media="screen")
    page.goto("/certificates")
    assert page.locator("tbody tr").count() >= 1
    if script:
        axe(page, f"{language}-5-certificates")

    page.goto("/verify")
    if script:
        axe(page, f"{language}-6-verify")
    picture = SHOTS / "code.png"
    picture.write_bytes(context.request.get(address + "/fa3-basic.kod2.png").body())
    page.set_input_files("#file", picture)
    page.set_input_files("#invoice", GOOD / "fa3-basic.xml")
    page.get_by_role("button", name=words["verify"], exact=True).click()
    assert page.locator(".mark.good", has_text=words["right"]).count() >= 1, page.locator("main").inner_text()
    if script:
        axe(page, f"{language}-7-verified")
    # The picture holds the digest of another file than this one.
    page.goto("/verify")
    page.set_input_files("#file", picture)
    page.set_input_files("#invoice", wrong)
    page.get_by_role("button", name=words["verify"], exact=True).click()
    assert page.locator("article .mark.bad").count() >= 1
    if script:
        axe(page, f"{language}-8-wrong")
    # From one language to the other, on the same results.
    page.goto(address)
    page.locator("header a[hreflang]").click()
    assert page.url == address and page.get_attribute("html", "lang") != language
    assert not problems, problems
    context.close()
    print(f"   {name}: good")


def keyboard(browser, service):
    """Without a mouse: from the top of the page into the content, and through the form."""
    page = browser.new_page(base_url=service.address, locale="pl")
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "files"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "mode"
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.value") == "unavailable"
    page.close()
    print("   keyboard: good")


def dropped(browser, service, files):
    """Files that are dropped onto the page from elsewhere."""
    page = browser.new_page(base_url=service.address, locale="pl")
    page.goto("/")
    contents = [{"name": Path(file).name, "bytes": list(Path(file).read_bytes())} for file in files]
    carried = page.evaluate_handle("""files => {
        const carried = new DataTransfer();
        for (const file of files) carried.items.add(new File([new Uint8Array(file.bytes)], file.name));
        return carried;
    }""", contents)
    zone = page.locator(".drop")
    zone.dispatch_event("dragover", {"dataTransfer": carried})
    assert "over" in zone.get_attribute("class").split()
    zone.dispatch_event("drop", {"dataTransfer": carried})
    assert "over" not in zone.get_attribute("class").split()
    assert page.locator(".chosen li").count() == len(files)
    # Beside the place for it nothing happens: the browser does not leave the page for the file.
    page.locator("body").dispatch_event("drop", {"dataTransfer": carried})
    assert page.url == service.address + "/" and page.locator(".chosen li").count() == len(files)
    page.check("input[value=offline24]")
    page.get_by_role("button", name=WORDS["pl"]["submit"]).click()
    page.wait_for_url("**/results/*", timeout=30_000)
    assert page.locator("article").count() == len(files) - 1, "the PDF goes with its invoice"
    page.close()
    print("   dropped files: good")


def camera(playwright, service, code):
    """A camera of Chromium's own that shows a code."""
    film = SHOTS / "camera.mjpeg"
    from PIL import Image

    picture = Image.open(code).convert("RGB")
    sheet = Image.new("RGB", (960, 720), "white")
    picture.thumbnail((640, 640))
    sheet.paste(picture, (160, 40))
    frame = io.BytesIO()
    sheet.save(frame, "JPEG", quality=95)
    film.write_bytes(frame.getvalue() * 4)
    browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=[
        "--no-sandbox", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film}"])
    page = browser.new_page(base_url=service.address, locale="pl")
    page.goto("/verify")
    page.get_by_role("button", name="Zeskanuj aparatem").click()
    page.locator("article .mark").first.wait_for(timeout=20_000)
    assert "KOD II" in page.locator("main").inner_text()
    browser.close()
    print("   camera: good")


def hostile(browser, service, folder):
    """What strangers name their files, other sites, forms without a token."""
    evil = folder / "<img src=x onerror=alert(1)>&\"'.xml"
    evil.write_bytes((GOOD / "fa3-consumer.xml").read_bytes())
    page = browser.new_page(base_url=service.address, locale="en")
    page.on("dialog", lambda dialog: (_ for _ in ()).throw(AssertionError("a script of a file's name ran")))
    page.goto("/")
    page.set_input_files("#files", [evil])
    page.get_by_role("button", name=WORDS["en"]["submit"]).click()
    page.wait_for_url("**/results/*")
    assert page.locator("img[src=x]").count() == 0
    assert "<img src=x" in page.locator("article .file").inner_text()
    address = page.url
    request = page.context.request
    for path in ("/..%2f..%2fetc%2fpasswd", "/%2e%2e", "/nothing.png"):
        assert request.get(address + path).status == 404, path
    # Another session does not see them.
    stranger = browser.new_context(base_url=service.address)
    assert stranger.request.get(address).status == 404
    for fields in ({"mode": "offline24"}, {"csrf": "0" * 64, "mode": "offline24"}):
        answer = request.post(service.address + "/results", multipart=fields)
        assert answer.status == 403, answer.status
    answer = request.post(service.address + "/results", headers={"Origin": "https://evil.example"}, multipart={"csrf": "x"})
    assert answer.status == 403
    for to in ("//evil.example", "https://evil.example", "/\\evil.example", "/%0d%0aSet-Cookie:a=b"):
        answer = request.get(service.address + "/language/en", params={"to": to}, max_redirects=0)
        assert answer.headers["location"] == "/", (to, answer.headers)
    headers = request.get(service.address + "/").headers
    policy = headers["content-security-policy"]
    assert "unsafe" not in policy and "data:" not in policy and "*" not in policy and "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff" and headers["cache-control"] == "no-store"
    page.close()
    stranger.close()
    print("   strangers: good")


def login(browser, folder, binaries):
    """With keys: nothing is to be seen before one is logged in, nor after one has left."""
    keys = folder / "keys"
    made = subprocess.run([Path(binaries) / "ksef-qr-server", "key", "new", "--keys", keys, "--name", "office", "--scopes",
                           "sign,stamp,verify,read"],
                          capture_output=True, text=True, check=True)
    key = re.search(r"kqr_[A-Za-z0-9_-]+", made.stdout + made.stderr).group(0)
    fixtures = ROOT / "fixtures/keys"
    arguments = ["--keys", keys, "--env", "test", "--cert", fixtures / "offline-ec.crt", "--key", fixtures / "offline-ec.key",
                 "--password-file", fixtures / "password.txt"]
    with Service(binaries, *arguments) as service:
        for language in ("pl", "en"):
            context = browser.new_context(base_url=service.address, locale=language, reduced_motion="reduce")
            page = context.new_page()
            page.goto("/book")
            assert page.url.endswith("/login")
            axe(page, f"{language}-0-login")
            page.fill("#key", "kqr_wrong")
            page.keyboard.press("Enter")
            page.locator("[role=alert]").wait_for()
            page.fill("#key", key)
            page.keyboard.press("Enter")
            page.wait_for_url(service.address + "/")
            (cookie,) = [cookie for cookie in context.cookies() if cookie["name"] == "ksef-qr"]
            assert cookie["httpOnly"] and cookie["sameSite"] == "Strict" and re.fullmatch("[A-Za-z0-9_-]{150}", cookie["value"])
            page.goto("/book")
            assert page.locator(".note.warn").count() == 1, "there is no book"
            page.locator("form[action='/logout'] button").click()
            page.wait_for_url("**/login")
            context.add_cookies([cookie])
            page.goto("/")
            assert page.url.endswith("/login")
            context.close()
        answer = browser.new_context().request.post(service.address + "/login", form={"csrf": "", "key": key})
        assert answer.status == 403
    # A replica that has the same session key takes who logged in at another one, which is gone; a cookie knows no port.
    shared = folder / "session.key"
    shared.write_bytes(os.urandom(32))
    shared.chmod(0o600)
    context = browser.new_context(locale="en")
    page = context.new_page()
    with Service(binaries, *arguments, "--session-key", shared) as service:
        page.goto(service.address + "/login")
        page.fill("#key", key)
        page.keyboard.press("Enter")
        page.wait_for_url(service.address + "/")
    with Service(binaries, *arguments, "--session-key", shared) as service:
        page.goto(service.address + "/certificates")
        assert page.url.endswith("/certificates") and page.locator("tbody tr").count() == 1
        page.locator("form[action='/logout'] button").click()
        page.wait_for_url("**/login")
    context.close()
    print("   login: good")


def by_tls(browser, folder, binaries):
    """The service's own TLS: the session's cookie never travels without it."""
    cert, private, keys = folder / "tls.crt", folder / "tls.key", folder / "tls-keys"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                    "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", private, "-out", cert],
                   check=True, capture_output=True)
    made = subprocess.run([Path(binaries) / "ksef-qr-server", "key", "new", "--keys", keys, "--name", "office", "--scopes",
                           "sign,stamp,verify,read"], capture_output=True, text=True, check=True)
    fixtures = ROOT / "fixtures/keys"
    arguments = ["--keys", keys, "--env", "test", "--cert", fixtures / "offline-ec.crt", "--key", fixtures / "offline-ec.key",
                 "--password-file", fixtures / "password.txt", "--tls-cert", cert, "--tls-key", private]
    with Service(binaries, *arguments) as service:
        address = service.address.replace("http:", "https:")
        context = browser.new_context(base_url=address, locale="pl", ignore_https_errors=True)
        page = context.new_page()
        page.goto("/certificates")
        page.fill("#key", made.stdout.strip())
        page.keyboard.press("Enter")
        page.wait_for_url(address + "/")
        (cookie,) = [cookie for cookie in context.cookies() if cookie["name"] == "__Host-ksef-qr"]
        assert cookie["secure"] and cookie["httpOnly"] and cookie["sameSite"] == "Strict" and cookie["path"] == "/"
        page.goto("/certificates")
        assert page.locator("tbody tr").count() >= 1
        context.close()
    print("   TLS: good")


def main():
    prepare()
    from playwright.sync_api import sync_playwright

    binaries = sys.argv[1] if len(sys.argv) > 1 else ROOT / "target/debug"
    for old in [*SHOTS.glob("*.png"), SHOTS / "server.log"]:
        old.unlink(missing_ok=True)
    folder = SHOTS / "in"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    began = time.monotonic()
    pdf = sample_pdf(folder)
    files = [GOOD / "fa3-basic.xml", pdf, GOOD / "fa3-consumer.xml", GOOD / "fa3-foreign-buyer.xml", BAD / "impossible-date.xml"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        with Service(binaries, "--demo") as service:
            for language in ("pl", "en"):
                for script in (True, False):
                    outage(browser, service, language, script, files, GOOD / "fa3-consumer.xml")
            keyboard(browser, service)
            dropped(browser, service, files)
            hostile(browser, service, folder)
            camera(playwright, service, SHOTS / "code.png")
        login(browser, folder, binaries)
        by_tls(browser, folder, binaries)
        browser.close()
    if FINDINGS:
        print(json.dumps(sorted(set(FINDINGS)), indent=1, ensure_ascii=False))
        raise SystemExit("axe found something")
    print(f"   axe: no findings; {time.monotonic() - began:.0f} s; pictures in {SHOTS.relative_to(ROOT)}")


if __name__ == "__main__":
    main()

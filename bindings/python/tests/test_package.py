import io
import os
import pickle
import shutil
import subprocess
import sys
import tarfile
import threading
from datetime import date
from pathlib import Path
from typing import Any, List

import pytest

import ksef_qr
from conftest import FIXTURES, NOW, fixture
from ksef_qr import Book, Deadline, Issuer, KsefQrError, Refused, Signed


def test_one_invoice(issuer: Issuer, xml: bytes) -> None:
    signed = issuer.sign(xml, now=NOW, mode="offline24")
    kod1, kod2 = signed.links
    assert kod1.startswith("https://qr-test.ksef.mf.gov.pl/invoice/5265877635/15-06-2026/")
    assert signed.kod1.label == "OFFLINE" and signed.kod2 is not None and signed.kod2.label == "CERTYFIKAT"
    assert [picture[:4] for picture in signed.png()] == [b"\x89PNG"] * 2
    # What was not drawn along is drawn from the link, to the same bytes.
    drawn = issuer.sign(xml, now=NOW, formats=[])
    assert drawn.kod1.png() == signed.kod1.png()
    assert all(picture.lstrip().startswith("<") for picture in signed.svg())
    assert [picture[:4] for picture in signed.pdf()] == [b"%PDF"] * 2
    assert signed.send_by == date(2026, 6, 16)
    assert signed.line["seller_nip"] == "5265877635" and signed.warnings == []
    reports = ksef_qr.verify(signed.links, invoices=[xml], issuer=issuer, now=NOW)
    assert len(reports) == 3 and all(reports)
    (report,) = ksef_qr.verify(kod2.replace("/Nip/", "/nip/"), invoices=[xml], issuer=issuer, now=NOW)
    assert not report and report.failures


def test_sizes_hold_for_pictures_that_are_drawn_later(issuer: Issuer, xml: bytes) -> None:
    small, large = (issuer.sign(xml, now=NOW, formats=[], module_px=px).kod1.png() for px in (2, 12))
    assert len(small) < len(large)


def test_refusals_are_exceptions_of_one_and_results_of_many(issuer: Issuer, xml: bytes) -> None:
    with pytest.raises(KsefQrError) as caught:
        issuer.sign(("bad.xml", b"<a/>"))
    assert caught.value.code == "unknown_form" and caught.value.hint and caught.value.input == "bad.xml"
    made = issuer.sign_many([xml, b"", xml], now=NOW)
    assert [type(one) for one in made] == [Signed, Refused, Signed]
    refused = made[1]
    assert isinstance(refused, Refused) and refused.error.code == "empty_file"
    assert pickle.loads(pickle.dumps(caught.value)).code == "unknown_form"


def test_what_is_no_invoice_is_told(issuer: Issuer) -> None:
    with pytest.raises(TypeError, match="give bytes"):
        issuer.sign("<Faktura/>")  # type: ignore[arg-type]
    with pytest.raises(KsefQrError, match="no option of this call"):
        issuer.sign(b"", format="png")
    with pytest.raises(TypeError, match="is no option"):
        issuer.sign(b"", mode=object())


def test_bytes_of_any_kind(issuer: Issuer, xml: bytes) -> None:
    kod1 = issuer.sign(xml, now=NOW).kod1.url
    for given in (bytearray(xml), memoryview(xml)):
        assert issuer.sign(given, now=NOW).kod1.url == kod1


def test_threads_share_an_issuer(issuer: Issuer, xml: bytes) -> None:
    results: List[Any] = []
    threads = [threading.Thread(target=lambda: results.append(issuer.sign(xml, now=NOW).png())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 8


def test_python_goes_on_while_many_are_signed(issuer: Issuer, xml: bytes) -> None:
    done = threading.Event()
    turns = 0

    def work() -> None:
        issuer.sign_many([xml] * 300, now=NOW)
        done.set()

    threading.Thread(target=work).start()
    while not done.wait(0.001):
        turns += 1
    assert turns > 3


def test_keys_are_not_shown(issuer: Issuer) -> None:
    assert repr(issuer) == "Issuer(environment='test', [secret key elided])"
    with pytest.raises(TypeError):
        pickle.dumps(issuer)
    keys = os.path.join(FIXTURES, "keys")
    for password, code in ((None, "password_missing"), ("wrong", "password_wrong")):
        with pytest.raises(KsefQrError) as caught:
            Issuer.from_files(f"{keys}/offline-ec.crt", f"{keys}/offline-ec.fast.key", password=password, environment="test", now=NOW)
        assert caught.value.code == code and "offline-ec.fast.key" in str(caught.value)
    p12 = fixture("keys/offline-ec.p12")
    assert Issuer.from_bytes(p12, None, "Throwaway-Key_2026", environment="test", now=NOW).certificates(now=NOW)[0]["owner_nip"]


def test_documents(issuer: Issuer, xml: bytes) -> None:
    stamped = issuer.stamp(fixture("pdf/blank.pdf"), xml, now=NOW, pdf_mismatch="ignore")
    assert (stamped.document or b"").startswith(b"%PDF") and stamped.line["document"]["type"] == "stamped"
    confirmed = issuer.confirm(xml, now=NOW, language="en", paper="80mm")
    assert (confirmed.document or b"").startswith(b"%PDF")
    number = "5265877635-20260616-0100001AF629-B0"
    with pytest.raises(KsefQrError, match="ksef_number_checksum"):
        ksef_qr.link(xml, environment="test", ksef_number=number)
    assert ksef_qr.link(xml, environment="test").kod2 is None


def test_what_is_looked_at(xml: bytes) -> None:
    assert ksef_qr.check(xml, environment="test", now=NOW)
    checked = ksef_qr.check(b"<a/>", now=NOW)
    assert not checked and checked.findings[0]["code"] == "unknown_form"
    deadline = Deadline(date(2026, 4, 3))
    assert deadline.send_by == date(2026, 4, 7) and deadline.status == "due"
    assert Deadline("2026-04-03", "failure").send_by is None
    assert ksef_qr.number("5265877635-20250826-0100001AF629-AF")["status"] == "right"


def test_a_book_gives_the_same_codes_again(issuer: Issuer, xml: bytes, tmp_path: Path) -> None:
    path = tmp_path / "book.db"
    with pytest.raises(KsefQrError) as caught:
        Book.open(path)
    assert caught.value.code == "book_missing"
    book = Book.create(path, "test", now=NOW)
    first, second = (issuer.sign(xml, book=book, now=NOW, mode="offline24").links for _ in range(2))
    assert first == second
    (due,) = book.due(now=NOW)
    assert due["when"] == "overdue"
    (entry,) = Book.open(path).entries(events=True)
    assert entry["kod2"] == first[1] and entry["events"]


def test_arrow(issuer: Issuer, xml: bytes) -> None:
    pa = pytest.importorskip("pyarrow")
    from ksef_qr import arrow

    table = pa.table({"file": ["a.xml", "b.xml", "c.xml"], "xml": pa.array([xml, b"<a/>", None], pa.binary())})
    made = arrow.sign(issuer, table, name="file", formats=["png", "svg"], now=NOW, rows=2)
    assert made.schema == arrow.schema(["png", "svg"]) and made.num_rows == 3
    rows = made.to_pylist()
    assert rows[0]["kod2_png"].startswith(b"\x89PNG") and rows[0]["error_code"] is None
    assert [row["error_code"] for row in rows[1:]] == ["unknown_form", "empty_file"]
    assert arrow.sign(issuer, table.to_batches()[0], now=NOW).num_rows == 3
    with pytest.raises(TypeError, match="never decoded text"):
        arrow.sign(issuer, table, xml="file")


def test_members_of_archives(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    from ksef_qr import arrow

    archives = []
    for files in ({"b/2.xml": b"<b/>", "1.XML": b"<a/>", "notes.txt": b"no"}, {}, {"3.xml": b""}):
        path = tmp_path / "a.tar"
        with tarfile.open(path, "w") as archive:
            for name, content in files.items():
                entry = tarfile.TarInfo(name)
                entry.size = len(content)
                archive.addfile(entry, io.BytesIO(content))
        archives.append(path.read_bytes())
    table = pa.table({"file": pa.array(archives, pa.binary())})
    found = [("b/2.xml", b"<b/>"), ("1.XML", b"<a/>"), ("3.xml", b"")]
    for given in (table, table.to_batches()[0]):
        made = arrow.members(given, archives="file")
        assert list(zip(made["name"].to_pylist(), made["xml"].to_pylist())) == found
    with pytest.raises(tarfile.ReadError):
        arrow.members(pa.table({"file": pa.array([b"no archive"], pa.binary())}), archives="file")
    assert arrow.members(table.slice(1, 1), archives="file").schema == made.schema


def test_the_wheel_brings_the_command() -> None:
    command = shutil.which("ksef-qr", path=os.path.dirname(sys.executable))
    if command is None and os.environ.get("KSEF_QR_WHEEL") is None:
        pytest.skip("not installed as a wheel")
    assert command is not None
    said = subprocess.run([command, "--version"], stdout=subprocess.PIPE, check=True).stdout.decode()
    assert ksef_qr.__version__ in said

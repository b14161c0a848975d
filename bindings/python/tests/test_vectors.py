"""The table that every binding runs (bindings/vectors.py), through the package as people use it."""

import json
import os
import subprocess
import sys
from typing import Any, Callable, Dict, List, Optional, Tuple

import pytest

import ksef_qr
from ksef_qr import Issuer, KsefQrError, _native

HERE = os.path.dirname(__file__)


def table() -> List[List[str]]:
    made = subprocess.run([sys.executable, os.path.join(HERE, "..", "..", "vectors.py")], stdout=subprocess.PIPE, check=True)
    return [row.split("\t") for row in made.stdout.decode().splitlines()]


def read(path: str) -> Optional[bytes]:
    if path == "-":
        return None
    with open(path, "rb") as file:
        return file.read()


def options(field: str) -> Dict[str, Any]:
    found: Dict[str, Any] = {} if field == "-" else json.loads(field)
    return found


def call(name: str, issuer: Optional[Issuer], files: List[Any], given: str) -> List[_native.Item]:
    own = issuer._native if issuer else None
    text = "" if given == "-" else given
    function: Callable[..., Any] = getattr(_native, name)
    invoices = [(called, xml) for called, xml, _ in files if xml is not None]
    if name in ("sign", "verify"):
        return list(function(own, None, invoices, text))
    if name == "confirm":
        return [function(own, None, invoice, text) for invoice in invoices]
    if name == "stamp":
        return [function(own, None, pdf, None if xml is None else (called, xml), text) for called, xml, pdf in files]
    if name == "link":
        return list(function(None, invoices, text))
    return list(function(invoices, text) if name == "check" else function(text))


@pytest.mark.parametrize("row", table(), ids=lambda row: row[0][:60])
def test_vector(row: List[str]) -> None:
    _, name, cert, key, issuer_options, xml, pdf, given, status, texts, buffers = row
    found, lines, items = 0, "", []
    try:
        issuer = None
        if cert != "-":
            issuer = Issuer.from_bytes(read(cert) or b"", read(key), **options(issuer_options))
        files: List[Tuple[str, Optional[bytes], Optional[bytes]]] = []
        if xml != "-" or pdf != "-":
            files.append(("vector", read(xml), read(pdf)))
        if name != "issuer":
            items = call(name, issuer, files, given)
            found = int(any(item.failed for item in items))
            lines = "\n".join(item.line for item in items)
    except KsefQrError as error:
        found, lines = 2, f'"code":"{error.code}"'
        assert error.hint
    assert found == int(status), lines
    for text in [] if texts == "-" else texts.split("|"):
        assert text in lines
    for buffer in [] if buffers == "-" else buffers.split(","):
        begin = {"png": b"\x89PNG", "pdf": b"%PDF", "svg": b"<"}[buffer[-3:]]
        assert (items[0].buffer(buffer) or b"").startswith(begin)


def test_symbols_are_read_by_another_reader() -> None:
    import io

    import zxingcpp
    from PIL import Image

    with open(os.path.join(HERE, "..", "..", "..", "fixtures", "testkit", "testkit.json"), encoding="utf-8") as file:
        symbols = json.load(file)["symbols"]
    for symbol in symbols:
        picture = ksef_qr.draw(symbol["text"], symbol["label"], ecc=symbol["level"]).png()
        (read_back,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)))
        assert read_back.text == symbol["text"], symbol["name"]

#!/usr/bin/env python3
"""Reads back what ksef-qr made, with programs the project did not write.

usage: judge.py FOLDER CERTIFICATE

FOLDER holds manifest.ndjson and the pictures it names. For every line: OpenSSL verifies the signature of KOD II with
the certificate's public key; ZBar and ZXing read every PNG, and every SVG as librsvg draws it, and must give the link
to the character. Exits with 1 at the first difference.
"""

import base64
import concurrent.futures
import datetime
import hashlib
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import zxingcpp
from PIL import Image


def main(folder: str, certificate: str) -> None:
    folder = pathlib.Path(folder)
    public_key = run(["openssl", "x509", "-in", certificate, "-pubkey", "-noout"])
    serial = run(["openssl", "x509", "-in", certificate, "-serial", "-noout"]).decode().strip().split("=")[1]
    records = [json.loads(line) for line in (folder / "manifest.ndjson").read_text("utf-8").splitlines()]
    signed = [record for record in records if record.get("status") == "signed"]
    assert signed, "nothing was signed"

    def one(record: dict) -> int:
        pictures = 0
        data = pathlib.Path(record["input"]).read_bytes()
        digest = hashlib.sha256(data).digest()
        assert record["hash_base64"] == base64.b64encode(digest).decode()
        assert record["hash_base64url"] == base64.urlsafe_b64encode(digest).decode().rstrip("=")
        assert record["size_bytes"] == len(data)
        day = datetime.date.fromisoformat(record["issue_date"]).strftime("%d-%m-%Y")
        assert re.fullmatch(
            rf"https://qr[a-z-]*\.ksef\.mf\.gov\.pl/invoice/{record['seller_nip']}/{day}/{record['hash_base64url']}",
            record["kod1"]["url"],
        ), record["kod1"]["url"]
        assert record["kod2"]["certificate_serial"] == serial.zfill(16)
        verify(record["kod2"], public_key)
        for code in ("kod1", "kod2"):
            for picture in (record[code].get("png"), record[code].get("svg")):
                if picture:
                    read_back(folder / picture, record[code]["url"])
                    pictures += 1
        return pictures

    with concurrent.futures.ThreadPoolExecutor() as pool:
        pictures = sum(pool.map(one, signed))
    print(f"{folder}: {len(signed)} signatures verified by OpenSSL, {pictures} pictures read by ZBar and ZXing")


def verify(kod2: dict, public_key: bytes) -> None:
    text, signature = kod2["url"].removeprefix("https://").rsplit("/", 1)
    assert "=" not in signature
    signature = base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
    options = []
    if kod2["algorithm"] == "PS256":
        options = ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:32"]
    elif kod2["algorithm"] == "ES256-P1363":
        assert len(signature) == 64
        signature = der(signature)
    else:
        assert kod2["algorithm"] == "ES256-DER"
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        (scratch / "key.pem").write_bytes(public_key)
        (scratch / "signature").write_bytes(signature)
        (scratch / "text").write_bytes(text.encode())
        verdict = run(
            ["openssl", "dgst", "-sha256", "-verify", scratch / "key.pem", *options]
            + ["-signature", scratch / "signature", scratch / "text"]
        )
    assert verdict.strip() == b"Verified OK", verdict


def der(p1363: bytes) -> bytes:
    def integer(number: bytes) -> bytes:
        number = number.lstrip(b"\0") or b"\0"
        number = b"\0" + number if number[0] & 0x80 else number
        return b"\x02" + bytes([len(number)]) + number

    body = integer(p1363[:32]) + integer(p1363[32:])
    return b"\x30" + bytes([len(body)]) + body


def read_back(picture: pathlib.Path, expected: str) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        png = picture
        if picture.suffix == ".svg":
            run(["xmllint", "--noout", picture])
            png = pathlib.Path(scratch) / "drawn.png"
            run(["rsvg-convert", "--dpi-x", "300", "--dpi-y", "300", "-o", png, picture])
        by_zbar = run(["zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", png]).decode().removesuffix("\n")
        assert by_zbar == expected, f"{picture}: ZBar reads {by_zbar!r}, expected {expected!r}"
        # QR codes alone: among the modules of a large code it now and then sees a short bar code that nobody drew.
        found = zxingcpp.read_barcodes(Image.open(png).convert("L"), formats=zxingcpp.BarcodeFormat.QRCode)
        by_zxing = [code.text for code in found]
        assert by_zxing == [expected], f"{picture}: ZXing reads {by_zxing!r}, expected {expected!r}"


def run(command: list) -> bytes:
    done = subprocess.run([str(word) for word in command], capture_output=True, check=False)
    assert done.returncode == 0, f"{command}: {done.stderr.decode()}{done.stdout.decode()}"
    return done.stdout


if __name__ == "__main__":
    main(*sys.argv[1:])

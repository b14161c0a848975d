"""What ksef-client 0.20.0 does where a wrong code could be printed: each line is a call and its answer.

Usage: edges.py FIXTURES OUT
"""

import base64
import sys
import tempfile
from datetime import date
from io import BytesIO
from pathlib import Path

import zxingcpp
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from ksef_client import FileCertificateStore, KsefClientOptions, KsefEnvironment
from ksef_client.documents.fa3 import parse_invoice_xml
from ksef_client.services import VerificationLinkService, add_label_to_qr, generate_qr_png, get_file_metadata
from PIL import Image

FIXTURES, OUT = Path(sys.argv[1]), Path(sys.argv[2])
KEYS, INVOICES = FIXTURES / "keys", FIXTURES / "invoices"
XML = (INVOICES / "good/fa3-basic.xml").read_bytes()
DIGEST = get_file_metadata(XML).sha256_base64
RIGHT = {
    "seller_nip": "5265877635",
    "context_identifier_type": "Nip",
    "context_identifier_value": "5265877635",
    "certificate_serial": "01F0A1B2C3D4E501",
    "invoice_hash": DIGEST,
}
SERVICE = VerificationLinkService(KsefClientOptions(base_url=KsefEnvironment.TEST.value))


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    certificates()
    serials()
    segments()
    dates()
    invoices()
    keys()
    pictures()


def certificates() -> None:
    print("# Certificate given beside the key (signing_certificate_pem)")
    pairs = [
        ("authentication-ec.crt", "authentication-ec.pkcs8.pem", "type 1, for logging in"),
        ("expired-ec.crt", "offline-ec.pkcs8.pem", "expired in 2025"),
        ("future-ec.crt", "offline-ec.pkcs8.pem", "valid from 2090"),
        ("offline-ec.crt", "other-ec.pkcs8.pem", "of another key"),
        ("prod-offline-ec.crt", "prod-offline-ec.pkcs8.pem", "production's, on a link to the test host"),
        ("ec-p384.crt", "ec-p384.pkcs8.pem", "P-384, which KSeF does not take"),
        ("rsa-1024.crt", "rsa-1024.pkcs8.pem", "RSA 1024, which KSeF does not take"),
    ]
    for certificate, key, what in pairs:
        show(f"{certificate} + {key} ({what})", lambda c=certificate, k=key: kod2(k, certificate=read(c)))
    for key in ("offline-ec.pkcs8.pem", "other-ec.pkcs8.pem"):
        print(f"  signed by {key}, verified with offline-ec.crt: {verified(kod2(key, certificate=read('offline-ec.crt')))}")
    show("'this is no certificate'", lambda: kod2("offline-ec.pkcs8.pem", certificate="this is no certificate"))


def verified(link: str) -> bool:
    text, signature = link.removeprefix("https://").rsplit("/", 1)
    raw = base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
    der = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    public = x509.load_pem_x509_certificate((KEYS / "offline-ec.crt").read_bytes()).public_key()
    try:
        public.verify(der, text.encode(), ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def serials() -> None:
    print("# Certificate serial number; KSeF wants 01F0A1B2C3D4E501: 16 digits, upper case")
    certificate = x509.load_pem_x509_certificate((KEYS / "offline-ec.crt").read_bytes())
    with tempfile.TemporaryDirectory() as folder:
        store = FileCertificateStore(Path(folder) / "store")
        key = read("offline-ec.pkcs8.pem")
        store.save("firm", certificate=read("offline-ec.crt"), private_key=key, environment="TEST")
        stored = store.load("firm").record.serial_number
    for value, what in [
        (stored, "what the package's own FileCertificateStore says of this certificate"),
        (str(certificate.serial_number), "decimal"),
        ("1F2A", "short"),
        ("x", "no number"),
    ]:
        show(f"{value} ({what})", lambda v=value: kod2("offline-ec.pkcs8.pem", certificate_serial=v))


def segments() -> None:
    print("# NIP, context")
    for changes in [
        {"seller_nip": "1234567890"},
        {"seller_nip": "526-587-76-35"},
        {"context_identifier_value": "abc"},
        {"context_identifier_type": "nip"},
        {"context_identifier_type": "NipVatUe", "context_identifier_value": "5265877635-IE1+23456A"},
    ]:
        show(str(changes), lambda c=changes: kod2("offline-ec.pkcs8.pem", **c))


def dates() -> None:
    print("# Issue date of KOD I")
    for value in [date(2026, 6, 15), "2026-06-15", "15-06-2026", "39-19-2026", "2026-02-31", "2099-01-01", "15.06.2026"]:
        show(repr(value), lambda v=value: SERVICE.build_invoice_verification_url("5265877635", v, DIGEST))


def invoices() -> None:
    print("# Invoices that KSeF refuses: nothing looks at the file, the hash is taken of anything")
    for name in ("empty", "not-xml", "bom", "utf16", "truncated"):
        digest = get_file_metadata((INVOICES / f"bad/{name}.xml").read_bytes()).sha256_base64
        show(f"{name}.xml", lambda d=digest: kod2("offline-ec.pkcs8.pem", invoice_hash=d))
    print("# The package's own reader (parse_invoice_xml), which no function for links calls: what it takes")
    for folder in ("good", "bad"):
        taken, files = [], sorted((INVOICES / folder).glob("*.xml"))
        for file in files:
            try:
                parse_invoice_xml(file.read_bytes())
                taken.append(file.stem)
            except Exception:  # noqa: BLE001
                continue
        print(f"  {folder}: {len(taken)} of {len(files)}: {', '.join(taken)}")


def keys() -> None:
    print("# Forms of the same key, read as text (Latin-1 where DER), with the password where there is one")
    password = (KEYS / "password.txt").read_text().strip()
    refused = []
    names = sorted(p.name for p in KEYS.glob("offline-*") if p.suffix in (".key", ".pem", ".der"))
    names = [name for name in names if not any(word in name for word in ("public", "csr", "chain"))]
    for name in names:
        for secret in (None, password):
            try:
                kod2(name, private_key_password=secret)
                break
            except Exception as error:  # noqa: BLE001
                reason = f"{type(error).__name__}: {str(error)[:100]}"
        else:
            refused.append(f"{name} ({reason})")
    print(f"  read: {len(names) - len(refused)} of {len(names)}; refused: {'; '.join(refused)}")


def pictures() -> None:
    print("# Pictures at default settings")
    link = kod2("offline-ec.pkcs8.pem")
    bare = generate_qr_png(link)
    labelled = add_label_to_qr(bare, "CERTYFIKAT")
    (OUT / "pypi.kod2.png").write_bytes(labelled)
    picture = Image.open(BytesIO(labelled))
    height = picture.height - Image.open(BytesIO(bare)).height
    symbol = Image.open(BytesIO(bare)).convert("L").getcolors()
    # Ink below the symbol: the letters' height.
    below = picture.convert("L").crop((0, picture.height - height, *picture.size)).point(lambda p: 255 * (p < 128)).getbbox()
    letters = below[3] - below[1]
    code = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)[0]
    module = 10
    print(f"  {picture.size} px, mode {picture.mode}, {len(labelled)} bytes, dpi {picture.info.get('dpi')}, grey levels in the symbol {len(symbol)}")
    print(f"  reads back: {code.text == link}, error correction {code.ec_level}")
    print(f"  letters {letters} px = {letters / module:.1f} modules high: {letters / module * 0.5:.2f} mm at 0.5 mm a module")
    print(f"  white between the symbol's last module and the label's letters: {4 + (below[1]) / module:.1f} modules")


def kod2(key: str, *, certificate: str | None = None, **changes: str) -> str:
    changes = {"signing_certificate_pem": certificate, "private_key_pem": read(key), **changes}
    return SERVICE.build_certificate_verification_url(**{**RIGHT, **changes})


def read(name: str) -> str:
    return (KEYS / name).read_text("latin-1")


def show(what: str, call) -> None:  # noqa: ANN001
    try:
        link = call()
        print(f"  {what}\n    -> {link if len(link) < 180 else link[:150] + '… (' + str(len(link)) + ' characters)'}")
    except Exception as error:  # noqa: BLE001
        print(f"  {what}\n    -> refused, {type(error).__name__}: {str(error)[:150]}")


if __name__ == "__main__":
    main()

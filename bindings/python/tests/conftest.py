import os

import pytest

import ksef_qr

FIXTURES = os.path.join(os.path.dirname(__file__), "..", "..", "..", "fixtures")
NOW = "2026-06-30T12:00:00Z"


def fixture(name: str) -> bytes:
    with open(os.path.join(FIXTURES, name), "rb") as file:
        return file.read()


@pytest.fixture(scope="session")
def issuer() -> ksef_qr.Issuer:
    keys = os.path.join(FIXTURES, "keys")
    return ksef_qr.Issuer.from_files(
        os.path.join(keys, "offline-ec.crt"),
        os.path.join(keys, "offline-ec.fast.key"),
        password_file=os.path.join(keys, "password.txt"),
        environment="test",
        now=NOW,
    )


@pytest.fixture(scope="session")
def xml() -> bytes:
    return fixture("invoices/good/fa3-basic.xml")

"""KOD I and KOD II, the signed QR codes of Polish KSeF e-invoices issued offline.

>>> from ksef_qr import Issuer
>>> issuer = Issuer.from_files(cert="firm.crt", key="firm.key", password_file="p")  # doctest: +SKIP
>>> signed = issuer.sign(open("invoice.xml", "rb").read())  # doctest: +SKIP
>>> kod1, kod2 = signed.png()  # doctest: +SKIP

What is refused is a KsefQrError with a stable ``code`` and a ``hint``. Options are named as those of the service; lines of JSON
(``line``) are those of docs/contracts.md. Everything may be used from any number of threads; work is done without the GIL.
"""

from __future__ import annotations

import json
import os
from datetime import date
from typing import Any, Iterable, List, Optional, Sequence, Tuple, Union

from . import _native
from ._errors import KsefQrError
from ._made import Checked, Code, Line, Outcome, Refused, Report, Signed, day_of, one_of, options_of, outcomes

__version__ = _native.__version__
__all__ = [
    "Book",
    "Checked",
    "Code",
    "Deadline",
    "Issuer",
    "KsefQrError",
    "Line",
    "Outcome",
    "Refused",
    "Report",
    "Signed",
    "check",
    "check_many",
    "draw",
    "link",
    "link_many",
    "number",
    "stamp",
    "verify",
]

Bytes = Union[bytes, bytearray, memoryview]
"""What holds bytes. Give those of the file as it is sent to KSeF, never a text that was decoded."""

Path = Union[str, "os.PathLike[str]"]
Day = Union[str, date]
Invoice = Union[Bytes, Tuple[str, Bytes]]
"""An invoice's XML, or the name that messages call it by, and its XML."""


def _bytes(what: str, given: Bytes) -> bytes:
    if isinstance(given, bytes):
        return given
    if isinstance(given, (bytearray, memoryview)):
        return bytes(given)
    raise TypeError(f"{what} is {type(given).__name__}; give bytes, as the file has them")


def _path(given: Optional[Path]) -> Optional[str]:
    return None if given is None else os.fspath(given)


def _password(given: Union[str, Bytes, None]) -> Optional[bytes]:
    if given is None:
        return None
    return given.encode() if isinstance(given, str) else _bytes("the password", given)


def _lines(items: Sequence[_native.Item]) -> List[Line]:
    return [json.loads(item.line) for item in items]


class Issuer:
    """Who signs: a certificate with its key, or a register of many, of which each invoice has its own.

    Opened once; shared by any number of threads. It cannot be pickled: workers open their own, by the paths of their files.
    """

    __slots__ = ("_native",)

    def __init__(self, native: _native.Issuer) -> None:
        self._native = native

    @classmethod
    def from_files(
        cls,
        cert: Optional[Path] = None,
        key: Optional[Path] = None,
        *,
        p12: Optional[Path] = None,
        p12_entry: Optional[str] = None,
        register: Optional[Path] = None,
        password: Union[str, Bytes, None] = None,
        password_file: Optional[Path] = None,
        environment: str = "prod",
        context: Optional[str] = None,
        on_behalf: bool = False,
        signature_encoding: Optional[str] = None,
        deterministic: bool = False,
        allow: Sequence[str] = (),
        now: Optional[str] = None,
    ) -> Issuer:
        """Opens a certificate and its key, a PKCS#12 file, or a register of certificates.

        ``environment`` is prod, demo or test; ``context`` is Nip:5265877635 or the like, and chosen for each invoice if it is left out.
        """
        options = options_of(
            {
                "cert": _path(cert),
                "key": _path(key),
                "p12": _path(p12),
                "p12_entry": p12_entry,
                "register": _path(register),
                "password_file": _path(password_file),
                "environment": environment,
                "context": context,
                "on_behalf": on_behalf,
                "signature_encoding": signature_encoding,
                "deterministic": deterministic,
                "allow": allow,
                "now": now,
            }
        )
        return cls(_native.Issuer.from_files(options, _password(password)))

    @classmethod
    def from_bytes(
        cls,
        cert: Bytes,
        key: Optional[Bytes] = None,
        password: Union[str, Bytes, None] = None,
        *,
        p12_entry: Optional[str] = None,
        environment: str = "prod",
        context: Optional[str] = None,
        on_behalf: bool = False,
        signature_encoding: Optional[str] = None,
        deterministic: bool = False,
        allow: Sequence[str] = (),
        now: Optional[str] = None,
    ) -> Issuer:
        """The same from memory; without ``key``, ``cert`` is a PKCS#12 file."""
        options = options_of(
            {
                "p12_entry": p12_entry,
                "environment": environment,
                "context": context,
                "on_behalf": on_behalf,
                "signature_encoding": signature_encoding,
                "deterministic": deterministic,
                "allow": allow,
                "now": now,
            }
        )
        given_key = None if key is None else _bytes("the key", key)
        return cls(_native.Issuer.from_bytes(_bytes("the certificate", cert), given_key, _password(password), options))

    @property
    def environment(self) -> str:
        """Which KSeF it is for."""
        return self._native.environment

    def sign(self, invoice: Invoice, *, book: Optional[Book] = None, **options: Any) -> Signed:
        """KOD I and KOD II of an offline invoice.

        Options: ``formats`` (["png"]; [] for links alone), ``ecc``, ``module_px``, ``dpi``, ``mode``, ``ended``, ``failures``,
        ``allow``, ``now``.
        """
        # The call that a till waits for: no function more than it needs.
        native = None if book is None else book._native
        if options:
            return one_of(_native.sign_one(self._native, native, invoice, options_of(options)), options)
        item = _native.sign_one(self._native, native, invoice, "")
        return one_of(item, options) if item.failed else Signed(item, options)

    def sign_many(self, invoices: Iterable[Invoice], *, book: Optional[Book] = None, **options: Any) -> List[Outcome]:
        """The same of many, over all processors (``jobs`` says otherwise), in their order. One that is refused stops no other."""
        return outcomes(_native.sign(self._native, _book(book), list(invoices), options_of(options)), options)

    def stamp(
        self, pdf: Bytes, invoice: Optional[Invoice] = None, *, book: Optional[Book] = None, **options: Any
    ) -> Signed:
        """The codes on a PDF, which is ``document`` of what is returned. Without ``invoice`` the PDF holds it.

        Options, too: ``page``, ``corner``, ``x_mm``, ``y_mm``, ``size_mm``, ``arrange``, ``if_occupied``, ``pdf_mismatch``, ``repair``,
        ``pdf_password``.
        """
        return one_of(_native.stamp(self._native, _book(book), pdf, invoice, options_of(options)), options)

    def confirm(self, invoice: Invoice, *, book: Optional[Book] = None, **options: Any) -> Signed:
        """A confirmation of the transaction, for the buyer: a PDF, which is ``document``. Options, too: ``language``, ``paper``."""
        return one_of(_native.confirm(self._native, _book(book), invoice, options_of(options)), options)

    def certificates(self, *, now: Optional[str] = None) -> List[Line]:
        """Its certificates, by the day by which each is to be replaced (``cert expiring --json``)."""
        return _lines(self._native.certificates(options_of({"now": now})))

    def __repr__(self) -> str:
        return f"Issuer(environment={self.environment!r}, [secret key elided])"


class Book:
    """The book of invoices: what has codes gets the same ones again, what is new is entered. Give it as ``book``."""

    __slots__ = ("_native",)

    def __init__(self, native: _native.Book) -> None:
        self._native = native

    @classmethod
    def open(cls, address: Path, *, environment: Optional[str] = None, now: Optional[str] = None) -> Book:
        """Opens the file, or the PostgreSQL server by its URL."""
        return cls(_native.Book.open(os.fspath(address), options_of({"environment": environment, "now": now})))

    @classmethod
    def create(cls, address: Path, environment: str = "prod", *, now: Optional[str] = None) -> Book:
        """Makes a new one, which must not be there."""
        options = options_of({"create": True, "environment": environment, "now": now})
        return cls(_native.Book.open(os.fspath(address), options))

    def entries(self, **options: Any) -> List[Line]:
        """Its invoices. Options: ``seller``, ``number``, ``state``, ``open``, ``issued_from``, ``issued_to``, ``events``."""
        return _lines(self._native.entries(options_of(options)))

    def due(self, **options: Any) -> List[Line]:
        """What KSeF must still get, the first day first."""
        return _lines(self._native.due(options_of(options)))

    def import_answer(self, answer: Bytes, *, name: Optional[str] = None, now: Optional[str] = None) -> List[Line]:
        """Enters what KSeF said: a UPO, or its answer in JSON."""
        options = options_of({"name": name, "now": now})
        return _lines(self._native.import_answer(_bytes("the answer", answer), options))


def _book(book: Optional[Book]) -> Optional[_native.Book]:
    return None if book is None else book._native


class Deadline:
    """By when an invoice is to be sent to KSeF: ``send_by``, None while the outage lasts or if it is never to be sent."""

    __slots__ = ("line", "send_by", "status")

    line: Line
    status: str
    send_by: Optional[date]

    def __init__(
        self, issued: Day, mode: str = "offline24", *, ended: Optional[Day] = None, failures: Sequence[str] = ()
    ) -> None:
        options = options_of({"issued": issued, "mode": mode, "ended": ended, "failures": failures})
        (self.line,) = _lines(_native.deadline(options))
        self.status = self.line["status"]
        self.send_by = day_of(self.line["send_by"])

    def __repr__(self) -> str:
        return f"Deadline({self.line['issued']}, {self.line['mode']}: {self.send_by or self.status})"


def link(invoice: Invoice, *, environment: str = "prod", book: Optional[Book] = None, **options: Any) -> Signed:
    """KOD I alone; with ``ksef_number`` the number stands under it."""
    given = options_of({"environment": environment, **options})
    (made,) = _native.link(_book(book), [invoice], given)
    return one_of(made, options)


def link_many(
    invoices: Iterable[Invoice], *, environment: str = "prod", book: Optional[Book] = None, **options: Any
) -> List[Outcome]:
    """The same of many, over all processors."""
    made = _native.link(_book(book), list(invoices), options_of({"environment": environment, **options}))
    return outcomes(made, options)


def stamp(
    pdf: Bytes, invoice: Optional[Invoice] = None, *, ksef_number: str, book: Optional[Book] = None, **options: Any
) -> Signed:
    """KOD I with the KSeF number on a PDF, which is ``document``; of an offline invoice ``Issuer.stamp``."""
    given = options_of({"ksef_number": ksef_number, **options})
    return one_of(_native.stamp(None, _book(book), pdf, invoice, given), options)


def check(invoice: Invoice, *, environment: str = "prod", **options: Any) -> Checked:
    """Looks for everything for which KSeF would refuse the file. Options: ``mode``, ``ended``, ``failures``, ``now``."""
    (checked,) = check_many([invoice], environment=environment, **options)
    return checked


def check_many(invoices: Iterable[Invoice], *, environment: str = "prod", **options: Any) -> List[Checked]:
    """The same of many, over all processors."""
    made = _native.check(list(invoices), options_of({"environment": environment, **options}))
    return [Checked(item) for item in made]


def verify(
    links: Union[str, Sequence[str]],
    *,
    invoices: Iterable[Invoice] = (),
    certificates: Sequence[Union[str, bytes]] = (),
    issuer: Optional[Issuer] = None,
    book: Optional[Book] = None,
    now: Optional[str] = None,
) -> List[Report]:
    """What is right and wrong about links: a report of each, and of each pair.

    They are compared with the invoices, and KOD II with the certificates (PEM, or DER in Base64), those of the issuer too.
    """
    texts = [one.decode() if isinstance(one, bytes) else one for one in certificates]
    options = options_of({"links": links, "certificates": texts, "now": now})
    native = None if issuer is None else issuer._native
    return [Report(item) for item in _native.verify(native, _book(book), list(invoices), options)]


def number(text: str, *, now: Optional[str] = None) -> Line:
    """What a number of KSeF is; ``status`` is right or wrong (``number --json``)."""
    (line,) = _lines(_native.number(options_of({"text": text, "now": now})))
    return line


def draw(link: str, label: str, **options: Any) -> Code:
    """A link that was made before, to be drawn. Options: ``ecc``, ``module_px``, ``dpi``."""
    return Code(link, label, None, "code", options)

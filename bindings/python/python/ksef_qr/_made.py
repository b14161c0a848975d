"""What comes of a call: values over the lines of JSON that docs/contracts.md describes."""

from __future__ import annotations

import json
from datetime import date
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple, Union, cast

from . import _native
from ._errors import KsefQrError

Line = Dict[str, Any]
"""A line of JSON, as docs/contracts.md has it. Pass over fields that you do not know."""


def options_of(given: Mapping[str, Any]) -> str:
    """Options as JSON; what is None is left out."""
    if not given:
        return ""

    def plain(value: Any) -> Any:
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, (tuple, set, frozenset)):
            return list(value)
        raise TypeError(f"{type(value).__name__} is no option")

    return json.dumps({name: value for name, value in given.items() if value is not None}, default=plain)


def drawing_of(options: Mapping[str, Any]) -> Mapping[str, Any]:
    """Those that say how pictures look."""
    if not options:
        return options
    return {name: options[name] for name in ("ecc", "module_px", "dpi") if options.get(name) is not None}


def day_of(text: Optional[str]) -> Optional[date]:
    return None if text is None else date.fromisoformat(text)


class Code:
    """A code: its link, what stands under it, and pictures of it."""

    __slots__ = ("_drawing", "_item", "_name", "label", "url")

    url: str
    label: str

    def __init__(
        self, url: str, label: str, item: Optional[_native.Item], name: str, drawing: Mapping[str, Any]
    ) -> None:
        self.url, self.label = url, label
        self._item, self._name, self._drawing = item, name, drawing

    def png(self) -> bytes:
        """The code with its label as a PNG."""
        return self._picture("png")

    def svg(self) -> str:
        """The same as SVG."""
        return self._picture("svg").decode()

    def pdf(self) -> bytes:
        """The same as a PDF of one page."""
        return self._picture("pdf")

    def _picture(self, form: str) -> bytes:
        drawn = self._item.buffer(f"{self._name}.{form}") if self._item is not None else None
        if drawn is not None:
            return drawn
        options = {**self._drawing, "link": self.url, "label": self.label, "formats": [form]}
        made = _native.draw(options_of(options))[0].buffer(f"code.{form}")
        if made is None:
            raise KsefQrError("internal", "the picture was not drawn")
        return made

    def __repr__(self) -> str:
        return f"Code({self.url!r}, {self.label!r})"


class Signed:
    """An invoice with its codes. ``line`` has every field of the manifest."""

    __slots__ = ("_drawing", "_item", "_line")

    def __init__(self, item: _native.Item, drawing: Mapping[str, Any]) -> None:
        self._item, self._drawing = item, drawing
        self._line: Optional[Line] = None

    @property
    def line(self) -> Line:
        """The line of the manifest (docs/schema/manifest.json)."""
        if self._line is None:
            self._line = json.loads(self._item.line)
        return self._line

    @property
    def kod1(self) -> Code:
        """KOD I, which leads to the invoice."""
        return self._codes()[0]

    @property
    def kod2(self) -> Optional[Code]:
        """KOD II, which proves who issued it; None of ``link``."""
        codes = self._codes()
        return codes[1] if len(codes) > 1 else None

    @property
    def links(self) -> Tuple[str, ...]:
        """The links of its codes: KOD I, KOD II."""
        return self._item.links

    @property
    def document(self) -> Optional[bytes]:
        """The stamped PDF, or the confirmation."""
        return self._item.buffer("document.pdf")

    @property
    def send_by(self) -> Optional[date]:
        """The last day for sending the invoice to KSeF, if ``mode`` was given and it is known."""
        return day_of(self.line.get("send_by"))

    @property
    def warnings(self) -> List[Line]:
        """What somebody should look at: ``code`` and ``message``."""
        return cast(List[Line], self.line["warnings"])

    def png(self) -> Tuple[bytes, ...]:
        """Its codes as PNGs: KOD I, KOD II."""
        # As in `_pictures`: the usual case, without a call more.
        return self._item.pictures("png") or self._pictures("png")

    def svg(self) -> Tuple[str, ...]:
        """Its codes as SVGs."""
        return tuple(picture.decode() for picture in self._pictures("svg"))

    def pdf(self) -> Tuple[bytes, ...]:
        """Its codes as PDFs of one page each."""
        return self._pictures("pdf")

    def _pictures(self, form: str) -> Tuple[bytes, ...]:
        # Drawn along with the signature, if they were asked for.
        return self._item.pictures(form) or tuple(code._picture(form) for code in self._codes())

    def _codes(self) -> List[Code]:
        codes = zip(self._item.links, self._item.labels, ("kod1", "kod2"))
        return [Code(url, label, self._item, name, self._drawing) for url, label, name in codes]

    def __repr__(self) -> str:
        return f"Signed({self.line['input']!r}, {self.line['status']})"


class Refused:
    """An invoice that got no code, and why."""

    __slots__ = ("error", "line")

    error: KsefQrError
    line: Line

    def __init__(self, item: _native.Item) -> None:
        self.line = json.loads(item.line)
        error = self.line["error"]
        about = error.get("input") or self.line["input"] or None
        self.error = KsefQrError(error["code"], error["message"], error["hint"], about)

    def __repr__(self) -> str:
        return f"Refused({self.error})"


Outcome = Union[Signed, Refused]
"""What came of an invoice of many."""


def outcomes(items: Sequence[_native.Item], options: Mapping[str, Any]) -> List[Outcome]:
    drawing = drawing_of(options)
    return [Refused(item) if item.failed else Signed(item, drawing) for item in items]


def one_of(item: _native.Item, options: Mapping[str, Any]) -> Signed:
    if item.failed:
        raise Refused(item).error
    return Signed(item, drawing_of(options) if options else options)


class Checked:
    """What a check found in a file: ``accepted`` is true if KSeF would take it."""

    __slots__ = ("accepted", "line")

    accepted: bool
    line: Line

    def __init__(self, item: _native.Item) -> None:
        self.accepted = not item.failed
        self.line = json.loads(item.line)

    @property
    def findings(self) -> List[Line]:
        """``code``, ``severity``, ``line``, ``column``, ``message``, ``hint``."""
        return cast(List[Line], self.line["findings"])

    def __bool__(self) -> bool:
        return self.accepted

    def __repr__(self) -> str:
        return f"Checked({self.line['input']!r}, accepted={self.accepted})"


class Report:
    """What is right and wrong about a link, or about a pair of them: ``ok`` is true if nothing failed."""

    __slots__ = ("line", "ok")

    ok: bool
    line: Line

    def __init__(self, item: _native.Item) -> None:
        self.ok = not item.failed
        self.line = json.loads(item.line)

    @property
    def checks(self) -> List[Line]:
        """``code``, ``outcome``, ``reason``, of failures ``remedy``."""
        return cast(List[Line], self.line["checks"])

    @property
    def failures(self) -> List[str]:
        """The codes of what failed."""
        return [check["code"] for check in self.checks if check["outcome"] == "fail"]

    def __bool__(self) -> bool:
        return self.ok

    def __repr__(self) -> str:
        return f"Report({self.line['type']}, {self.line['result']}, failures={self.failures})"

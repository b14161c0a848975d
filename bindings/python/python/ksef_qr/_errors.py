"""What goes wrong, as exceptions."""

from __future__ import annotations

from typing import Optional


class KsefQrError(Exception):
    """An error of ksef-qr.

    ``code`` is stable (docs/codes.md); ``message`` says what was found, ``hint`` what to do, ``input`` which file it is about.
    """

    code: str
    message: str
    hint: str
    input: Optional[str]

    def __init__(self, code: str, message: str, hint: str = "", input: Optional[str] = None) -> None:
        super().__init__(code, message, hint, input)
        self.code, self.message, self.hint, self.input = code, message, hint, input

    def __str__(self) -> str:
        about = f"{self.input}: " if self.input else ""
        return f"{about}{self.message} [{self.code}]"

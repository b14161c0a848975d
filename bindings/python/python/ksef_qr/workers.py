"""An issuer for each process of a cluster: the keys are references, and no key travels.

    KSEF_QR_CERT, KSEF_QR_KEY      paths on every worker: of a secret that is mounted there, for example
    KSEF_QR_P12                    in their place: a PKCS#12 file
    KSEF_QR_PASSWORD_FILE          the path of the password, if there is one
    KSEF_QR_ENVIRONMENT            prod if it is not set
"""

from __future__ import annotations

import os
import threading
from typing import Dict

from . import Issuer

_opened: Dict[bool, Issuer] = {}
_opening = threading.Lock()


def issuer(deterministic: bool = True) -> Issuer:
    """Opens it when it is first asked for, once a process, whatever the threads, tasks and batches of it.

    Signatures of EC keys are deterministic, if nothing else is said: work that is done again, because a worker died, gives the codes that it
    gave before.
    """
    found = _opened.get(deterministic)
    if found is not None:
        return found
    # Two threads of one process wait for one another, and the key is read once.
    with _opening:
        if deterministic not in _opened:
            _opened[deterministic] = Issuer.from_files(
                os.environ.get("KSEF_QR_CERT"),
                os.environ.get("KSEF_QR_KEY"),
                p12=os.environ.get("KSEF_QR_P12"),
                password_file=os.environ.get("KSEF_QR_PASSWORD_FILE"),
                environment=os.environ.get("KSEF_QR_ENVIRONMENT", "prod"),
                deterministic=deterministic,
            )
        return _opened[deterministic]


def _begin_anew() -> None:
    """A process that was forked opens its own: another thread may have held a lock of the library at that moment."""
    global _opening
    _opened.clear()
    _opening = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew)

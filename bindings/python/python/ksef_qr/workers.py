"""An issuer for each process of a cluster: the keys are references, and no key travels.

    KSEF_QR_CERT, KSEF_QR_KEY      paths on every worker: of a secret that is mounted there, for example
    KSEF_QR_P12                    in their place: a PKCS#12 file
    KSEF_QR_PASSWORD_FILE          the path of the password, if there is one
    KSEF_QR_ENVIRONMENT            prod if it is not set
"""

from __future__ import annotations

import functools
import os

from . import Issuer


@functools.lru_cache(maxsize=None)
def issuer(deterministic: bool = True) -> Issuer:
    """Opens it when it is first asked for, once a process.

    Signatures of EC keys are deterministic, if nothing else is said: work that is done again, because a worker died, gives the codes that it
    gave before.
    """
    return Issuer.from_files(
        os.environ.get("KSEF_QR_CERT"),
        os.environ.get("KSEF_QR_KEY"),
        p12=os.environ.get("KSEF_QR_P12"),
        password_file=os.environ.get("KSEF_QR_PASSWORD_FILE"),
        environment=os.environ.get("KSEF_QR_ENVIRONMENT", "prod"),
        deterministic=deterministic,
    )

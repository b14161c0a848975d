"""What Python costs over Rust, and what a second processor brings.

    cargo build --release --workspace --example direct
    python overhead.py ../../../target/release/examples/direct        with a wheel of a release build installed
"""

import os
import subprocess
import sys
import time
from typing import Callable

import ksef_qr

FIXTURES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "fixtures")


def best(work: Callable[[], object], invoices: int) -> float:
    """Microseconds an invoice, the best of five."""
    times = []
    for _ in range(5):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return min(times) / invoices * 1e6


def main(direct: str, rounds: int = 2000) -> None:
    keys = os.path.join(FIXTURES, "keys")
    issuer = ksef_qr.Issuer.from_files(
        os.path.join(keys, "offline-ec.crt"), os.path.join(keys, "offline-ec.pkcs8.pem"), environment="test"
    )
    with open(os.path.join(FIXTURES, "invoices/good/fa3-basic.xml"), "rb") as file:
        xml = file.read()

    def one() -> None:
        for _ in range(rounds):
            issuer.sign(xml).png()

    many = [xml] * rounds
    rust = float(subprocess.run([direct, str(rounds)], stdout=subprocess.PIPE, check=True).stdout)
    single = best(one, rounds)
    threads = {jobs: best(lambda: issuer.sign_many(many, jobs=jobs), rounds) for jobs in (1, 2)}
    print(f"one invoice to both PNGs: Rust {rust:.1f} us, Python {single:.1f} us: {single / rust:.2f} times")
    print(f"sign_many: one thread {threads[1]:.1f} us, two {threads[2]:.1f} us: {threads[1] / threads[2]:.2f} times as fast")


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))

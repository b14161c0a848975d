"""What Python costs over Rust, and what a second processor brings.

    cargo build --release --workspace --example direct
    python overhead.py ../../../target/release/examples/direct        with a wheel of a release build installed
"""

import os
import subprocess
import sys
import time
from typing import Callable, Dict

import ksef_qr

FIXTURES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "fixtures")


def main(direct: str, rounds: int = 2000, turns: int = 9) -> None:
    keys = os.path.join(FIXTURES, "keys")
    issuer = ksef_qr.Issuer.from_files(
        os.path.join(keys, "offline-ec.crt"), os.path.join(keys, "offline-ec.pkcs8.pem"), environment="test"
    )
    with open(os.path.join(FIXTURES, "invoices/good/fa3-basic.xml"), "rb") as file:
        xml = file.read()
    many = [xml] * rounds

    def rust() -> float:
        return float(subprocess.run([direct, str(rounds)], stdout=subprocess.PIPE, check=True).stdout)

    def timed(work: Callable[[], object]) -> float:
        """Microseconds an invoice."""
        begun = time.perf_counter()
        work()
        return (time.perf_counter() - begun) / rounds * 1e6

    def one_by_one() -> None:
        for _ in range(rounds):
            issuer.sign(xml).png()

    measured: Dict[str, Callable[[], float]] = {
        "rust": rust,
        "one": lambda: timed(one_by_one),
        "threads 1": lambda: timed(lambda: issuer.sign_many(many, jobs=1)),
        "threads 2": lambda: timed(lambda: issuer.sign_many(many, jobs=2)),
    }
    # In turns, and the best of each: what else the machine does is none of it.
    best = dict.fromkeys(measured, float("inf"))
    for _ in range(turns):
        for name, measure in measured.items():
            best[name] = min(best[name], measure())
    one, two = best["threads 1"], best["threads 2"]
    print(f"one invoice to both PNGs: Rust {best['rust']:.1f} us, Python {best['one']:.1f} us: {best['one'] / best['rust']:.2f} times")
    print(f"sign_many: one thread {one:.1f} us, two {two:.1f} us: {one / two:.2f} times as fast")


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))

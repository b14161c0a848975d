"""What Python costs over Rust, and what a second processor brings.

    cargo build --release --workspace --example direct
    python overhead.py ../../../target/release/examples/direct        with a wheel of a release build installed

Both do the same: the invoice is read and reviewed, its codes are signed and drawn, links and both PNGs are at hand. One process of each is
measured in short slices that follow each other in turns, because what else the machine does is none of it.
"""

import os
import subprocess
import sys
import time
from typing import Callable, Dict, List

import ksef_qr

FIXTURES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "fixtures")
# So many invoices a slice: a few milliseconds, in which the machine is the same to the one and to the other.
ONE_BY_ONE = 100
TOGETHER = 2000


def main(direct: str, turns: int = 300) -> None:
    keys = os.path.join(FIXTURES, "keys")
    issuer = ksef_qr.Issuer.from_files(
        os.path.join(keys, "offline-ec.crt"), os.path.join(keys, "offline-ec.pkcs8.pem"), environment="test"
    )
    with open(os.path.join(FIXTURES, "invoices/good/fa3-basic.xml"), "rb") as file:
        xml = file.read()
    many = [xml] * TOGETHER

    def timed(rounds: int, work: Callable[[], object]) -> float:
        """Microseconds an invoice."""
        begun = time.perf_counter()
        work()
        return (time.perf_counter() - begun) / rounds * 1e6

    def python() -> None:
        for _ in range(ONE_BY_ONE):
            issuer.sign(xml).png()

    with subprocess.Popen([direct], stdin=subprocess.PIPE, stdout=subprocess.PIPE, universal_newlines=True) as process:
        asked, answered = process.stdin, process.stdout
        assert asked is not None and answered is not None

        def rust() -> float:
            asked.write(f"{ONE_BY_ONE}\n")
            asked.flush()
            return float(answered.readline())

        # Once, until both are warm.
        measured = in_turns({"Rust": rust, "Python": lambda: timed(ONE_BY_ONE, python)}, turns + 1)
        asked.close()
    slices = {name: times[1:] for name, times in measured.items()}
    pairs = sorted(of_python / of_rust for of_rust, of_python in zip(slices["Rust"], slices["Python"]))
    undisturbed = {name: sorted(times)[len(times) // 20] for name, times in slices.items()}
    print(
        f"one invoice to both PNGs: Rust {undisturbed['Rust']:.1f} us, Python {undisturbed['Python']:.1f} us:"
        f" {undisturbed['Python'] / undisturbed['Rust']:.2f} times; of slices side by side {pairs[len(pairs) // 2]:.2f} times"
    )

    def together(jobs: int) -> Callable[[], float]:
        return lambda: timed(TOGETHER, lambda: issuer.sign_many(many, jobs=jobs))

    measured = in_turns({"one": together(1), "two": together(2)}, max(turns // 30, 1))
    one, two = min(measured["one"]), min(measured["two"])
    print(f"sign_many: one thread {one:.1f} us, two {two:.1f} us: {one / two:.2f} times as fast")


def in_turns(measures: Dict[str, Callable[[], float]], turns: int) -> Dict[str, List[float]]:
    measured: Dict[str, List[float]] = {name: [] for name in measures}
    for _ in range(turns):
        for name, measure in measures.items():
            measured[name].append(measure())
    return measured


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))

"""PDFs that mean harm, given to the command one by one: it ends soon, in little memory, and never by a signal.

hostile_pdf.py KSEF_QR FIXTURES
"""

import concurrent.futures
import lzma
import os
import pathlib
import subprocess
import sys
import tempfile
import time

# Of the processor; the clock is of the other programs as well that the machine runs, and finds only what waits.
SECONDS, BY_THE_CLOCK = 1.0, 20.0
MEGABYTES = 100

command, fixtures = sys.argv[1], pathlib.Path(sys.argv[2])
faults, slowest, largest = [], (0.0, ""), (0, "")
unpacked = tempfile.TemporaryDirectory()
for packed in fixtures.glob("cases/hostile/*.pdf.xz"):
    (pathlib.Path(unpacked.name) / packed.stem).write_bytes(lzma.decompress(packed.read_bytes()))
files = sorted(fixtures.glob("pdf/hostile/*.pdf")) + sorted(pathlib.Path(unpacked.name).glob("*.pdf"))
assert len(files) > 110, files


def stamp(file, more):
    """How it ended, what it said, and what it took: of the processor, by the clock, of memory."""
    with tempfile.TemporaryDirectory() as out:
        before = time.monotonic()
        run = subprocess.Popen(
            ["prlimit", f"--as={1 << 30}", command, "stamp", str(file), "--invoice", str(fixtures / "invoices/good/fa3-basic.xml")]
            + ["--kod1-alone", "--env", "test", "--now", "2026-06-30T12:00:00Z", "--quiet", "--jobs", "1", "--out", out] + more,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        said = run.stderr.read().decode()
        _, status, usage = os.wait4(run.pid, 0)
        took = time.monotonic() - before
    worked, memory = usage.ru_utime + usage.ru_stime, usage.ru_maxrss // 1024
    return file.name, os.waitstatus_to_exitcode(status), said, worked, took, memory


runs = [(file, more) for file in files for more in ([], ["--page", "all"], ["--repair"])]
with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
    ended = list(pool.map(lambda one: stamp(*one), runs))
for name, code, said, worked, took, memory in ended:
    slowest, largest = max(slowest, (worked, name)), max(largest, (memory, name))
    if code not in (0, 1, 2) or "internal" in said or "panicked" in said:
        faults.append(f"{name}: ended with {code}: {said[-300:]}")
    if worked > SECONDS or took > BY_THE_CLOCK:
        faults.append(f"{name}: worked {worked:.1f} s, took {took:.1f} s")
    if memory > MEGABYTES:
        faults.append(f"{name}: took {memory} MB")
print(f"{len(files)} hostile PDFs; slowest {slowest[1]} {slowest[0]:.2f} s, largest {largest[1]} {largest[0]} MB")
sys.exit("\n".join(faults) or None)

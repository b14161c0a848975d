"""Runs examples/spark_sign.py on a cluster of two workers, each a process of its own, and kills one in the middle.

    python spark_job.py FOLDER [ROWS]

Every invoice must be there once, with the link that one process alone makes. Spark is large, so that this is no part of the tests;
it needs pyspark, Java, and the package installed.
"""

import os
import runpy
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import List

import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import SparkSession

import ksef_qr

HERE = Path(__file__).resolve().parent
FIXTURES = HERE.parent.parent.parent / "fixtures"
FILES = 16


def executors() -> List[int]:
    """Those below this process, and no others that the machine may have."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid=,args="], stdout=subprocess.PIPE, text=True, check=True).stdout
    processes = [line.split(None, 2) for line in listed.splitlines()]
    parents = {int(pid): int(parent) for pid, parent, *_ in processes}

    def is_below(pid: int) -> bool:
        while pid in parents and pid != os.getpid():
            pid = parents[pid]
        return pid == os.getpid()

    found = [int(pid) for pid, _, *rest in processes if rest and "CoarseGrainedExecutorBackend" in rest[0]]
    return [pid for pid in found if is_below(pid)]


def main(folder: str, count: int = 8000) -> None:
    source, target = Path(folder, "in"), Path(folder, "out")
    source.mkdir(parents=True)
    xml = (FIXTURES / "testkit/invoices/fa3-basic.xml").read_bytes()
    # Each file is another invoice: what stands behind the root is none of the facts, and of the hash.
    contents = [xml + b"<!-- %d -->" % at for at in range(count)]
    for at in range(FILES):
        rows = contents[at::FILES]
        pq.write_table(pa.table({"xml": pa.array(rows, pa.binary())}), source / f"{at}.parquet")
    keys = FIXTURES / "testkit/keys"
    given = {
        "KSEF_QR_CERT": str(keys / "offline-ec.crt"),
        "KSEF_QR_KEY": str(keys / "offline-ec.pkcs8.pem"),
        "KSEF_QR_ENVIRONMENT": "test",
    }
    os.environ.update(given)
    builder = SparkSession.builder.master("local-cluster[2,1,1024]").config("spark.ui.enabled", "false")
    for name, value in given.items():
        builder = builder.config(f"spark.executorEnv.{name}", value)
    builder = builder.config("spark.executorEnv.PYTHONPATH", os.pathsep.join(sys.path)).config("spark.task.maxFailures", "8")
    # A task for each file.
    builder = builder.config("spark.sql.files.openCostInBytes", str(128 << 20))
    builder.getOrCreate()

    killed: List[int] = []

    def kill() -> None:
        # Once some of the work is done, and not all.
        while len(list(target.rglob("*.parquet"))) < 2:
            time.sleep(0.05)
        victim = executors()[0]
        os.kill(victim, signal.SIGKILL)
        killed.append(victim)

    threading.Thread(target=kill, daemon=True).start()
    begun = time.monotonic()
    sys.argv = ["spark_sign.py", str(source), str(target)]
    runpy.run_path(str(HERE.parent / "examples/spark_sign.py"), run_name="__main__")
    seconds = time.monotonic() - begun

    made = pq.read_table(str(target)).to_pylist()
    assert killed, "no worker was killed"
    assert len(made) == count and all(row["error_code"] is None for row in made), len(made)
    issuer = ksef_qr.Issuer.from_files(
        given["KSEF_QR_CERT"], given["KSEF_QR_KEY"], environment="test", deterministic=True
    )
    alone = {outcome.links for outcome in issuer.sign_many(contents, formats=[]) if isinstance(outcome, ksef_qr.Signed)}
    assert len(alone) == count and {(row["kod1_url"], row["kod2_url"]) for row in made} == alone
    print(f"{count} invoices by two workers, one of them killed: each once, in {seconds:.1f} s")


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))

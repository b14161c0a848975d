"""Each process of a cluster reads its key once, whatever it signs."""

import multiprocessing
import os
import runpy
import sys
import threading
import types
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Callable, Iterator, List

import pytest

from conftest import FIXTURES, fixture
from ksef_qr import workers

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")


class Key:
    """A key in a named pipe: whoever opens it gets it, and is counted."""

    def __init__(self, path: Path) -> None:
        self.path, self.reads = path, 0
        os.mkfifo(path)
        threading.Thread(target=self._give, daemon=True).start()

    def _give(self) -> None:
        key = fixture("keys/offline-ec.pkcs8.pem")
        following = self.path.with_suffix(".following")
        while True:
            with open(self.path, "wb") as pipe:
                # Each reader has a pipe of its own: were one pipe to serve
                # them all, what ends for one might end for the next, empty.
                os.mkfifo(following)
                os.replace(following, self.path)
                self.reads += 1
                pipe.write(key)


@pytest.fixture
def key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Key]:
    key = Key(tmp_path / "firm.key")
    monkeypatch.setenv("KSEF_QR_CERT", os.path.join(FIXTURES, "keys", "offline-ec.crt"))
    monkeypatch.setenv("KSEF_QR_KEY", str(key.path))
    monkeypatch.setenv("KSEF_QR_ENVIRONMENT", "test")
    workers._opened.clear()
    yield key
    workers._opened.clear()


def spark(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], List[Any]]:
    """What the Spark job does with the batches of a partition."""
    sql: Any = types.ModuleType("pyspark.sql")
    sql.SparkSession = None
    monkeypatch.setitem(sys.modules, "pyspark.sql", sql)
    signed = runpy.run_path(str(EXAMPLES / "spark_sign.py"))["signed"]
    return lambda table: list(signed(iter(table.to_batches(max_chunksize=2))))


def ray(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], List[Any]]:
    """What the Ray job does with a block."""
    monkeypatch.setitem(sys.modules, "ray", types.ModuleType("ray"))
    signed = runpy.run_path(str(EXAMPLES / "ray_sign.py"))["signed"]
    return lambda table: [signed(table)]


@pytest.mark.parametrize("engine", [spark, ray])
def test_the_key_is_read_once_a_process(engine: Any, key: Key, xml: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    pa = pytest.importorskip("pyarrow")
    task = engine(monkeypatch)
    table = pa.table({"xml": pa.array([xml] * 6, pa.binary())})
    # Partitions one after the other, and at once in threads.
    with ThreadPoolExecutor(4) as threads:
        parts = [*threads.map(task, [table] * 8), task(table), task(table)]
    rows = [row for part in parts for batch in part for row in batch.to_pylist()]
    assert len(rows) == 60 and {row["error_code"] for row in rows} == {None}
    # Deterministic: whichever task signed it.
    assert len({row["kod2_url"] for row in rows}) == 1
    assert key.reads == 1


def test_a_forked_process_opens_its_own(key: Key) -> None:
    parent = workers.issuer()
    context = multiprocessing.get_context("fork")
    with context.Pool(1) as pool:
        serials = [pool.apply(_serial) for _ in range(3)]
    assert serials == [parent.certificates()[0]["serial"]] * 3
    # Once by this process, once by the other.
    assert key.reads == 2


def _serial() -> str:
    return str(workers.issuer().certificates()[0]["serial"])

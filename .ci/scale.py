"""Runs the jobs of bindings/python/examples on engines that exist, each on two workers, and judges them:

    python .ci/scale.py COMMAND FOLDER spark|ray [ROWS [LEAST]]      with pyspark (and Java) or ray, and the wheel, installed

- once as it is, after a short one by which workers start: how many invoices a second of a processor's time the workers do, against the
  command on one thread; LEAST of it, or this fails (0.8; 0 for a build that is not optimised);
- once with a worker killed in the middle: every invoice is there once, with the link that the command alone gives;
- once each from XML files and from tar archives, under their names.

Each process reads the key once, whatever it signs: the kernel tells how often the file was opened.
"""

import ctypes
import json
import os
import resource
import runpy
import shutil
import signal
import struct
import subprocess
import sys
import tarfile
import threading
import time
from io import BytesIO
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

ROOT = Path(__file__).resolve().parent.parent
FILES = 16
WORKERS = 2


class Opens:
    """How often a file is opened, by any process."""

    OPENED, CLOSED = 0x20, 0x10

    def __init__(self, path):
        libc = ctypes.CDLL(None, use_errno=True)
        self.file = libc.inotify_init1(os.O_NONBLOCK)
        # Closed, too: of two events that are alike, one behind the other, the kernel keeps one.
        assert self.file >= 0 and libc.inotify_add_watch(self.file, os.fsencode(path), self.OPENED | self.CLOSED) >= 0

    def count(self):
        """Since it was last asked."""
        found = 0
        while True:
            try:
                events = os.read(self.file, 65536)
            except BlockingIOError:
                return found
            at = 0
            while at < len(events):
                _, what, _, length = struct.unpack_from("iIII", events, at)
                found += bool(what & self.OPENED)
                at += 16 + length


def below():
    """The processes that this one started, and theirs: number, command line, seconds of a processor with those that have ended."""
    ticks = os.sysconf("SC_CLK_TCK")
    found = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
                line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            found[int(folder.name)] = (int(fields[1]), line, sum(map(int, fields[11:15])) / ticks)

    def is_below(pid):
        while pid in found and pid != os.getpid():
            pid = found[pid][0]
        return pid == os.getpid()

    return {pid: (line, seconds) for pid, (_, line, seconds) in found.items() if pid != os.getpid() and is_below(pid)}


class Spark:
    """`local-cluster`: two workers, each a process with one core and one of Python below it."""

    def __init__(self, given):
        from pyspark.sql import SparkSession

        builder = SparkSession.builder.master(f"local-cluster[{WORKERS},1,1024]").config("spark.ui.enabled", "false")
        for name, value in given.items():
            builder = builder.config(f"spark.executorEnv.{name}", value)
        builder = builder.config("spark.ui.showConsoleProgress", "false")
        builder = builder.config("spark.executorEnv.PYTHONPATH", os.pathsep.join(sys.path)).config("spark.task.maxFailures", "8")
        # A task for each file.
        builder = builder.config("spark.sql.files.openCostInBytes", str(128 << 20))
        session = builder.getOrCreate()
        session.sparkContext.setLogLevel("OFF")
        self.cluster = session

    def is_worker(self, line):
        return "pyspark" in line and "java" not in line.split(" ", 1)[0]

    def is_victim(self, line):
        return "CoarseGrainedExecutorBackend" in line

    def stop(self):
        self.cluster.stop()


class Ray:
    """Two cores, each with a process."""

    def __init__(self, given):
        import ray

        # What reads and writes the tables takes processors of Ray's counting too: without them nothing begins.
        ray.init(num_cpus=WORKERS + 2, include_dashboard=False, log_to_driver=False, runtime_env={"env_vars": given})
        ray.data.DataContext.get_current().enable_progress_bars = False
        self.ray = ray

    def is_worker(self, line):
        return line.startswith("ray::")

    def is_victim(self, line):
        return line.startswith("ray::") and "MapBatches" in line

    def stop(self):
        self.ray.shutdown()


def command(program, archive, keys, out):
    """What the command alone gives on one thread: links by name, invoices a second of a processor's time."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    arguments = ["sign", archive, "--cert", keys[0], "--key", keys[1], "--env", "test", "--deterministic", "--jobs", "1", "--quiet"]
    subprocess.run([program, *arguments, "--out", out], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    links = {}
    with open(out.with_suffix(".ndjson"), encoding="utf-8") as manifest:
        for line in map(json.loads, manifest):
            if line["type"] == "invoice":
                name = line["input"].rsplit("!", 1)[-1].rsplit("/", 1)[-1]
                links[name] = (line["kod1"]["url"], line["kod2"]["url"])
    return links, len(links) / seconds


def pack(path, contents):
    with tarfile.open(path, "w") as archive:
        for at, content in contents:
            entry = tarfile.TarInfo(f"{at}.xml")
            entry.size = len(content)
            archive.addfile(entry, BytesIO(content))


def main(program, folder, engine, count=100000, least=0.8):
    folder, count = Path(folder), int(count)
    shutil.rmtree(folder, ignore_errors=True)
    source, few = folder / "in", folder / "few"
    source.mkdir(parents=True)
    few.mkdir()
    xml = (ROOT / "fixtures/testkit/invoices/fa3-basic.xml").read_bytes()
    # Each is another invoice: what stands behind the root is none of the facts, and of the hash.
    contents = [xml + b"<!-- %d -->" % at for at in range(count)]
    for at in range(FILES):
        for place, rows in ((source, contents[at::FILES]), (few, contents[:10])):
            pq.write_table(pa.table({"xml": pa.array(rows, pa.binary())}), place / f"{at}.parquet")
    pack(folder / "in.tar", enumerate(contents))
    files = folder / "files"
    files.mkdir()
    for at, content in enumerate(contents[:FILES * 10]):
        (files / f"{at}.xml").write_bytes(content)
    for at in range(FILES):
        pack(files / f"{at}.tar", [(each, contents[each]) for each in range(at * 10, at * 10 + 10)])
    keys = [folder / "firm.crt", folder / "firm.pem"]
    for path, name in zip(keys, ("offline-ec.crt", "offline-ec.pkcs8.pem")):
        shutil.copy(ROOT / "fixtures/testkit/keys" / name, path)
    alone, rate = command(program, folder / "in.tar", keys, folder / "codes.zip")
    assert len(alone) == count

    given = {"KSEF_QR_CERT": str(keys[0]), "KSEF_QR_KEY": str(keys[1]), "KSEF_QR_ENVIRONMENT": "test"}
    os.environ.update(given)
    cluster = {"spark": Spark, "ray": Ray}[engine](given)
    opens = Opens(keys[1])

    def job(target, source=source, form="parquet"):
        sys.argv = [f"{engine}_sign.py", str(source), str(target), form]
        runpy.run_path(str(ROOT / f"bindings/python/examples/{engine}_sign.py"), run_name="__main__")

    def judge(target):
        made = pq.read_table(str(target), columns=["kod1_url", "kod2_url", "kod1_png", "error_code"])
        rows = list(zip(made["kod1_url"].to_pylist(), made["kod2_url"].to_pylist()))
        assert made.num_rows == count and made["error_code"].null_count == count, made.num_rows
        assert made["kod1_png"].null_count == 0 and set(rows) == set(alone.values())

    def spent():
        found = below().values()
        workers = sum(seconds for line, seconds in found if cluster.is_worker(line))
        return workers, sum(seconds for _, seconds in found)

    def processes():
        return sum(cluster.is_worker(line) for line, _ in below().values())

    job(folder / "begun", few)
    before, begun = spent(), time.monotonic()
    job(folder / "whole")
    seconds, after = time.monotonic() - begun, spent()
    judge(folder / "whole")
    read = opens.count()
    workers, everything = after[0] - before[0], after[1] - before[1]
    ratio = count / workers / rate
    print(
        f"{engine}: {count} invoices in {seconds:.1f} s; {count / workers:.0f} a second of a worker's processor, the command alone "
        f"{rate:.0f}: {ratio:.2f}; with the engine's own processes {count / everything / rate:.2f}; the key was read {read} times by {processes()} processes"
    )
    assert ratio >= least, ratio
    assert 1 <= read <= processes(), read

    killed = []

    def kill():
        # Once some of the work is done, and not all.
        while len(list((folder / "killed").rglob("*.parquet"))) < 2:
            time.sleep(0.02)
        while not killed:
            victims = [pid for pid, (line, _) in below().items() if cluster.is_victim(line)]
            if victims:
                os.kill(victims[0], signal.SIGKILL)
                killed.append(victims[0])

    threading.Thread(target=kill, daemon=True).start()
    begun = time.monotonic()
    job(folder / "killed")
    seconds = time.monotonic() - begun
    assert killed, "no worker was killed"
    judge(folder / "killed")
    again = opens.count()
    print(f"{engine}: the same with a worker killed: each once, with the same links, in {seconds:.1f} s; the key was read {again} times")
    # By those that are new, or had none of the work before.
    assert again <= processes(), again

    for form in ("xml", "tar"):
        job(folder / form, files, form)
        made = pq.read_table(str(folder / form), columns=["name", "kod1_url", "kod2_url"]).to_pydict()
        assert len(made["name"]) == FILES * 10
        for name, *links in zip(made["name"], made["kod1_url"], made["kod2_url"]):
            assert tuple(links) == alone[name.rsplit("/", 1)[-1]], name
        print(f"{engine}: {len(made['name'])} invoices from {form}, each with its name and its links")
    cluster.stop()


if __name__ == "__main__":
    main(*sys.argv[1:4], *map(float, sys.argv[4:]))

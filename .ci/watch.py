"""A folder that is watched, through what tests cannot make: full disks, midnight, results and finished files on other disks.

    watch.py KSEF_QR FIXTURES

Needs the right to mount (root, or `unshare -rm` around it). The change of the day needs faketime, which is installed if it is
missing and may be."""

import collections
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

COUNT = 200


class Watcher:
    """The command, until the end of the block."""

    def __init__(self, program, fixtures, work, *options, env=None):
        keys = fixtures / "keys"
        command = [program, "watch", work / "in", "--settle", "0", "--env", "test", *options]
        command += ["--cert", keys / "offline-ec.crt", "--key", keys / "offline-ec.pkcs8.pem"]
        self.words = work / "words"
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=open(self.words, "ab"), cwd=work,
                                        env={**os.environ, **(env or {})})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)

    def says(self, what):
        return what in self.words.read_text()

    def wait(self, what, is_there, seconds=90):
        until = time.monotonic() + seconds
        while not is_there():
            assert self.process.poll() is None, f"it ended: {self.words.read_text()}"
            assert time.monotonic() < until, f"{what} did not happen: {self.words.read_text()}"
            time.sleep(0.05)


def drop(work, fixtures, numbers):
    text = (fixtures / "invoices/good/fa3-basic.xml").read_text()
    for number in numbers:
        aside = work / "aside"
        aside.write_text(text.replace("FV/2026/06/001", f"FV/{number}"))
        aside.rename(work / "in" / f"f{number:04}.xml")


def mount(disk, size):
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", disk], check=True)


def codes(*places):
    """KOD II of each invoice, in every manifest below these folders: by the name of the file, each link that was ever written."""
    found = collections.defaultdict(set)
    for place in places:
        for manifest in place.rglob("*.ndjson"):
            text = manifest.read_text()
            for line in text[: text.rfind("\n") + 1].splitlines():
                record = json.loads(line)
                if record.get("status") == "signed":
                    found[pathlib.Path(record["input"]).name].add(record["kod2"]["url"])
    return found


def is_whole(work, out, before):
    """Each invoice is done once, with the codes that it had."""
    lines = [json.loads(line) for manifest in out.glob("manifest-*.ndjson") for line in manifest.read_text().splitlines()]
    names = [pathlib.Path(line["input"]).name for line in lines if line.get("status") == "signed"]
    assert len(names) == len(set(names)) == COUNT, (len(names), len(set(names)))
    after = codes(out)
    for name, links in before.items():
        assert links == after[name], f"{name} was signed twice"
    pictures = list(out.glob("*.png"))
    assert len(pictures) == 2 * COUNT and all(picture.read_bytes().endswith(b"IEND\xaeB\x60\x82") for picture in pictures)
    assert sorted(path.name for path in (work / "in").iterdir()) == ["done", "refused"], "nothing is left behind"


def results_on_a_full_disk(program, fixtures, work):
    disk = work / "disk"
    mount(disk, "600k")
    try:
        with Watcher(program, fixtures, work, "--out", disk / "codes") as watcher:
            drop(work, fixtures, range(COUNT))
            watcher.wait("the full disk", lambda: watcher.says("output_unwritable"))
            time.sleep(3)
            before = codes(disk, work / "in")
            assert 0 < len(before) < COUNT, len(before)
            subprocess.run(["mount", "-o", "remount,size=20m", disk], check=True)
            done = work / "in/done"
            watcher.wait("the rest", lambda: len(list(done.iterdir())) == COUNT, 150)
            watcher.wait("the end of the trouble", lambda: watcher.says("going on"))
        is_whole(work, disk / "codes", before)
    finally:
        subprocess.run(["umount", disk], check=True)


def folder_on_a_full_disk(program, fixtures, work):
    """No room for a manifest beside what was taken, nor for a letter: files stay where they are."""
    shutil.rmtree(work / "in")
    mount(work / "in", "4m")
    try:
        with Watcher(program, fixtures, work, "--out", work / "codes") as watcher:
            watcher.wait("the start", lambda: (work / "in/done").is_dir())
            drop_here = work / "in/aside.part"
            text = (fixtures / "invoices/good/fa3-basic.xml").read_text()
            for number in range(COUNT):
                drop_here.write_text(text.replace("FV/2026/06/001", f"FV/{number}"))
                drop_here.rename(work / "in" / f"f{number:04}.xml")
                if number == 20:
                    with open(work / "in/filler", "wb") as filler:
                        room = os.statvfs(work / "in")
                        filler.write(b"x" * (room.f_bavail * room.f_frsize - (COUNT - number + 2) * 4096))
            watcher.wait("the full disk", lambda: watcher.says("waiting: ") or len(list((work / "in/done").iterdir())) == COUNT)
            before = codes(work / "codes", work / "in")
            (work / "in/filler").unlink()
            watcher.wait("the rest", lambda: len(list((work / "in/done").iterdir())) == COUNT, 150)
        is_whole(work, work / "codes", before)
    finally:
        subprocess.run(["umount", work / "in"], check=True)


def over_midnight(program, fixtures, work):
    """The manifest is of the day; what was dropped before midnight is done after it as well, once."""
    if not shutil.which("faketime"):
        subprocess.run(["apt-get", "install", "-y", "-qq", "faketime"], stdout=subprocess.DEVNULL, check=False)
    library = next(pathlib.Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
    if library is None:
        print("watch, over midnight: NOT TRIED, there is no faketime")
        return
    # Midnight in Warsaw, where the day is counted. The library itself: `faketime` would stand between the watcher and its signal.
    midnight = {"LD_PRELOAD": str(library), "FAKETIME": "@2026-06-30 23:59:50", "TZ": "Europe/Warsaw", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    with Watcher(program, fixtures, work, "--out", work / "codes", env=midnight) as watcher:
        done = work / "in/done"
        for number in range(COUNT):
            drop(work, fixtures, [number])
            time.sleep(0.1)
        watcher.wait("the rest", lambda: len(list(done.iterdir())) == COUNT)
    days = sorted(manifest.name for manifest in (work / "codes").glob("manifest-*.ndjson"))
    assert days == ["manifest-2026-06-30.ndjson", "manifest-2026-07-01.ndjson"], days
    is_whole(work, work / "codes", {})


def on_other_disks(program, fixtures, work):
    """What is done, and what is refused, goes to disks of their own, which may be full too."""
    done, refused = work / "done-disk", work / "refused-disk"
    mount(done, "200k")
    mount(refused, "200k")
    try:
        options = ["--out", work / "codes", "--done", done / "done", "--refused", refused / "refused"]
        with Watcher(program, fixtures, work, *options) as watcher:
            drop(work, fixtures, range(COUNT))
            watcher.wait("the full disk", lambda: watcher.says("output_unwritable"))
            before = codes(work / "codes", work / "in")
            assert len(list((done / "done").iterdir())) < COUNT
            subprocess.run(["mount", "-o", "remount,size=20m", done], check=True)
            watcher.wait("the rest", lambda: len(list((done / "done").iterdir())) == COUNT, 150)
            text = (fixtures / "invoices/good/fa3-basic.xml").read_text().replace("<P_1>2026-06-15", "<P_1>2026-06-31")
            (work / "aside").write_text(text)
            (work / "aside").rename(work / "in/bad.xml")
            letter = refused / "refused/bad.xml.txt"
            watcher.wait("the letter", lambda: letter.exists() and (refused / "refused/bad.xml").exists())
            assert "issue_date_malformed" in letter.read_text()
        whole = {path.name: path.stat().st_size for path in (done / "done").iterdir()}
        assert min(whole.values()) > 1000, "a file was cut short"
        (work / "in/done").mkdir()
        (work / "in/refused").mkdir()
        is_whole(work, work / "codes", before)
    finally:
        subprocess.run(["umount", done, refused], check=True)


def main():
    program, fixtures = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
    for trial in (results_on_a_full_disk, folder_on_a_full_disk, over_midnight, on_other_disks):
        with tempfile.TemporaryDirectory() as scratch:
            work = pathlib.Path(scratch)
            (work / "in").mkdir()
            trial(program, fixtures, work)
        print(f"watch, {trial.__name__.replace('_', ' ')}: ok")


main()

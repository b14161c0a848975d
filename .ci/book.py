"""A book on a disk that is full, in a file and in a folder that cannot be written, and read by plain SQL.

    book.py KSEF_QR FIXTURES

Needs the right to mount and to be another user (root, or `unshare -rm` around it)."""

import contextlib
import json
import os
import pathlib
import sqlite3
import subprocess
import sys
import tempfile

COUNT = 600


def main() -> None:
    program, fixtures = str(pathlib.Path(sys.argv[1]).resolve()), pathlib.Path(sys.argv[2]).resolve()
    with tempfile.TemporaryDirectory() as scratch:
        work = pathlib.Path(scratch)
        work.chmod(0o755)
        invoices = work / "in"
        invoices.mkdir()
        text = (fixtures / "invoices/good/fa3-basic.xml").read_text()
        for index in range(COUNT):
            (invoices / f"f{index:05}.xml").write_text(text.replace("FV/2026/06/001", f"FV/2026/06/{index}"))
        keys = fixtures / "keys"
        sign = [program, "sign", "in", "--env", "test", "--now", "2026-06-30T12:00:00Z", "--quiet", "--json"]
        sign += ["--format", "none", "--cert", keys / "offline-ec.crt", "--key", keys / "offline-ec.pkcs8.pem"]
        full_disk(program, sign, work)
        unwritable(program, sign, work)


def full_disk(program: str, sign: list, work: pathlib.Path) -> None:
    """The error names the book; nothing that was entered is lost; with more room the run ends with the same codes."""
    disk = work / "disk"
    disk.mkdir()
    run(["mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", disk])
    try:
        book = disk / "firm.book"
        run([program, "book", "create", book, "--env", "test"], cwd=work)
        full = subprocess.run(words(sign + ["--book", book, "--manifest", "full.ndjson"]), cwd=work, capture_output=True, check=False)
        assert full.returncode in (1, 2), full
        told = full.stdout.decode() + full.stderr.decode()
        assert "book_unwritable" in told and str(book) in told, told[-2000:]
        before = codes(book)
        assert 0 < len(before) < COUNT, f"{len(before)} entries: the disk was not full"
        printed = links(work / "full.ndjson")
        assert printed.items() <= before.items(), "a code that the book does not have"
        run(["mount", "-o", "remount,size=20m", disk])
        run(sign + ["--book", book, "--manifest", "whole.ndjson"], cwd=work)
        after = codes(book)
        assert len(after) == COUNT and before.items() <= after.items()
        assert links(work / "whole.ndjson") == after
        # A backup that finds no room leaves nothing behind.
        (work / "full").mkdir()
        run(["mount", "-t", "tmpfs", "-o", "size=100k", "tmpfs", work / "full"])
        try:
            copy = work / "full/copy.book"
            done = subprocess.run([program, "book", "backup", copy, "--book", book], capture_output=True, check=False)
            assert done.returncode == 2 and b"book_unwritable" in done.stderr, done
            assert not list((work / "full").iterdir()), list((work / "full").iterdir())
        finally:
            run(["umount", work / "full"])
    finally:
        run(["umount", disk])
    print("a book on a full disk: ok")


def unwritable(program: str, sign: list, work: pathlib.Path) -> None:
    """Somebody who may not write in it is told so, and nothing is signed."""
    folder = work / "shared"
    folder.mkdir()
    book = folder / "firm.book"
    run([program, "book", "create", book, "--env", "test"], cwd=work)
    out = work / "nobody"
    out.mkdir()
    os.chown(out, 65534, 65534)
    for folder_mode, file_mode in [(0o755, 0o444), (0o755, 0o644), (0o555, 0o444)]:
        book.chmod(file_mode)
        folder.chmod(folder_mode)
        command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        command += sign + ["--book", book, "--manifest", out / "codes.ndjson"]
        done = subprocess.run(words(command), cwd=work, capture_output=True, check=False)
        told = done.stdout.decode() + done.stderr.decode()
        assert done.returncode in (1, 2), done
        assert "book_unwritable" in told or "book_unavailable" in told, told[-2000:]
        assert '"status":"signed"' not in told and not links(out / "codes.ndjson")
    print("a book that cannot be written: ok")


def codes(book: pathlib.Path) -> dict:
    """KOD II by input, by plain SQL, and what SQLite says of its file."""
    with contextlib.closing(sqlite3.connect(f"file:{book}?mode=ro", uri=True)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        found = connection.execute("SELECT substr(cause, 6), kod2 FROM event WHERE type = 'issued'").fetchall()
    assert all(kod2 for _, kod2 in found)
    assert len(dict(found)) == len(found)
    return dict(found)


def links(manifest: pathlib.Path) -> dict:
    if not manifest.exists():
        return {}
    lines = [json.loads(line) for line in manifest.read_text().splitlines()]
    return {line["input"]: line["kod2"]["url"] for line in lines if line.get("status") == "signed"}


def words(command: list) -> list:
    return [str(word) for word in command]


def run(command: list, **more) -> None:
    subprocess.run(words(command), check=True, stdout=subprocess.DEVNULL, **more)


main()

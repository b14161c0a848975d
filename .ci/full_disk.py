"""A run onto a disk that is too small, taken up again on a larger one: nothing is half there, nothing signed changes.

    full_disk.py KSEF_QR FIXTURES

Needs the right to mount (root, or `unshare -rm` around it). Once for a folder of pictures, once for an archive, once for
the manifest alone."""

import json
import pathlib
import subprocess
import sys
import tempfile
import zipfile

COUNT = 300
PNG_END = b"IEND\xaeB\x60\x82"


def main() -> None:
    program, fixtures = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
    with tempfile.TemporaryDirectory() as scratch:
        work = pathlib.Path(scratch)
        invoices = work / "in"
        invoices.mkdir()
        text = (fixtures / "invoices/good/fa3-basic.xml").read_text()
        for index in range(COUNT):
            (invoices / f"f{index:05}.xml").write_text(text.replace("FV/2026/06/001", f"FV/2026/06/{index}"))
        keys = fixtures / "keys"
        command = [program, "sign", invoices, "--env", "test", "--now", "2026-06-30T12:00:00Z", "--resume", "--quiet"]
        command += ["--cert", keys / "offline-ec.crt", "--key", keys / "offline-ec.pkcs8.pem"]
        for name, size, options in [
            ("pictures", "700k", ["--out", "DISK/codes"]),
            ("archive", "400k", ["--out", "DISK/codes.zip"]),
            ("manifest", "100k", ["--format", "none", "--manifest", "DISK/codes.ndjson"]),
        ]:
            disk = work / name
            disk.mkdir()
            run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", disk])
            try:
                rehearse(command + [option.replace("DISK", str(disk)) for option in options], disk)
            finally:
                run(["umount", disk])
            print(f"full disk, {name}: ok")


def rehearse(command: list, disk: pathlib.Path) -> None:
    full = subprocess.run(command, capture_output=True, check=False)
    assert full.returncode == 2, full
    assert b"[output_unwritable]" in full.stderr, full.stderr
    before = lines(disk)
    assert 0 < len(before) < COUNT, f"{len(before)} lines: the disk was not full"
    check(disk, before, whole=False)

    run(["mount", "-o", "remount,size=20m", disk])
    again = subprocess.run(command, capture_output=True, check=False)
    assert again.returncode == 0, again
    after = lines(disk)
    assert len(after) == COUNT
    changed = [name for name, line in before.items() if after[name] != line]
    assert not changed, f"signed twice: {changed}"
    check(disk, after, whole=True)


def lines(disk: pathlib.Path) -> dict:
    """The lines of signed invoices; every line must be whole."""
    [manifest] = disk.rglob("*.ndjson")
    text = manifest.read_text()
    assert text.endswith("\n"), "a line was cut short"
    found = {}
    for line in text.splitlines():
        record = json.loads(line)
        if record.get("status") == "signed":
            assert record["input"] not in found
            found[record["input"]] = line
    return found


def check(disk: pathlib.Path, signed: dict, whole: bool) -> None:
    """Pictures that are there are whole and named by a line; at the end all of them are there."""
    codes = [json.loads(line)[code] for line in signed.values() for code in ("kod1", "kod2")]
    named = {code["png"] for code in codes if "png" in code}
    there = {path.name: path.read_bytes() for path in disk.rglob("*.png")}
    for archive in disk.glob("*.zip"):
        with zipfile.ZipFile(archive) as pictures:
            assert pictures.testzip() is None
            there = {name: pictures.read(name) for name in pictures.namelist()}
    assert there.keys() <= named, f"without a line: {there.keys() - named}"
    assert all(picture.endswith(PNG_END) for picture in there.values())
    if whole:
        assert there.keys() == named
        hidden = [path for path in disk.rglob(".*") if not path.name.endswith(".ndjson.seen")]
        assert not hidden, f"something temporary is left: {hidden}"


def run(command: list) -> None:
    subprocess.run([str(word) for word in command], check=True)


main()

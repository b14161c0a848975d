#!/usr/bin/env python3
"""Every system call of a run fails once, answers once that a signal came, and is once the last before a kill.

    faults.py COMMAND FIXTURES [--every K] [--jobs J] [SCENARIO ...]

Each scenario is run again and again; the n-th time its n-th call is hit (`faults/nth_call.c`). Then: no panic and no abort;
what is missing is told, with a status that is not 0; what can be seen is whole and has its line. And the same command with
--resume ends with every invoice once, whole, and with the codes that were given out before. --every K hits each K-th call
only, from another one on in each run of the script.
"""
import argparse, base64, json, os, shutil, subprocess, sys, tempfile, time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

here = Path(__file__).parent
arguments = argparse.ArgumentParser()
arguments.add_argument("command", type=Path)
arguments.add_argument("fixtures", type=Path)
arguments.add_argument("--every", type=int, default=1)
arguments.add_argument("--jobs", type=int, default=os.cpu_count())
arguments.add_argument("scenarios", nargs="*")
options = arguments.parse_intermixed_args()
KSEF, FIXTURES = options.command.resolve(), options.fixtures.resolve()
place = Path(tempfile.mkdtemp(prefix="ksef-qr-faults-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
NTH_CALL = place / "nth_call"
subprocess.run(["cc", "-O2", "-o", NTH_CALL, here / "faults/nth_call.c"], check=True)

KEYS = FIXTURES / "keys"
PASSWORD = "Throwaway-Key_2026"
INVOICES = ["fa3-basic", "fa3-consumer", "fa3-eu-buyer", "fa3-prefixed", "pef-basic"]
CREDENTIAL = ["--env", "test", "--cert", KEYS / "offline-ec.crt", "--key", KEYS / "offline-ec.pkcs8.pem"]


class Wrong(Exception):
    pass


def demand(what, why):
    if not what:
        raise Wrong(why)


def run(command, folder):
    return subprocess.run([str(part) for part in command], cwd=folder, capture_output=True, text=True, timeout=60,
                          stdin=subprocess.DEVNULL)


def invoices(folder):
    (folder / "in").mkdir()
    for name in INVOICES:
        shutil.copy(FIXTURES / f"invoices/good/{name}.xml", folder / "in")


def pdfs(folder):
    (folder / "in").mkdir()
    lines = ["pdf,invoice"]
    for name, invoice in zip(["blank", "landscape", "letter", "rotate-90", "cropped"], INVOICES):
        shutil.copy(FIXTURES / f"pdf/{name}.pdf", folder / "in")
        lines.append(f"in/{name}.pdf,{FIXTURES}/invoices/good/{invoice}.xml")
    (folder / "pairs.csv").write_text("\n".join(lines) + "\n")


def lines_of(manifest):
    """The lines of signed invoices, by input; a last line that is cut short does not count."""
    found = {}
    if not manifest.exists():
        return found
    for line in manifest.read_text().splitlines():
        try:
            line = json.loads(line)
        except ValueError:
            continue
        if line.get("type") == "invoice" and line.get("kod1"):
            demand(line["input"] not in found, f"two lines of {line['input']}")
            found[line["input"]] = line
    return found


def codes(line):
    return [line["kod1"]["url"], (line.get("kod2") or {}).get("url")]


def pictures(line):
    made = [code[kind] for code in (line["kod1"], line.get("kod2") or {}) for kind in ("png", "svg", "pdf") if kind in code]
    return made + ([line["document"]["file"]] if "document" in line else [])


def is_whole(name, content):
    return content.endswith(b"IEND\xaeB`\x82") if name.endswith(".png") else content.rstrip().endswith(b"%%EOF")


class Run:
    """`sign`, `stamp` and `link` into a folder."""
    names, kills = INVOICES, True

    def __init__(self, *arguments, prepare=invoices, before=None, again="--resume", manifest="out/manifest.ndjson", redraw=False):
        self.arguments, self.prepare, self.before, self.again = arguments, prepare, before, again
        self.manifest, self.redraw = manifest, redraw

    def command(self, extra=()):
        return [KSEF, *self.arguments, "--quiet", "--jobs", "1", *extra]

    def start(self, folder):
        self.prepare(folder)
        if self.before:
            self.before(self, folder)

    def visible(self, folder):
        """Everything that people see of the results."""
        return {path.name: path.read_bytes() for path in (folder / "out").glob("*.*")
                if path.suffix in (".png", ".pdf", ".svg")} if (folder / "out").is_dir() else {}

    def hit(self, folder, before, finished, how):
        known = lines_of(folder / self.manifest)
        seen = self.visible(folder)
        named = {name for line in known.values() for name in pictures(line)}
        replacing = "--overwrite" in self.arguments
        for name, content in seen.items():
            demand(is_whole(name, content), f"{name} is visible and not whole")
            demand(replacing or name in named, f"{name} is visible and has no line")
        for name, line in before[0].items():
            if not replacing:
                demand(name in known and codes(known[name]) == codes(line), f"the codes of {name} changed")
        if finished and finished.returncode == 0:
            demand(len(known) == len(self.names), f"status 0 with {len(known)} invoices")
            demand(all(name in seen for name in named), "status 0 without all pictures")

    def end(self, folder, before):
        given = lines_of(folder / self.manifest)
        extra = [self.again] if self.again and self.again not in self.arguments else []
        if extra == ["--resume"] and "--overwrite" in self.arguments and len(given) == len(self.names):
            command = [part for part in self.command() if part != "--overwrite"] + extra
        else:
            # Where one invoice could not be read, the picture of its old codes is in the way of any but the same command.
            command = self.command(extra if "--overwrite" not in self.arguments else [])
            given = given if "--overwrite" not in self.arguments else {}
        finished = run(command, folder)
        demand(finished.returncode == 0, f"the run after it: {finished.returncode} {finished.stderr}{finished.stdout}")
        known = lines_of(folder / self.manifest)
        demand(len(known) == len(self.names), f"{len(known)} invoices after it")
        for name, line in given.items():
            demand(codes(known[name]) == codes(line), f"the codes of {name} changed after it")
        self.whole(folder, known)
        left = [path for path in folder.rglob("*") if path.name.endswith((".tmp", ".ksef-qr", ".bak"))]
        demand(not left, f"left behind: {left}")
        last = json.loads((folder / self.manifest).read_text().splitlines()[-1])
        demand(last["type"] == "summary", "the last line is the summary")

    def whole(self, folder, known):
        seen = self.visible(folder)
        for line in known.values():
            for name in pictures(line):
                demand(name in seen and is_whole(name, seen[name]), f"{name} is missing after it")
        if self.redraw:
            # Each picture is of its line's codes: drawn once more from the manifest, it is the same.
            again = run([KSEF, "sign", "in", "--env", "test", "--codes", self.manifest, "--out", "again", "--quiet"], folder)
            demand(again.returncode == 0, f"drawing again: {again.stderr}")
            for path in (folder / "again").glob("*.png"):
                demand(path.read_bytes() == seen[path.name], f"{path.name} is of other codes than its line")


class ArchiveRun(Run):
    """The same into an archive."""
    def __init__(self, archive, *arguments, **settings):
        super().__init__(*arguments, "--out", archive, manifest="codes.ndjson", **settings)
        self.archive = archive

    def visible(self, folder):
        archive = folder / self.archive
        if not archive.exists():
            return {}
        into = folder / "unpacked"
        shutil.rmtree(into, ignore_errors=True)
        shutil.unpack_archive(archive, into, filter="data") if archive.suffix != ".zip" else shutil.unpack_archive(archive, into)
        return {path.name: path.read_bytes() for path in into.iterdir()}


def two_and_a_half(scenario, folder):
    """An earlier run that was killed: two invoices done, a third half written, pictures missing."""
    finished = run([part for part in scenario.command() if part != "--resume"], folder)
    demand(finished.returncode == 0, finished.stderr)
    manifest = folder / scenario.manifest
    lines = manifest.read_text().splitlines(keepends=True)
    manifest.write_text("".join(lines[:2]) + lines[2][:100])
    kept = {name for line in lines[:2] for name in pictures(json.loads(line))}
    for path in (folder / "out").glob("*.png"):
        if path.name not in kept or "kod2" in path.name:
            path.unlink()


def done_before(scenario, folder):
    finished = run([part for part in scenario.command() if part not in ("--overwrite", "--durable")], folder)
    demand(finished.returncode == 0, finished.stderr)


class Keys:
    """`key` and `cert register`: the file is there and whole, or as it was, or not there."""
    manifest, kills = None, True

    def __init__(self, *arguments, start, holds):
        self.arguments, self.begin, self.holds = arguments, start, holds

    def command(self):
        return [KSEF, *self.arguments]

    def start(self, folder):
        (folder / "password.txt").write_text(PASSWORD + "\n")
        (folder / "new.txt").write_text("Another-Key_2026\n")
        self.begin(folder)

    def hit(self, folder, before, finished, how):
        state = self.holds(folder)
        demand(state in ("old", "new"), f"the file is neither what it was nor what it is to be: {state}")
        if finished and finished.returncode == 0:
            demand(state == "new", "status 0, and nothing was done")

    def end(self, folder, before):
        state = self.holds(folder)
        if state == "old":
            finished = run(self.command(), folder)
            demand(finished.returncode == 0, f"the run after it: {finished.returncode} {finished.stderr}")
            demand(self.holds(folder) == "new", "the run after it did nothing")
            left = [path for path in folder.rglob("*") if path.name.endswith((".tmp", ".lock"))]
            demand(not left, f"left behind: {left}")


def opens(folder, name, password):
    return run(["openssl", "pkey", "-in", name, "-passin", f"file:{password}", "-noout"], folder).returncode == 0


def key_new(folder):
    pass


def new_key(folder):
    if not (folder / "my.key").exists():
        return "old"
    return "new" if opens(folder, "my.key", "password.txt") else "broken"


def key_password(folder):
    # Fewer rounds than the portal's, which each run would wait for.
    shutil.copy(KEYS / "offline-ec.fast.key", folder / "my.key")


def changed_key(folder):
    if opens(folder, "my.key", "new.txt"):
        return "new"
    return "old" if opens(folder, "my.key", "password.txt") else "broken"


def register(folder):
    for name in ("offline-ec.crt", "offline-ec.pkcs8.pem", "offline-rsa-3072.crt", "offline-rsa-3072.pkcs8.pem"):
        shutil.copy(KEYS / name, folder)
    finished = run([KSEF, "cert", "register", "add", "register.toml", "--name", "Anna", "--cert", "offline-ec.crt",
                    "--key", "offline-ec.pkcs8.pem"], folder)
    demand(finished.returncode == 0, finished.stderr)


def registered(folder):
    text = (folder / "register.toml").read_text()
    if text.count("[[certificate]]") == 2 and "Beata" in text and "Anna" in text:
        return "new"
    return "old" if text.count("[[certificate]]") == 1 and "Anna" in text else text


SIGN = ["sign", "in", *CREDENTIAL]
SCENARIOS = {
    "sign": Run(*SIGN, "--out", "out"),
    "sign-durable": Run(*SIGN, "--out", "out", "--durable"),
    "sign-resume": Run(*SIGN, "--out", "out", "--resume", before=two_and_a_half),
    "sign-overwrite": Run(*SIGN, "--out", "out", "--overwrite", before=done_before, redraw=True),
    "sign-overwrite-durable": Run(*SIGN, "--out", "out", "--overwrite", "--durable", before=done_before, redraw=True),
    "sign-embed": Run(*SIGN, "--embed", "--manifest", "out/manifest.ndjson"),
    "link": Run("link", "in", "--no-ksef-number", "--env", "test", "--out", "out"),
    "stamp": Run("stamp", "--pairs", "pairs.csv", *CREDENTIAL, "--out", "out", "--pdf-mismatch", "ignore",
                 prepare=pdfs),
    "zip": ArchiveRun("codes.zip", *SIGN),
    "zip-overwrite": ArchiveRun("codes.zip", *SIGN, "--overwrite", before=done_before),
    "tar-gz": ArchiveRun("codes.tar.gz", *SIGN),
    "key-new": Keys("key", "new", "--out", "my.key", "--password-file", "password.txt", start=key_new, holds=new_key),
    "key-password": Keys("key", "password", "--key", "my.key", "--password-file", "password.txt", "--new-password-file",
                         "new.txt", "--in-place", start=key_password, holds=changed_key),
    "register-add": Keys("cert", "register", "add", "register.toml", "--name", "Beata", "--cert", "offline-rsa-3072.crt",
                         "--key", "offline-rsa-3072.pkcs8.pem", start=register, holds=registered),
}


def said_enough(finished, call):
    text = finished.stderr + finished.stdout
    demand(finished.returncode in (0, 1, 2), f"status {finished.returncode}: {text}")
    demand("panicked" not in text and "the program failed" not in text, f"a panic: {text}")
    if finished.returncode == 2:
        demand("error" in finished.stderr and len(finished.stderr) > 30, f"status 2 and no error: {text}")


def one(name, how, number):
    """False once the run is not reached any more; else what was hit, and what was wrong."""
    scenario = SCENARIOS[name]
    folder = place / f"{name}-{how}-{number}"
    folder.mkdir()
    log = folder / "calls"
    try:
        scenario.start(folder)
        before = (lines_of(folder / scenario.manifest), ) if scenario.manifest else None
        finished = run([NTH_CALL, how, number, log, *scenario.command()], folder)
        call = log.read_text().strip()
        if call == "untouched":
            demand(finished.returncode == 0, f"untouched: {finished.stderr}")
            return None
        try:
            if how != "kill":
                said_enough(finished, call)
            scenario.hit(folder, before, None if how == "kill" else finished, how)
            # Rust opens files again after a signal, folders not.
            is_of_folder = call.split("\t")[1] == "openat" and call.split("\t")[2].rstrip("/").endswith(("in", ".ksef-qr"))
            if how == "interrupt" and not is_of_folder:
                demand(finished.returncode == 0, f"a signal ends it: {finished.returncode} {finished.stderr}")
            scenario.end(folder, before)
        except (Wrong, subprocess.TimeoutExpired) as wrong:
            return call, str(wrong)
        return call, None
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def durable_order():
    """What `--durable` says: of each file its content, then the line, then its name; of each name its folder; then the answer."""
    for name in ("sign-durable", "sign-overwrite-durable"):
        scenario, folder = SCENARIOS[name], place / f"order-{name}"
        folder.mkdir()
        scenario.start(folder)
        finished = run([NTH_CALL, "fail", 0, folder / "calls", *scenario.command(["--json", "--manifest", "out/manifest.ndjson"])], folder)
        demand(finished.returncode == 0, finished.stderr)
        synced, dirty, named, lines_dirty = set(), set(), set(), False
        for line in (folder / "calls").read_text().splitlines():
            _, call, path, other = (line.split("\t") + [""])[:4]
            path, other = path.removeprefix(str(folder) + "/"), other.removeprefix(str(folder) + "/")
            is_temporary = path.endswith(".tmp")
            if call == "write" and (is_temporary or path.startswith("out/")):
                dirty.add(path)
            if call in ("fsync", "fdatasync"):
                dirty.discard(path)
                named.discard(path)
                synced.add(path)
            if call.startswith(("rename", "link")):
                demand(path not in dirty and path in synced, f"{name}: {path} gets its name {other} and is not on the disk")
                demand("out/manifest.ndjson" not in dirty, f"{name}: {other} is visible before its line is on the disk")
                named.add(str(Path(other).parent))
            if call == "mkdir":
                named.add(str(Path(path).parent) if path.startswith("out") else "")
            if call == "write" and path.startswith("pipe:"):
                # A worker may be at the next picture by then.
                waiting = {one for one in dirty if not one.endswith(".tmp")} | {one for one in named if one == "out"}
                demand(not waiting, f"{name}: told before it is on the disk: {waiting}")
        left = {path for path in named if path == "out"} | {path for path in dirty if not path.endswith(".tmp")}
        demand(not left, f"{name}: never forced to the disk: {left}")
        demand("out" in synced and str(folder) in synced | {"."}, f"{name}: the folders: {synced}")
        shutil.rmtree(folder)


def main():
    started, wrong, hits = time.monotonic(), [], 0
    durable_order()
    names = options.scenarios or list(SCENARIOS)
    with ThreadPoolExecutor(options.jobs) as pool:
        for name in names:
            for how in ("fail", "interrupt", "kill"):
                first = 1 + os.getpid() % options.every
                number, going, count = first, True, 0
                while going:
                    numbers = range(number, number + 32 * options.every, options.every)
                    for at, result in zip(numbers, pool.map(lambda n: one(name, how, n), numbers)):
                        if result is None:
                            going = False
                        else:
                            count += 1
                            if result[1]:
                                wrong.append((name, how, at, *result))
                                if len(wrong) <= 20:
                                    print(f"WRONG {name} {how} {at} [{result[0]}]: {result[1][:600]}", flush=True)
                    number += 32 * options.every
                hits += count
                print(f"{name} {how}: {count} calls hit", flush=True)
    print(f"{hits} runs in {time.monotonic() - started:.0f} s, {len(wrong)} wrong")
    return 1 if wrong else 0


try:
    sys.exit(main())
finally:
    shutil.rmtree(place, ignore_errors=True)

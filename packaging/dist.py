"""Makes what is given out, of what Cargo built:

    cargo build --locked --release --workspace
    python packaging/dist.py dist [--built target/release] [--static target/x86_64-unknown-linux-musl/release]

- the wheel, with the command in it;
- on Linux, a .deb: the command, its helper, the service, units, man pages, completions, the library with its header;
- a .tar.gz of the same without Debian; of programs alone that need no library of the system, where those of --static are given
  (CONTRIBUTING.md says how they are built);
- what it is made of (CycloneDX), whose licences that brings (THIRD-PARTY.txt), and SHA256SUMS.

The same files give the same bytes, whoever runs it and when: times are SOURCE_DATE_EPOCH, or that of the last commit. What is given out
is built by `.ci/reproducible.sh --build`, without a path of the machine.
"""

import argparse
import gzip
import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path[:0] = [str(HERE), str(ROOT / "bindings/python")]
import wheel  # noqa: E402
from ingredients import Ingredients, run  # noqa: E402

PROGRAMS = ("ksef-qr", "ksef-qr-scan", "ksef-qr-server")
UNITS = ("packaging/ksef-qr-watch.service", "crates/server/systemd/ksef-qr-server.service", "crates/server/systemd/ksef-qr-server.socket")
# The shell, and where Debian looks for what completes its lines.
SHELLS = {
    "bash": "share/bash-completion/completions/ksef-qr",
    "zsh": "share/zsh/vendor-completions/_ksef-qr",
    "fish": "share/fish/vendor_completions.d/ksef-qr.fish",
}
# What the programs may ask of the system; anything else is a mistake in the build.
SYSTEM = {"libc.so.6", "libm.so.6", "libgcc_s.so.1", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1", "libpthread.so.0", "libdl.so.2"}


def put(path, content, mode=0o644):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    path.chmod(mode)


def packed(text):
    """As man and Debian take it, without the time."""
    return gzip.compress(text.encode(), 9, mtime=0)


def man_pages(command, root, language, folder):
    """Of the command and of each of its commands, as far down as they go."""
    with tempfile.TemporaryDirectory() as pages:
        run(command, "man", "--out", pages, "--lang", language)
        for page in sorted(Path(pages).iterdir()):
            put(root / folder / f"{page.name}.gz", packed(page.read_text(encoding="utf-8")))


def common(root, built, documents):
    """Below what is /usr in the end: programs, pages, completions, units, documents."""
    for program in PROGRAMS:
        put(root / "bin" / program, (built / program).read_bytes(), 0o755)
    command = str(built / "ksef-qr")
    man_pages(command, root, "en", "share/man/man1")
    man_pages(command, root, "pl", "share/man/pl/man1")
    for shell, place in SHELLS.items():
        put(root / place, run(command, "completions", shell, "--lang", "en"))
    for unit in UNITS:
        text = (ROOT / unit).read_text(encoding="utf-8")
        put(root / "lib/systemd/system" / Path(unit).name, text.replace("/usr/local/bin/", "/usr/bin/"))
    put(root / "lib/sysusers.d/ksef-qr.conf", 'u ksef-qr - "KSeF QR codes" /var/lib/ksef-qr\n')
    for name, text in documents.items():
        put(root / "share/doc/ksef-qr" / name, text)


def library(root, built, folder, version):
    """The shared and the static library, the header, and what tells compilers of them."""
    put(root / folder / "libksefqr.so.1", (built / "libksefqr.so").read_bytes())
    (root / folder / "libksefqr.so").symlink_to("libksefqr.so.1")
    static = root / folder / "libksefqr.a"
    shutil.copyfile(built / "libksefqr.a", static)
    static.chmod(0o644)
    subprocess.run(["strip", "--strip-debug", "--enable-deterministic-archives", static], check=True)
    put(root / "include/ksef_qr.h", (ROOT / "bindings/c/include/ksef_qr.h").read_bytes())
    text = (ROOT / "bindings/c/ksefqr.pc.in").read_text(encoding="utf-8").replace("@PREFIX@", "/usr").replace("@VERSION@", version)
    put(root / folder / "pkgconfig/ksefqr.pc", text.replace("${prefix}/lib", "${prefix}/" + folder))


def needs(root):
    """The oldest glibc that all of it runs on."""
    newest = (0, 0)
    for path in root.rglob("*"):
        if path.is_file() and not path.is_symlink() and path.read_bytes()[:4] == b"\x7fELF":
            said = run("readelf", "-dV", "--wide", str(path))
            unknown = set(re.findall(r"Shared library: \[([^]]+)\]", said)) - SYSTEM
            assert not unknown, f"{path.name} needs {unknown}"
            newest = max([newest, *((int(a), int(b)) for a, b in re.findall(r"GLIBC_(\d+)\.(\d+)", said))])
    return ".".join(map(str, newest))


# Of the C libraries that can be linked in: a text that only programs with it have, its name and licence, and where Debian keeps the latter.
C_LIBRARIES = (
    (b"glibc.malloc.", "the GNU C Library (LGPL-2.1-or-later)", "/usr/share/doc/libc6-dev/copyright"),
    (b"", "musl (MIT)", "/usr/share/doc/musl/copyright"),
)


def c_library(static):
    """Which C library the programs brought along, and on what terms. Ends if one of them needs a library of the system."""
    for program in PROGRAMS:
        said = run("readelf", "-ldW", str(static / program))
        if "program interpreter" in said or "(NEEDED)" in said:
            sys.exit(f"{static / program} needs libraries of the system, and is not what --static is for")
    content = (static / PROGRAMS[0]).read_bytes()
    _, name, terms = next(one for one in C_LIBRARIES if one[0] in content)
    text = f"{name} is linked into these programs. To link them with another one, build them from the sources: CONTRIBUTING.md says how.\n"
    return text + ("\n" + Path(terms).read_text(encoding="utf-8") if Path(terms).exists() else "")


def settle(root, epoch):
    """What does not depend on who made it: modes of folders, times."""
    for path in [root, *root.rglob("*")]:
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o755)
        os.utime(path, (epoch, epoch), follow_symlinks=False)


def deb(out, root, version, architecture, epoch):
    size = sum(path.stat().st_size for path in root.rglob("*") if path.is_file() and not path.is_symlink())
    control = (HERE / "debian/control").read_text(encoding="utf-8")
    values = {"VERSION": version, "ARCHITECTURE": architecture, "SIZE": str(size // 1024), "GLIBC": needs(root)}
    for name, value in values.items():
        control = control.replace(f"@{name}@", value)
    put(root / "DEBIAN/control", control)
    put(root / "DEBIAN/postinst", (HERE / "debian/postinst").read_bytes(), 0o755)
    put(root / "DEBIAN/triggers", "activate-noawait ldconfig\n")
    paths = sorted(path for path in (root / "usr").rglob("*") if path.is_file() and not path.is_symlink())
    sums = [f"{hashlib.md5(path.read_bytes()).hexdigest()}  {path.relative_to(root)}\n" for path in paths]
    put(root / "DEBIAN/md5sums", "".join(sums))
    settle(root, epoch)
    path = out / f"ksef-qr_{version}_{architecture}.deb"
    # One thread: with more of them the bytes may be others. A low level: a higher one takes a minute and saves a tenth.
    arguments = ["--build", "--root-owner-group", "-Zxz", "-z2", "--threads-max=1", root, path]
    environment = os.environ | {"SOURCE_DATE_EPOCH": str(epoch)}
    subprocess.run(["dpkg-deb", *arguments], check=True, stdout=subprocess.DEVNULL, env=environment)


def tarball(path, root, top, epoch):
    """Sorted, of nobody, all at one moment."""
    with path.open("wb") as file, gzip.GzipFile("", "wb", 6, file, mtime=epoch) as packed_file:
        with tarfile.open(fileobj=packed_file, mode="w", format=tarfile.PAX_FORMAT) as archive:
            for one in [root, *sorted(root.rglob("*"))]:
                entry = archive.gettarinfo(one, str(Path(top, one.relative_to(root))))
                entry.mtime, entry.uid, entry.gid, entry.uname, entry.gname = epoch, 0, 0, "", ""
                entry.mode = 0o777 if entry.issym() else 0o755 if one.is_dir() or entry.mode & 0o100 else 0o644
                with one.open("rb") if entry.isreg() else tempfile.TemporaryFile() as content:
                    archive.addfile(entry, content)


def main(out, built, static):
    if out.exists() and any(out.iterdir()):
        sys.exit(f"{out} is not empty: give a new folder")
    out.mkdir(parents=True, exist_ok=True)
    epoch = int(os.environ.get("SOURCE_DATE_EPOCH") or run("git", "log", "-1", "--format=%ct"))
    ingredients = Ingredients()
    version = ingredients.version
    sbom = out / f"ksef-qr-{version}.cdx.json"
    put(sbom, ingredients.sbom(time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(epoch))))
    third = out / "THIRD-PARTY.txt"
    put(third, ingredients.licences())
    wheel.make(out, built, {"licenses/THIRD-PARTY.txt": third, f"sboms/{sbom.name}": sbom})

    if sys.platform == "linux":
        machine = platform.machine()
        architecture = {"x86_64": "amd64", "aarch64": "arm64"}.get(machine, machine)
        copyright_text = (HERE / "debian/copyright").read_text(encoding="utf-8")
        documents = {
            "README.md": (ROOT / "README.md").read_text(encoding="utf-8"),
            "README.pl.md": (ROOT / "README.pl.md").read_text(encoding="utf-8"),
            "THIRD-PARTY.txt.gz": packed(third.read_text(encoding="utf-8")),
            "changelog.gz": packed((ROOT / "CHANGELOG.md").read_text(encoding="utf-8")),
            "copyright": copyright_text + "\n" + (ROOT / "LICENSE-MIT").read_text(encoding="utf-8"),
            f"{sbom.name}.gz": packed(sbom.read_text(encoding="utf-8")),
        }
        with tempfile.TemporaryDirectory() as scratch:
            root = Path(scratch, "root")
            common(root / "usr", built, documents)
            library(root / "usr", built, f"lib/{machine}-linux-gnu", version)
            # Before there is a folder of Debian's in it.
            if static is None:
                top = f"ksef-qr-{version}-{machine}-linux-glibc{needs(root)}"
                tarball(out / f"{top}.tar.gz", root / "usr", top, epoch)
            deb(out, root, version, architecture, epoch)
            if static is not None:
                top, alone = f"ksef-qr-{version}-{machine}-linux-static", Path(scratch, "static")
                common(alone, static, documents | {"libc.txt": c_library(static)})
                tarball(out / f"{top}.tar.gz", alone, top, epoch)

    made = sorted(path for path in out.iterdir() if path.name != "SHA256SUMS")
    put(out / "SHA256SUMS", "".join(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in made))
    for path in made:
        print(f"{path.stat().st_size:>12,}  {path.name}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Makes what is given out, of what Cargo built.")
    parser.add_argument("out", type=Path)
    target = os.environ.get("CARGO_TARGET_DIR", str(ROOT / "target"))
    parser.add_argument("--built", type=Path, default=Path(target, "release"))
    parser.add_argument("--static", type=Path, help="programs that need no library of the system")
    given = parser.parse_args()
    main(given.out, given.built.resolve(), given.static and given.static.resolve())

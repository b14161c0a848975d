"""Makes the wheel of what Cargo built: the library, and the command beside it, which `pip install` puts into bin.

    cargo build --locked --release --workspace
    python bindings/python/wheel.py dist [--built target/release]

maturin would build all of it once more, because it builds one package, whose dependencies then have fewer features; it serves those who
install from the sources (`pip install bindings/python`, without the command). The same files give the same bytes, whoever makes them and
when. The wheel is of the kind of machine that it is made on; who gives it out makes it where the oldest libc of them is.
"""

import argparse
import base64
import hashlib
import os
import platform
import re
import sys
import sysconfig
import tomllib
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
# Nothing older can be said in a ZIP.
EPOCH = (1980, 1, 1, 0, 0, 0)
PROGRAMS = ("ksef-qr", "ksef-qr-scan")


def version() -> str:
    """That of all packages."""
    manifest = tomllib.loads((ROOT / "Cargo.toml").read_text(encoding="utf-8"))
    return str(manifest["workspace"]["package"]["version"])


def tag() -> str:
    """Of Python 3.9 and later, on machines of this kind."""
    machine = sysconfig.get_platform()
    if sys.platform == "darwin":
        # Python's own says for which machines Python was built, often two kinds; the library is for this one.
        machine = f"macosx-{os.environ.get('MACOSX_DEPLOYMENT_TARGET', '11.0')}-{platform.machine()}"
    return "cp39-abi3-" + machine.replace("-", "_").replace(".", "_")


def library(built: Path) -> tuple[Path, str]:
    """What Cargo built, and the name under which Python looks for it."""
    if sys.platform == "win32":
        return built / "ksef_qr_python.dll", "_native.pyd"
    ending = "dylib" if sys.platform == "darwin" else "so"
    return built / f"libksef_qr_python.{ending}", "_native.abi3.so"


def metadata(project: dict) -> str:
    lines = [
        "Metadata-Version: 2.4",
        f"Name: {project['name']}",
        f"Version: {version()}",
        f"Summary: {project['description']}",
        f"License-Expression: {project['license']}",
        "License-File: LICENSE-APACHE",
        "License-File: LICENSE-MIT",
        f"Requires-Python: {project['requires-python']}",
    ]
    lines += [f"Classifier: {one}" for one in project["classifiers"]]
    for extra, packages in project["optional-dependencies"].items():
        lines.append(f"Provides-Extra: {extra}")
        lines += [f"Requires-Dist: {package} ; extra == '{extra}'" for package in packages]
    readme = (HERE / project["readme"]).read_text(encoding="utf-8")
    return "\n".join([*lines, "Description-Content-Type: text/markdown", "", readme])


def make(out: Path, built: Path, more: dict[str, Path]) -> Path:
    """Writes it into the folder; `more` is laid beside the licences (a list of what is in it, for example)."""
    project = tomllib.loads((HERE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    name = f"ksef_qr-{version()}"
    info, exe = f"{name}.dist-info", ".exe" if sys.platform == "win32" else ""
    native, native_name = library(built)
    files = {f"ksef_qr/{path.name}": path for path in sorted((HERE / "python/ksef_qr").iterdir()) if path.suffix in (".py", ".pyi", ".typed")}
    files[f"ksef_qr/{native_name}"] = native
    files |= {f"{name}.data/scripts/{program}{exe}": built / (program + exe) for program in PROGRAMS}
    files |= {f"{info}/licenses/{licence}": ROOT / licence for licence in ("LICENSE-APACHE", "LICENSE-MIT")}
    files |= {f"{info}/{where}": path for where, path in more.items()}
    contents = {where: path.read_bytes() for where, path in files.items()}
    linked = re.search(rb"libpython3[.0-9a-z]*\.so[.0-9]*", contents[f"ksef_qr/{native_name}"])
    if linked:
        sys.exit(f"{native} is linked with {linked[0].decode()}, and would be of that Python alone: build it as .cargo/config.toml says")
    # `py.typed` is empty, and says by its name alone that the types count.
    contents["ksef_qr/py.typed"] = b""
    contents[f"{info}/METADATA"] = metadata(project).encode()
    contents[f"{info}/WHEEL"] = f"Wheel-Version: 1.0\nGenerator: ksef-qr\nRoot-Is-Purelib: false\nTag: {tag()}\n".encode()
    record = [f"{where},sha256={hash_of(content)},{len(content)}" for where, content in sorted(contents.items())]
    contents[f"{info}/RECORD"] = "\n".join([*record, f"{info}/RECORD,,", ""]).encode()

    out.mkdir(parents=True, exist_ok=True)
    path = out / f"{name}-{tag()}.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for where, content in contents.items():
            entry = zipfile.ZipInfo(where, EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = (0o100755 if "/scripts/" in where else 0o100644) << 16
            archive.writestr(entry, content)
    return path


def hash_of(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Makes the wheel of what Cargo built.")
    parser.add_argument("out", type=Path)
    target = os.environ.get("CARGO_TARGET_DIR", str(ROOT / "target"))
    parser.add_argument("--built", type=Path, default=Path(target, "release"))
    given = parser.parse_args()
    print(make(given.out, given.built, {}))

"""What the programs are made of: the crates that are compiled in, as an SBOM (CycloneDX 1.6) and as a text of their licences.

By Cargo.lock, for the machine that it is made on. What tests and build scripts need is in nothing that is given out, and is left out.
"""

import hashlib
import json
import re
import subprocess
import tomllib
import uuid
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# What is given out.
GIVEN = ("ksef-qr", "ksef-qr-scan", "ksef-qr-server", "ksef-qr-ffi", "ksef-qr-python")
OWN = "MIT OR Apache-2.0"
LICENCES = ("LICENSE", "LICENCE", "COPYING", "NOTICE", "UNLICENSE", "COPYRIGHT")
# C that a crate brings along: its name, its licence, and where the crate says which version it is.
BROUGHT = {
    "aws-lc-sys": ("aws-lc", None, "aws-lc/include/openssl/base.h", r'AWSLC_VERSION_NUMBER_STRING "([^"]+)"'),
    "libsqlite3-sys": ("sqlite", "blessing", "sqlite3/sqlite3.h", r'#define SQLITE_VERSION +"([^"]+)"'),
}


class Crate:
    """One that is compiled in."""

    def __init__(self, package, checksum):
        self.id, self.name, self.version = package["id"], package["name"], package["version"]
        self.folder = Path(package["manifest_path"]).parent
        self.is_own = package["source"] is None
        # "MIT/Apache-2.0" is how it was written once.
        self.licence = (package["license"] or "").replace("/", " OR ")
        self.repository, self.description = package["repository"], package["description"]
        self.authors, self.checksum = package["authors"], checksum
        assert self.licence, f"{self.name} {self.version} says no licence"

    @property
    def purl(self):
        return f"pkg:cargo/{self.name}@{self.version}"

    def texts(self):
        """Its licence files, those of what it brings along too."""
        folders = [self.folder]
        if self.name in BROUGHT:
            folders.append(self.folder / Path(BROUGHT[self.name][2]).parts[0])
        found = [path for folder in folders for path in sorted(folder.iterdir()) if path.name.upper().startswith(LICENCES)]
        return [path.read_text(encoding="utf-8", errors="replace").replace("\r\n", "\n").strip() for path in found if path.is_file()]


class Ingredients:
    """All of them, with what each stands on."""

    def __init__(self):
        host = re.search(r"^host: (.*)$", run("rustc", "-vV"), re.M)[1]
        self.rust = re.search(r"^release: (.*)$", run("rustc", "-vV"), re.M)[1]
        metadata = json.loads(run("cargo", "metadata", "--locked", "--format-version", "1", "--filter-platform", host))
        lock = (ROOT / "Cargo.lock").read_bytes()
        self.lock = hashlib.sha256(lock).hexdigest()
        checksums = {(one["name"], one["version"]): one.get("checksum") for one in tomllib.loads(lock.decode())["package"]}
        packages = {one["id"]: one for one in metadata["packages"]}
        nodes = {one["id"]: one for one in metadata["resolve"]["nodes"]}
        # What runs while others are compiled is in no program.
        at_work = {one["id"] for one in metadata["packages"] if any("proc-macro" in target["kind"] for target in one["targets"])}
        self.edges = {}
        waiting = [one["id"] for one in metadata["packages"] if one["source"] is None and one["name"] in GIVEN]
        assert len(waiting) == len(GIVEN), waiting
        while waiting:
            given = waiting.pop()
            if given not in self.edges:
                below = [one["pkg"] for one in nodes[given]["deps"] if any(kind["kind"] is None for kind in one["dep_kinds"])]
                below = [one for one in below if one not in at_work]
                self.edges[given] = below
                waiting += below
        crates = [Crate(packages[one], checksums[packages[one]["name"], packages[one]["version"]]) for one in self.edges]
        self.crates = sorted(crates, key=lambda crate: (crate.name, crate.version))
        self.version = next(crate.version for crate in self.crates if crate.name == "ksef-qr")

    def brought(self):
        """C, with the crate that it came in."""
        for crate in self.crates:
            if crate.name in BROUGHT:
                name, licence, header, pattern = BROUGHT[crate.name]
                version = re.search(pattern, (crate.folder / header).read_text(encoding="utf-8"))[1]
                yield crate, name, version, licence or crate.licence

    def sbom(self, when):
        """CycloneDX, in JSON; `when` is as 2026-01-31T12:00:00Z."""
        reference = {crate.id: crate.purl for crate in self.crates}
        components = [component(crate) for crate in self.crates if crate.name != "ksef-qr"]
        dependencies = [{"ref": reference[one], "dependsOn": sorted(reference[below] for below in self.edges[one])} for one in self.edges]
        for crate, name, version, licence in self.brought():
            ref = f"{crate.purl}#{name}"
            what = {"type": "library", "bom-ref": ref, "name": name, "version": version, "licenses": [{"expression": licence}]}
            components.append(what | {"description": f"C, compiled by {crate.name}"})
            dependencies.append({"ref": ref, "dependsOn": []})
            next(one for one in dependencies if one["ref"] == crate.purl)["dependsOn"].append(ref)
        roboto = {"type": "file", "bom-ref": "roboto", "name": "Roboto", "description": "Fonts: the letters that invoices use"}
        components.append(roboto | {"licenses": [{"expression": "Apache-2.0"}]})
        std = {"type": "library", "bom-ref": "rust-std", "name": "std", "version": self.rust, "description": "Rust's own library"}
        components.append(std | {"licenses": [{"expression": OWN}]})
        own = next(crate for crate in self.crates if crate.name == "ksef-qr")
        next(one for one in dependencies if one["ref"] == own.purl)["dependsOn"] += ["roboto", "rust-std"]
        document = {
            "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
            "bomFormat": "CycloneDX",
            "specVersion": "1.6",
            "serialNumber": uuid.uuid5(uuid.NAMESPACE_URL, f"ksef-qr/{self.version}/{self.lock}/{self.rust}").urn,
            "version": 1,
            "metadata": {"timestamp": when, "component": component(own, "application")},
            "components": sorted(components, key=lambda one: (one["name"], one.get("version", ""))),
            "dependencies": sorted(dependencies, key=lambda one: one["ref"]),
        }
        return json.dumps(document, indent=1, ensure_ascii=False) + "\n"

    def licences(self):
        """Which crate is under what, then each text once with the crates that have it."""
        foreign = [crate for crate in self.crates if not crate.is_own]
        lines = ["What the programs and libraries of ksef-qr are made of, and under which licences that is.", ""]
        lines += [f"{crate.name} {crate.version}: {crate.licence}" for crate in foreign]
        lines += [f"{name} {version} (C, in {crate.name}): {licence}" for crate, name, version, licence in self.brought()]
        lines += ["Roboto (fonts, the letters that invoices use): Apache-2.0", f"Rust's own library {self.rust}: {OWN}"]
        texts = {}
        for crate in foreign:
            found = crate.texts()
            if not found:
                # It names its licence, and brings no text.
                file = ROOT / ("packaging/BSD-3-Clause.txt" if crate.licence == "BSD-3-Clause" else "LICENSE-MIT")
                assert "MIT" in crate.licence.split(" OR ") or crate.licence == file.stem, f"{crate.name}: no text of {crate.licence}"
                whose = ", ".join(crate.authors) or f"the authors of {crate.name}"
                text = file.read_text(encoding="utf-8").strip()
                found = [re.sub("^Copyright .*$", f"Copyright (c) {whose}", text, flags=re.M)]
            for text in found:
                texts.setdefault(text, []).append(f"{crate.name} {crate.version}")
        for text, users in texts.items():
            lines += ["", "=" * 100, ", ".join(users), "-" * 100, text]
        apache = (ROOT / "src/font/files/LICENSE-APACHE-2.0.txt").read_text(encoding="utf-8").strip()
        lines += ["", "=" * 100, "Roboto, Rust's own library", "-" * 100, apache]
        return "\n".join(lines) + "\n"


def component(crate, kind="library"):
    what = {"type": kind, "bom-ref": crate.purl, "name": crate.name, "version": crate.version, "purl": crate.purl}
    if crate.description:
        what["description"] = " ".join(crate.description.split())
    what["licenses"] = [{"expression": crate.licence}]
    if crate.checksum:
        what["hashes"] = [{"alg": "SHA-256", "content": crate.checksum}]
    if crate.repository:
        what["externalReferences"] = [{"type": "vcs", "url": crate.repository}]
    return what


def run(*arguments):
    return subprocess.run(arguments, cwd=ROOT, stdout=subprocess.PIPE, encoding="utf-8", check=True).stdout

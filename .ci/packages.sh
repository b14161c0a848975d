#!/usr/bin/env bash
# What is given out (packaging/dist.py): made twice with the same bytes, its list of parts judged by another library, then the wheel in a
# fresh environment and the .deb in a bare Debian, each of which does the main job.
#
#   .ci/packages.sh FOLDER [STATIC]    what Cargo built there (target/release) by `cargo build --workspace`
#
# STATIC, if it is given, holds programs that need no library of the system (CONTRIBUTING.md): their package is tried as well.
#
# What it needs of Debian, `.ci/run` installs.
set -euo pipefail
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-$PWD/target}
built=$(realpath "${1:-$target/release}")
static=${2:+$(realpath "$2")}
work=$target/packages
step() { printf -- '-- %s (%d s)\n' "$*" "$SECONDS"; }
rm -rf "$work/first" "$work/second" "$work/fresh" "$work/plain"
mkdir -p "$work"

step "made twice, the second time elsewhere, later and by another umask"
(umask 077 && TZ=Asia/Tokyo LC_ALL=C TMPDIR=$work python3 packaging/dist.py "$work/second" --built "$built" >/dev/null) &
python3 packaging/dist.py "$work/first" --built "$built"
wait $!
diff -r "$work/first" "$work/second"
(cd "$work/first" && sha256sum --quiet -c SHA256SUMS)

step "what it is made of, by the schema of CycloneDX"
judges=$work/judges
[ -x "$judges/bin/python" ] || python3 -m venv "$judges"
"$judges/bin/python" -c 'import cyclonedx, jsonschema' 2>/dev/null || "$judges/bin/pip" install -q 'cyclonedx-python-lib[json-validation]'
"$judges/bin/python" - "$work"/first/*.cdx.json <<'PY'
import json, sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

text = open(sys.argv[1], encoding="utf-8").read()
wrong = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
assert wrong is None, wrong
parts = json.loads(text)["components"]
names = {part["name"] for part in parts}
# In the programs; beside the command; for tests and builds alone.
assert {"aws-lc-rs", "aws-lc", "sqlite", "krilla", "hayro", "axum", "pyo3"} <= names, names
assert not {"criterion", "trycmd", "cbindgen", "cc", "syn"} & names, names
print(len(parts), "parts")
PY

step "the wheel, in a fresh environment"
fresh=$work/fresh
python3 -m venv "$fresh"
"$fresh/bin/pip" install -q --no-index "$work"/first/*.whl
# The main job: the demo, then signed, and verified by the pictures.
job() {
  local out=$1 run=("${@:2}")
  "${run[@]}" demo --out "$out/demo" >/dev/null
  "${run[@]}" sign "$out/demo/invoices" --cert "$out/demo/throwaway.crt" --key "$out/demo/throwaway.key" \
    --password-file "$out/demo/throwaway.password" --env test --quiet --out "$out/codes" 2>"$out/refused" || [ $? -eq 1 ] # one of them is bad
  "${run[@]}" verify "$out"/codes/*.png --cert "$out/demo/throwaway.crt" --quiet
  echo "signed and verified: $(find "$out/codes" -name '*.png' | wc -l) pictures"
}
PATH=$fresh/bin:/usr/bin:/bin job "$work/plain" "$fresh/bin/ksef-qr"
"$fresh/bin/python" -c 'import ksef_qr; print("Python:", ksef_qr.__version__, ksef_qr.Deadline("2026-04-03").send_by)'

step "the .deb, in a Debian that has nothing but what it must"
root=$work/root
if [ ! -e "$work/root.tar" ]; then
  mmdebstrap --quiet --variant=essential --include=libgcc-s1 "$(. /etc/os-release && echo "$VERSION_CODENAME")" "$work/root.new.tar"
  mv "$work/root.new.tar" "$work/root.tar"
fi
rm -rf "$root"
mkdir -p "$root"
tar -xf "$work/root.tar" -C "$root" --exclude='./dev/*'
trap 'rm -rf "$root"' EXIT
cp "$work"/first/*.deb "$root/root/"
# With processes of its own, and a list of them: a program finds its helper by it.
in_root() { unshare --mount --pid --fork --mount-proc="$root/proc" chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 "$@"; }
in_root sh -c 'dpkg -i /root/*.deb' >/dev/null
in_root dpkg --verify ksef-qr
declare -f job >"$root/root/job.sh"
in_root bash -euc '. /root/job.sh; job /root/plain ksef-qr; ksef-qr-server --version'
# The library, by a program that is compiled outside against what the package laid down.
triplet=$(cc -print-multiarch)
export PKG_CONFIG_SYSROOT_DIR=$root PKG_CONFIG_PATH=$root/usr/lib/$triplet/pkgconfig
read -r -a flags <<<"$(pkg-config --cflags --libs ksefqr)"
cc bindings/c/examples/sign.c "-I$root/usr/include" "-L$root/usr/lib/$triplet" "${flags[@]}" -o "$root/root/sign"
cp fixtures/keys/offline-ec.crt fixtures/keys/offline-ec.fast.key fixtures/keys/password.txt fixtures/invoices/good/fa3-basic.xml "$root/root/"
in_root sh -c 'cd /root && ./sign offline-ec.crt offline-ec.fast.key password.txt fa3-basic.xml' >/dev/null
head -c 4 "$root/root/kod1.png" | grep -q PNG
for file in usr/share/man/man1/ksef-qr-sign.1.gz usr/share/man/pl/man1/ksef-qr-book-list.1.gz usr/lib/systemd/system/ksef-qr-server.service; do
  [ -s "$root/$file" ] || { echo "$file is missing"; exit 1; }
done
in_root bash -n /usr/share/bash-completion/completions/ksef-qr
in_root dpkg --purge ksef-qr >/dev/null
[ -z "$(find "$root/usr" -name '*ksef*')" ]

if [ -n "$static" ]; then
  step "programs that need no library of the system, in a root that holds nothing else"
  bare=$work/bare
  rm -rf "$work/third" "$bare"
  python3 packaging/dist.py "$work/third" --built "$built" --static "$static"
  mkdir -p "$bare"
  tar -xzf "$work"/third/*-static.tar.gz --strip-components=1 -C "$bare"
  # Without /proc a program does not know where it stands, and is told where its helper does.
  in_bare() { env -i KSEF_QR_SCAN=/bin/ksef-qr-scan "$(command -v chroot)" "$bare" "$@"; }
  in_bare /bin/ksef-qr demo --out /demo >/dev/null
  own=(--cert /demo/throwaway.crt --key /demo/throwaway.key --password-file /demo/throwaway.password)
  in_bare /bin/ksef-qr sign /demo/invoices "${own[@]}" --env test --quiet --out /codes 2>/dev/null || [ $? -eq 1 ] # one of them is bad
  in_bare /bin/ksef-qr verify /codes --invoice /demo/invoices --cert /demo/throwaway.crt --quiet
  in_bare /bin/ksef-qr print /demo/invoices/domestic.xml --env test --codes /codes/manifest.ndjson --mode offline24 --out /printed --quiet
  in_bare /bin/ksef-qr-server --version
  head -c 4 "$bare"/printed/*.pdf | grep -q PDF
fi
step "all of it"

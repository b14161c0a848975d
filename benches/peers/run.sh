#!/bin/sh
# Sets up both peers under target/peers, measures them beside our own command, checks what all three made, and prints the
# table: run.sh [INVOICES FOR THE PEERS [INVOICES FOR OURS]]. Needs python3 with venv, node 20 or later, npm, openssl.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$root/target/peers
mkdir -p "$work"

ours=${KSEF_QR:-${CARGO_TARGET_DIR:-$root/target}/release/ksef-qr}
if [ ! -x "$ours" ]; then
    echo "$ours is not there: cargo build --release, or name it in KSEF_QR" >&2
    exit 2
fi

if [ ! -e "$work/venv/ready" ] || [ "$here/requirements.txt" -nt "$work/venv/ready" ]; then
    python3 -m venv "$work/venv"
    "$work/venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$here/requirements.txt"
    touch "$work/venv/ready"
fi
# Modules are found from the script's own place, so the script is copied beside what it needs.
cp "$here/peer.mjs" "$here/edges.mjs" "$work/"
if [ ! -e "$work/node_modules/ready" ] || [ "$here/package.json" -nt "$work/node_modules/ready" ]; then
    cp "$here/package.json" "$work/"
    (cd "$work" && npm install --silent --ignore-scripts --omit=optional --omit=peer --no-package-lock --no-audit --no-fund)
    touch "$work/node_modules/ready"
fi

exec "$work/venv/bin/python" "$here/compare.py" --ours "$ours" --work "$work" --fixtures "$root/fixtures" \
    --peer-count "${1:-200}" --our-count "${2:-2000}"

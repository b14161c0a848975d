#!/usr/bin/env bash
# Makes the wheel: the library, and the command beside it, which `pip install` puts into bin.
#
#   bindings/python/wheel.sh OUT            as it is given out
#   bindings/python/wheel.sh OUT --debug    quickly, for tests
#
# It needs maturin (`pip install maturin`), and what the command needs.
set -euo pipefail
out=$(realpath -m "$1")
cd "$(dirname "$0")"
profile=release folder=release
if [ "${2:-}" = --debug ]; then profile=dev folder=debug; fi
target=${CARGO_TARGET_DIR:-$PWD/../../target}
# The command, and its helper that reads pictures.
cargo build --locked --profile "$profile" --manifest-path ../../Cargo.toml -p ksef-qr -p ksef-qr-scan --bins
rm -rf ksef_qr.data
mkdir -p ksef_qr.data/scripts
trap 'rm -rf "$PWD/ksef_qr.data"' EXIT
cp "$target/$folder"/ksef-qr "$target/$folder"/ksef-qr-scan ksef_qr.data/scripts/
# The wheel is of the machine that it is made on; who gives it out to others builds it where the oldest of them is.
maturin build --locked --profile "$profile" --compatibility linux --out "$out" --quiet

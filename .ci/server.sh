#!/bin/sh
# The service against what it must bear: the description by schemathesis, attacks, replicas over one book. Under three minutes.
# Needs target/debug/ksef-qr-server; installs what is missing.
set -eu
cd "$(dirname "$0")/.."
server=${KSEF_QR_SERVER:-target/debug/ksef-qr-server}
judges=${1:-target/judges}
[ -x "$server" ] && [ -x target/debug/ksef-qr ] || cargo build --locked -p ksef-qr -p ksef-qr-server
command -v caddy >/dev/null || apt-get install -y -q caddy >/dev/null
[ -x "$judges/bin/python" ] || python3 -m venv "$judges"
[ -x "$judges/bin/schemathesis" ] || "$judges/bin/pip" install -q schemathesis
folder=$(mktemp -d)
"$server" --demo --listen 127.0.0.1:18080 2>"$folder/log" &
demo=$!
trap 'kill $demo 2>/dev/null || true; rm -rf "$folder"' EXIT
for _ in $(seq 50); do curl -fs http://127.0.0.1:18080/health/ready >/dev/null && break; sleep 0.1; done

echo "== the description, by schemathesis"
# With a key that may do everything, and a book: what it asks for is done, not refused at the door.
"$(dirname "$server")/ksef-qr" book create "$folder/firm.book" --env test >/dev/null
key=$("$server" key new --keys "$folder/keys.json" --name judge --scopes sign,stamp,verify,read --per-minute 1000000)
"$server" --listen 127.0.0.1:18079 --keys "$folder/keys.json" --env test --book "$folder/firm.book" \
    --cert fixtures/keys/offline-ec.crt --key fixtures/keys/offline-ec.pkcs8.pem 2>"$folder/judged.log" &
judged=$!
trap 'kill $demo $judged 2>/dev/null || true; rm -rf "$folder"' EXIT
for _ in $(seq 50); do curl -fs http://127.0.0.1:18079/health/ready >/dev/null && break; sleep 0.1; done
timeout 120 "$judges/bin/schemathesis" run http://127.0.0.1:18079/openapi.json --header "Authorization: Bearer $key" \
    --max-examples 15 --request-timeout 10 --phases examples,coverage,fuzzing \
    --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance
kill -TERM $judged
wait $judged
echo "== attacks"
python3 .ci/server_attacks.py 127.0.0.1:18080 "$server"
kill -TERM $demo
wait $demo
echo "== systemd: the units, and a socket that is handed over"
command -v systemd-analyze >/dev/null || apt-get install -y -q systemd >/dev/null
mkdir "$folder/units"
for unit in crates/server/systemd/*.service crates/server/systemd/*.socket packaging/*.service; do
    # Of the paths that they name, the executables alone are looked for.
    sed "s|/usr/local/bin/|$(realpath "$(dirname "$server")")/|" "$unit" >"$folder/units/$(basename "$unit")"
done
systemd-analyze verify "$folder"/units/*
# What a service may do to the machine, in tenths of ten: 13 when this was written.
systemd-analyze security --offline=true --threshold=20 "$folder/units/ksef-qr-server.service" >"$folder/exposure" ||
    { cat "$folder/exposure"; exit 1; }
systemd-socket-activate --listen 127.0.0.1:18078 "$server" --demo 2>"$folder/activated.log" &
activated=$!
trap 'kill $demo $judged $activated 2>/dev/null || true; rm -rf "$folder"' EXIT
for _ in $(seq 50); do curl -fs http://127.0.0.1:18078/health/ready >/dev/null && break; sleep 0.1; done
curl -fsS -o "$folder/kod1.png" -H 'Accept: image/png' -F invoice=@fixtures/invoices/good/fa3-basic.xml http://127.0.0.1:18078/v1/sign
# The program takes the place of the one that waited for the first request.
kill -TERM $activated
wait $activated
echo "== three replicas"
python3 .ci/server_replicas.py "$server"

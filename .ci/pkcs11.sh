#!/usr/bin/env bash
# Keys on a token: SoftHSM2 stands in for it, pkcs11-tool puts keys on it, OpenSSL judges the signatures.
#
# usage: pkcs11.sh KSEF_QR SERVER JUDGE...     the programs; the command that runs judge.py
set -euo pipefail
cd "$(dirname "$0")/.."
ksef_qr=$1
server=$2
judge=("${@:3}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
keys=fixtures/keys

module=
for path in /usr/lib/softhsm/libsofthsm2.so /usr/lib/*/softhsm/libsofthsm2.so /usr/lib64/libsofthsm2.so; do
  [ ! -e "$path" ] || { module=$path; break; }
done
[ -n "$module" ] || { echo "SoftHSM2 is not there" >&2; exit 1; }
export SOFTHSM2_CONF=$work/softhsm2.conf
mkdir "$work/tokens"
printf '%s\n' "directories.tokendir = $work/tokens" 'objectstore.backend = file' 'log.level = ERROR' >"$SOFTHSM2_CONF"
unset KSEF_QR_KEY_PASSWORD
pin=8642
echo $pin >"$work/pin"
echo 9999 >"$work/wrong-pin"
for label in Firma Biuro; do
  softhsm2-util --init-token --free --label $label --so-pin 12345678 --pin $pin >/dev/null
done
tool() { pkcs11-tool --module "$module" --token-label Firma --login --pin $pin "$@" >/dev/null; }
import() { softhsm2-util --import "$keys/$1.pkcs8.pem" --token Firma --label "$2" --id "$3" --pin $pin >/dev/null; }
import offline-ec ec 01
import offline-rsa rsa 02
import other-ec twice 03
import other-ec twice 04
import ec-p384 p384 05
tool --write-object $keys/offline-ec.der.cer --type cert --id 01 --label ec
# A key that was made on the token and never was anywhere else.
tool --keypairgen --key-type EC:prime256v1 --id 06 --label born-here

uri() { echo "pkcs11:token=Firma;object=$1?module-path=$module&pin-source=file:$work/${2-pin}"; }
sign() { # INPUT OPTION...
  "$ksef_qr" sign "$1" --env "${env-test}" --now 2026-06-30T12:00:00Z --context Nip:5265877635 --quiet --format none \
    "${@:2}"
}
one=fixtures/invoices/good/fa3-basic.xml

echo "200 invoices by each key, two sessions at a time"
mkdir "$work/in"
for number in $(seq 200); do
  sed "s|FV/2026/06/001|FV/2026/06/$number|" fixtures/invoices/good/fa3-basic.xml >"$work/in/$number.xml"
done
for encoding in p1363 der; do
  sign "$work/in" --jobs 2 --pkcs11 "$(uri ec)" --signature-encoding $encoding \
    --out "$work/ec-$encoding"
  "${judge[@]}" "$work/ec-$encoding" $keys/offline-ec.crt
done
sign "$work/in" --jobs 2 --pkcs11 "$(uri rsa)" --cert $keys/offline-rsa.crt \
  --out "$work/rsa"
"${judge[@]}" "$work/rsa" $keys/offline-rsa.crt
"$ksef_qr" verify --manifest "$work/rsa/manifest.ndjson" --cert $keys/offline-rsa.crt --quiet
serial=$(softhsm2-util --show-slots | awk '/Serial number:/ { serial = $3 } /Label: +Firma/ { print serial }')
sign $one --pkcs11 "pkcs11:serial=$serial;id=%01?module-path=$module" --password-file "$work/pin" --out "$work/by-id"
"${judge[@]}" "$work/by-id" $keys/offline-ec.crt

echo "refusals"
refused() { # CODE OPTION...
  local code=$1 status=0
  sign $one --json "${@:2}" \
    </dev/null >"$work/stdout" 2>"$work/stderr" || status=$?
  if [ $status != 2 ] || ! grep -qF "[$code]" "$work/stderr" || ! grep -qF "\"code\":\"$code\"" "$work/stdout"; then
    echo "expected $code, got status $status:" >&2
    cat "$work/stderr" >&2
    exit 1
  fi
  if grep -qE "$pin|9999" "$work/stderr" "$work/stdout"; then
    echo "$code: the PIN is in the message" >&2
    exit 1
  fi
}
refused pin_wrong --pkcs11 "$(uri ec wrong-pin)"
refused pin_missing --pkcs11 "pkcs11:token=Firma;object=ec?module-path=$module"
refused token_uri_pin --pkcs11 "pkcs11:token=Firma;object=ec?module-path=$module&pin-value=$pin"
refused token_missing --pkcs11 "pkcs11:token=Spółka;object=ec?module-path=$module&pin-source=$work/pin"
refused token_several --pkcs11 "pkcs11:object=ec?module-path=$module&pin-source=$work/pin"
refused token_module --pkcs11 "pkcs11:object=ec?module-path=$work/pin&pin-source=$work/pin"
refused token_key_missing --pkcs11 "$(uri nothing)"
refused token_key_several --pkcs11 "$(uri twice)" --cert $keys/offline-ec.crt
refused token_key_unsupported --pkcs11 "$(uri p384)" --cert $keys/offline-ec.crt
refused token_certificate_missing --pkcs11 "$(uri rsa)"
refused key_mismatch --pkcs11 "$(uri born-here)" --cert $keys/offline-ec.crt
refused key_mismatch --pkcs11 "$(uri ec)" --cert $keys/offline-rsa.crt
refused key_mismatch --pkcs11 "$(uri rsa)" --cert $keys/offline-ec.crt
refused certificate_expired --pkcs11 "$(uri ec)" --cert $keys/expired-ec.crt
env=prod refused certificate_wrong_environment --pkcs11 "$(uri ec)"
# Asked for on purpose, an expired certificate signs, as with a key in a file.
sign $one --pkcs11 "$(uri ec)" \
  --cert $keys/expired-ec.crt --allow certificate-dates --out "$work/allowed"
"${judge[@]}" "$work/allowed" $keys/expired-ec.crt
echo "every refusal has its code, and none repeats the PIN"

echo "the service"
register() { "$ksef_qr" cert register add "$work/$1.toml" --name firma --cert $keys/offline-ec.crt "${@:2}" >/dev/null; }
register file --key $keys/offline-ec.pkcs8.pem
register wrong --pkcs11 "$(uri ec wrong-pin)"
register token --pkcs11 "$(uri ec)"
cp "$work/file.toml" "$work/register.toml"
key=$("$server" key new --keys "$work/keys.json" --name judge --scopes sign 2>/dev/null)
"$server" --listen 127.0.0.1:18077 --keys "$work/keys.json" --env test --credentials "$work/register.toml" 2>"$work/log" &
service=$!
trap 'kill $service 2>/dev/null || true; rm -rf "$work"' EXIT
url=http://127.0.0.1:18077
for _ in $(seq 50); do curl -fs $url/health/ready >/dev/null && break; sleep 0.1; done
by_service() {
  curl -fsS -H "Authorization: Bearer $key" -H 'Content-Type: application/xml' --data-binary @$one "$url/v1/sign?format=none"
}
# A wrong PIN is tried once, however often the register is looked at; and whoever signed before goes on.
cp "$work/wrong.toml" "$work/register.toml"
sleep 7
[ "$(grep -c '"event":"register_refused".*pin_wrong' "$work/log")" = 1 ] || { cat "$work/log" >&2; exit 1; }
curl -fsS $url/health/ready | grep -q '"register_fault":"pin_wrong"'
by_service >/dev/null
cp "$work/token.toml" "$work/register.toml"
for _ in $(seq 100); do curl -fsS $url/health/ready | grep -q '"register_fault":null' && break; sleep 0.1; done
by_service >"$work/answer.json"
link=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["kod2"]["url"])' "$work/answer.json")
"$ksef_qr" verify "$link" --invoice $one --cert $keys/offline-ec.crt --quiet
kill -TERM $service
wait $service
! grep -qwE "$pin|9999" "$work/log" || { echo "the PIN is in the log" >&2; exit 1; }
grep -q '"event":"register_reloaded"' "$work/log"
echo "a token signs for the service, and a wrong PIN does not lock it"

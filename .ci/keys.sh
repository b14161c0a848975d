#!/usr/bin/env bash
# What `ksef-qr key` and `ksef-qr cert` write and say, against OpenSSL; a prompt, at a terminal of its own.
# Usage: keys.sh KSEF_QR FIXTURES SCRATCH
set -euo pipefail
ksef_qr=$(realpath "$1") keys=$(realpath "$2")/keys
mkdir -p "$3" && cd "$3"
fail() { echo "keys.sh: $*" >&2; exit 1; }
[ -z "${KSEF_QR_KEY_PASSWORD+x}" ] || fail "KSEF_QR_KEY_PASSWORD is set"

# With no umask at all, so that only the program keeps its files closed.
umask 000
for type in ec rsa; do
  "$ksef_qr" key new --type $type --out $type.key --generate-password-file $type.txt \
    --csr $type.csr --subject "$keys/enrolment.json" >/dev/null
  for secret in $type.key $type.txt; do
    [ "$(stat -c %a $secret)" = 600 ] || fail "$secret is open to others"
  done
  openssl pkey -in $type.key -passin file:$type.txt -check -noout | grep -q 'Key is valid'
  openssl pkey -in $type.key -passin file:$type.txt -pubout -out $type.openssl.pub
  "$ksef_qr" key public --key $type.key --password-file $type.txt | cmp - $type.openssl.pub

  # As the portal keeps keys: PBES2, PBKDF2 with HMAC-SHA256, a salt of 16 bytes, 100 000 rounds or more, AES-256-CBC.
  openssl asn1parse -in $type.key >$type.asn1
  for part in ':PBES2' ':PBKDF2' ':hmacWithSHA256' ':aes-256-cbc'; do grep -q "$part" $type.asn1 || fail "$type.key: $part"; done
  rounds=$(sed -n 's/.*prim: INTEGER *://p' $type.asn1 | head -1)
  [ $((16#$rounds)) -ge 100000 ] || fail "$type.key: $rounds rounds"
  salt=$(sed -n 's/.*\[HEX DUMP\]://p' $type.asn1 | head -1)
  [ ${#salt} = 32 ] || fail "$type.key: a salt of ${#salt} digits"

  # The request: signed by the key, with the subject in the client's order, and nothing else in it.
  openssl base64 -d -A -in $type.csr | openssl req -inform DER -verify -noout 2>&1 | grep -q 'verify OK'
  openssl base64 -d -A -in $type.csr | openssl req -inform DER -pubkey -noout | cmp - $type.openssl.pub
  subject=$(openssl base64 -d -A -in $type.csr | openssl req -inform DER -noout -subject -nameopt utf8,sep_comma_plus,lname)
  expected='commonName=Świętosława Zmyślona,surname=Zmyślona,givenName=Świętosława,givenName=Anna,countryName=PL,serialNumber=PNOPL-90610112347'
  [ "${subject#subject=}" = "$expected" ] || fail "$type.csr: $subject"
  openssl base64 -d -A -in $type.csr | openssl req -inform DER -noout -text | grep -q 'sha256\|SHA256' || fail "$type.csr: no SHA-256"

  # Another password: the old one opens it no more, and the key is the same.
  "$ksef_qr" key password --key $type.key --password-file $type.txt --in-place --new-password-file "$keys/password.txt" >/dev/null
  ! openssl pkey -in $type.key -passin file:$type.txt -noout 2>/dev/null || fail "$type.key: the old password opens it"
  openssl pkey -in $type.key -passin file:"$keys/password.txt" -pubout | cmp - $type.openssl.pub
  [ "$(stat -c %a $type.key)" = 600 ] || fail "$type.key is open to others"
done

# PKCS#10 with every attribute there is, by its number, in the order given.
"$ksef_qr" key csr --key "$keys/offline-ec.pkcs8.pem" --pem --attribute 2.5.4.6=PL --attribute 2.5.4.97=VATPL-5265877635 \
  --attribute 2.5.4.10='Żółw sp. z o.o.' --attribute 2.5.4.45=id/1 --attribute 2.5.4.3=Żółw >all.csr
subject=$(openssl req -in all.csr -verify -noout -subject -nameopt utf8,sep_comma_plus,oid 2>/dev/null)
[ "${subject#subject=}" = '2.5.4.6=PL,2.5.4.97=VATPL-5265877635,2.5.4.10=Żółw sp. z o.o.,2.5.4.45=id/1,2.5.4.3=Żółw' ] ||
  fail "all.csr: $subject"
openssl asn1parse -in all.csr | grep -A1 ':countryName' | grep -q PRINTABLESTRING || fail "all.csr: the country's type"
openssl asn1parse -in all.csr | grep -A1 ':commonName' | grep -q UTF8STRING || fail "all.csr: the name's type"

# What OpenSSL encrypts, in its own ways, is taken and written as the portal's.
openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out plain.pem
openssl ec -in plain.pem -aes256 -passout pass:old -out legacy.pem 2>/dev/null
openssl pkcs8 -topk8 -in plain.pem -scrypt -passout pass:old -out scrypt.pem
for old in plain legacy scrypt; do
  KSEF_QR_KEY_PASSWORD=old "$ksef_qr" key password --key $old.pem --out $old.key --new-password-file "$keys/password.txt" >/dev/null
  openssl pkey -in $old.key -passin file:"$keys/password.txt" | cmp - <(openssl pkey -in plain.pem)
done

# Fingerprint, serial number and dates as OpenSSL has them.
for file in offline-ec pesel-ec offline-rsa; do
  "$ksef_qr" cert show --json "$keys/$file.crt" >shown.json
  shown() { python3 -c 'import json, sys; print(json.load(open("shown.json"))[sys.argv[1]])' "$1"; }
  fingerprint=$(openssl x509 -in "$keys/$file.crt" -noout -fingerprint -sha256 | cut -d= -f2 | tr -d :)
  [ "$(shown fingerprint_sha256)" = "$fingerprint" ] || fail "$file: the fingerprint"
  [ "$(shown serial)" = "$(openssl x509 -in "$keys/$file.crt" -noout -serial | cut -d= -f2)" ] || fail "$file: the serial number"
  [ "$(shown valid_to)" = "$(openssl x509 -in "$keys/$file.crt" -noout -enddate -dateopt iso_8601 | cut -d= -f2 | tr ' ' T)" ] || fail "$file: the end"
done

# A person at a terminal types the password twice; two that differ, and a weak one, make no key.
python3 - "$ksef_qr" <<'PY'
import os, pty, sys, time

def at_a_terminal(name, lines):
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(sys.argv[1], ["ksef-qr", "key", "new", "--out", name])
    shown = b""
    for line in lines:
        while not shown.rstrip().endswith(b":"):
            shown += os.read(terminal, 1024)
        # The prompt comes before the echo goes; nobody types that fast.
        time.sleep(0.5)
        os.write(terminal, line + b"\n")
        shown += b" "
    try:
        while True:
            shown += os.read(terminal, 1024)
    except OSError:
        pass
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown

good = b"Throwaway-Key_2026"
for name, lines, status in [("typed.key", [good, good], 0), ("differ.key", [good, good + b"x"], 2), ("weak.key", [b"weak"], 2)]:
    found, shown = at_a_terminal(name, lines)
    assert found == status, (name, found, shown)
    assert os.path.exists(name) == (status == 0), name
    assert good not in shown and b"weak\r" not in shown, "the password is not shown"
PY
openssl pkey -in typed.key -passin file:"$keys/password.txt" -noout
echo "keys, requests and certificates are as OpenSSL has them"

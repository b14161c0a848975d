"""Attacks on a running demonstration of the service: each must get what it deserves, and the service go on.

    python3 .ci/server_attacks.py 127.0.0.1:18080 target/debug/ksef-qr-server
"""

import io
import json
import os
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
import zlib

HOST, PORT = sys.argv[1].split(":")
PORT, SERVER = int(PORT), sys.argv[2]
INVOICE = open("fixtures/invoices/good/fa3-basic.xml", "rb").read()
failed = []


def talk(data, wait=15.0, port=PORT):
    """What comes back for raw bytes, until the other side closes."""
    found = b""
    with socket.create_connection((HOST, port), timeout=wait) as link:
        try:
            link.sendall(data)
            while chunk := link.recv(65536):
                found += chunk
        except (TimeoutError, ConnectionError):
            pass
    return found


def request(path, body=b"", headers=(), method="POST"):
    lines = [f"{method} {path} HTTP/1.1", "Connection: close", f"Content-Length: {len(body)}"]
    given = dict(headers)
    given.setdefault("Host", f"{HOST}:{PORT}")
    lines += [f"{name}: {value}" for name, value in given.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def statuses(answer):
    return [int(part[:3]) for part in answer.split(b"HTTP/1.1 ")[1:] if part[:3].isdigit()]


def tried(name, got, expected):
    good = got in expected if isinstance(expected, tuple) and not isinstance(got, tuple) else got == expected
    print(f"{'ok  ' if good else 'FAIL'}  {name}: {got}")
    if not good:
        failed.append(name)


def status_of(path, body=b"", headers=(), method="POST"):
    found = statuses(talk(request(path, body, headers, method)))
    return found[0] if found else None


xml = {"Content-Type": "application/xml"}
tried("an ordinary request", status_of("/v1/sign", INVOICE, xml), 200)

# Other sites, frames, names of other sites.
tried("CSRF: a form of another site", status_of("/v1/sign", INVOICE, {"Origin": "https://evil.example", "Content-Type": "text/plain"}), 403)
tried("CSRF: a request marked as of another site", status_of("/v1/sign", INVOICE, {"Sec-Fetch-Site": "cross-site"}), 403)
tried("DNS rebinding", status_of("/v1/due", headers={"Host": "evil.example"}, method="GET"), 403)
answer = talk(request("/v1/certificates", method="GET"))
tried("clickjacking: frames are refused", b"x-frame-options: DENY" in answer and b"frame-ancestors 'none'" in answer, True)

# Names.
answer = talk(request("/v1/sign?name=a%0d%0aSet-Cookie:%20x=1", INVOICE, {"Accept": "image/png", **xml}))
tried("header injection by a parameter", (statuses(answer)[0], b"Set-Cookie" in answer.split(b"\r\n\r\n")[0]), (400, False))
form = b"--x\r\nContent-Disposition: form-data; name=\"invoice\"; filename=\"a\\\"\xc5\xbc; filename=b.html\"\r\n\r\n" + INVOICE + b"\r\n--x--\r\n"
answer = talk(request("/v1/sign", form, {"Content-Type": "multipart/form-data; boundary=x", "Accept": "image/png"}))
tried("header injection by a file name", (statuses(answer)[0], answer.lower().count(b"content-disposition: attachment")), (200, 1))
for path in ["/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/v1/..%2f..%2fetc/passwd", "//etc/passwd"]:
    tried(f"path traversal: {path}", status_of(path, method="GET"), (400, 404))
archive = io.BytesIO()
with zipfile.ZipFile(archive, "w") as packed:
    packed.writestr("../../../../tmp/ksef-qr-escaped.xml", INVOICE)
status_of("/v1/sign", archive.getvalue(), {"Content-Type": "application/zip"})
tried("path traversal by an archive", os.path.exists("/tmp/ksef-qr-escaped.xml"), False)

# Smuggling: what two readers of HTTP may take for different requests.
head = f"POST /v1/check HTTP/1.1\r\nHost: {HOST}:{PORT}\r\n"
hidden = f"GET /v1/due HTTP/1.1\r\nHost: {HOST}:{PORT}\r\n\r\n"
for name, rest in {
    "Content-Length twice": "Content-Length: 0\r\nContent-Length: 5\r\n\r\n" + hidden,
    "Transfer-Encoding and Content-Length": "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden,
    "Transfer-Encoding with a blank before the colon": "Transfer-Encoding : chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n" + hidden,
    "Transfer-Encoding: xchunked": "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + hidden,
    "Content-Length with a plus": "Content-Length: +5\r\n\r\nabcde" + hidden,
    "a folded header": "X-A: b\r\n Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n" + hidden,
    "a bare CR in a header": "X-A: b\rTransfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n" + hidden,
}.items():
    found = statuses(talk((head + rest).encode(), 3))
    # It is refused, or read in one way and the connection closed behind it: never an answer to what was hidden in a body.
    tried(f"smuggling: {name}", 200 not in found, True)
tried("a chunk size that is none", statuses(talk((head + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n").encode(), 3)), ([400], []))

# Too much.
tried("a head of a megabyte", statuses(talk(b"GET / HTTP/1.1\r\nX: " + b"a" * 1_000_000 + b"\r\n\r\n", 5)), ([431], [400], []))
tried("a thousand headers", statuses(talk(b"GET / HTTP/1.1\r\n" + b"X: a\r\n" * 1000 + b"\r\n", 5)), ([431], [400], []))
large = f"POST /v1/sign HTTP/1.1\r\nHost: {HOST}:{PORT}\r\nContent-Length: 999999999999\r\n\r\n".encode()
link = socket.create_connection((HOST, PORT), timeout=60)
link.sendall(large)
sent, block = 0, b" " * (1 << 20)
try:
    while sent < 200:
        link.sendall(block)
        sent += 1
except OSError:
    pass
tried("a body without an end is cut off", sent < 130, True)
link.close()
tried("deeply nested JSON", status_of("/v1/sign", b"[" * 1_000_000, {"Content-Type": "application/json"}), 400)
tried("ten thousand fields", status_of("/v1/sign", b"--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\r\n" * 10_000 + b"--x--\r\n", {"Content-Type": "multipart/form-data; boundary=x"}), (400, 413))
billion = b"<!DOCTYPE l [<!ENTITY a \"" + b"l" * 1000 + b"\">" + b"<!ENTITY b \"" + b"&a;" * 1000 + b"\">]><l>&b;</l>"
tried("entities that grow", status_of("/v1/check", billion, xml), 200)

# Bombs: a gigabyte of zeros in a megabyte.
archive = io.BytesIO()
with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
    with packed.open("bomb.xml", "w", force_zip64=True) as entry:
        for _ in range(300):
            entry.write(bytes(1 << 20))
began = time.monotonic()
tried("a ZIP that is a bomb", status_of("/v1/sign", archive.getvalue(), {"Content-Type": "application/zip"}), (200, 422))
tried("within ten seconds", time.monotonic() - began < 10, True)
packer = zlib.compressobj(9, wbits=31)
bomb = packer.compress(bytes(200 << 20)) + packer.flush()
tried("a tar.gz that is a bomb", status_of("/v1/sign", bomb, {"Content-Type": "application/gzip"}), (200, 400, 422))
tried("a body that says it is compressed", status_of("/v1/check", bomb[:1000], {"Content-Encoding": "gzip", **xml}), 415)

# Slow clients: heads that never end. The service goes on, and closes them.
slow = [socket.create_connection((HOST, PORT), timeout=20) for _ in range(200)]
for link in slow:
    link.sendall(b"POST /v1/sign HTTP/1.1\r\nX: ")
tried("200 slow clients: others are answered", status_of("/v1/check", INVOICE, xml), 200)
time.sleep(11)
closed = 0
for link in slow:
    link.settimeout(2)
    try:
        while link.recv(4096):
            pass
        closed += 1
    except ConnectionError:
        closed += 1
    except TimeoutError:
        pass
    link.close()
tried("and all of them are closed", closed, 200)

# Many at once: what is too much is told, and nothing breaks.
found = []


def many():
    for _ in range(10):
        found.append(status_of("/v1/sign?format=none", INVOICE, xml))


threads = [threading.Thread(target=many) for _ in range(50)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
tried("500 at once", set(found) <= {200, 429}, True)

# TLS: old versions, plain text, and how the service refuses to be careless.
with tempfile.TemporaryDirectory() as folder:
    cert, key, keys = (os.path.join(folder, name) for name in ["tls.crt", "tls.key", "keys.json"])
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-keyout", key, "-out", cert], check=True, capture_output=True)
    subprocess.run([SERVER, "key", "new", "--keys", keys, "--name", "a", "--scopes", "sign"], check=True, capture_output=True)
    signs = ["--env", "test", "--cert", "fixtures/keys/offline-ec.crt", "--key", "fixtures/keys/offline-ec.pkcs8.pem"]
    refused = lambda arguments: subprocess.run([SERVER, *arguments], capture_output=True, timeout=20).returncode
    tried("another address without TLS", refused(["--listen", "0.0.0.0:18443", "--keys", keys, *signs]), 2)
    tried("no keys", refused(signs), 2)
    os.chmod(keys, 0o644)
    tried("keys that others may read", refused(["--keys", keys, *signs]), 2)
    os.chmod(keys, 0o600)
    tried("a TLS key of another certificate", refused(["--keys", keys, "--tls-cert", cert, "--tls-key", "fixtures/keys/offline-ec.pkcs8.pem", *signs]), 2)
    service = subprocess.Popen([SERVER, "--listen", "127.0.0.1:18443", "--keys", keys, "--tls-cert", cert, "--tls-key", key, *signs], stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            try:
                socket.create_connection((HOST, 18443), timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        context = ssl.create_default_context(cafile=cert)
        with context.wrap_socket(socket.create_connection((HOST, 18443)), server_hostname="localhost") as link:
            link.sendall(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            answer = link.recv(65536)
            tried("TLS", (statuses(answer), b"strict-transport-security" in answer), ([200], True))
        tried("plain text to TLS", statuses(talk(b"GET / HTTP/1.1\r\n\r\n", 3, 18443)), [])
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
        try:
            old.set_ciphers("ALL:@SECLEVEL=0")
            old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1
            old.wrap_socket(socket.create_connection((HOST, 18443)))
            tried("TLS 1.0", "taken", "refused")
        except (ssl.SSLError, OSError, ValueError):
            tried("TLS 1.0", "refused", "refused")
    finally:
        service.terminate()
        tried("SIGTERM ends it well", service.wait(40), 0)

tried("the service goes on", status_of("/v1/sign", INVOICE, xml), 200)
sys.exit(f"failed: {', '.join(failed)}" if failed else 0)

"""Three replicas of the service behind caddy over one book in PostgreSQL, under load: one is killed, one is cut off. No invoice
is signed twice, and none that was answered is lost.

    python3 .ci/server_replicas.py target/debug/ksef-qr-server
"""

import glob
import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

SERVER = os.path.abspath(sys.argv[1])
KSEF_QR = os.path.join(os.path.dirname(SERVER), "ksef-qr")
COUNT, CLIENTS = 300, 8
template = open("fixtures/invoices/good/fa3-basic.xml", encoding="utf-8").read()
folder = tempfile.mkdtemp(prefix="ksef-qr-replicas-")
programs = next(iter(sorted(glob.glob("/usr/lib/postgresql/*/bin"))), "/usr/bin")
as_other = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
data = os.path.join(folder, "data")
if as_other:
    shutil.chown(folder, "postgres")
    os.chmod(folder, 0o755)
started = []


def invoice(number):
    return template.replace("FV/2026/06/001", f"R/{number}").encode()


try:
    subprocess.run([*as_other, f"{programs}/initdb", "-D", data, "-A", "trust", "-U", "ksef"], check=True, capture_output=True)
    database = subprocess.Popen([*as_other, f"{programs}/postgres", "-D", data, "-p", "18432", "-k", data, "-c", "listen_addresses=127.0.0.1"], stderr=subprocess.DEVNULL)
    started.append(database)
    url = "postgres://ksef@127.0.0.1:18432/postgres?sslmode=disable"
    for _ in range(100):
        if subprocess.run([KSEF_QR, "book", "create", url, "--env", "test"], capture_output=True).returncode == 0:
            break
        time.sleep(0.2)
    else:
        sys.exit("the book was not made")
    keys = os.path.join(folder, "keys.json")
    key = subprocess.run([SERVER, "key", "new", "--keys", keys, "--name", "load", "--scopes", "sign,read", "--per-minute", "1000000"], check=True, capture_output=True, text=True).stdout.strip()
    replicas = []
    for port in (18081, 18082, 18083):
        replica = subprocess.Popen(
            [SERVER, "--listen", f"127.0.0.1:{port}", "--keys", keys, "--env", "test", "--book", url,
             "--cert", "fixtures/keys/offline-ec.crt", "--key", "fixtures/keys/offline-ec.pkcs8.pem"], stderr=subprocess.DEVNULL)
        replicas.append(replica)
        started.append(replica)
    config = os.path.join(folder, "Caddyfile")
    with open(config, "w") as file:
        file.write("""{
    admin off
    auto_https off
}
http://127.0.0.1:18090 {
    reverse_proxy 127.0.0.1:18081 127.0.0.1:18082 127.0.0.1:18083 {
        health_uri /health/ready
        health_interval 500ms
        health_timeout 500ms
        lb_try_duration 5s
        transport http {
            response_header_timeout 3s
        }
    }
}
""")
    proxy = subprocess.Popen(["caddy", "run", "--adapter", "caddyfile", "--config", config], stderr=subprocess.DEVNULL,
                             env={**os.environ, "HOME": folder, "XDG_CONFIG_HOME": folder, "XDG_DATA_HOME": folder})
    started.append(proxy)
    time.sleep(4)

    # Each invoice is asked for twice, by different clients, and again until it is answered.
    answers, lock, tasks = {}, threading.Lock(), list(range(COUNT)) * 2
    retried = 0

    def client():
        global retried
        while True:
            with lock:
                if not tasks:
                    return
                number = tasks.pop()
            for _ in range(60):
                try:
                    link = http.client.HTTPConnection("127.0.0.1", 18090, timeout=10)
                    link.request("POST", "/v1/sign?format=none", invoice(number), {"Authorization": f"Bearer {key}", "Content-Type": "application/xml"})
                    response = link.getresponse()
                    body = response.read()
                    link.close()
                    if response.status == 200:
                        with lock:
                            answers.setdefault(number, set()).add(json.loads(body)["kod2"]["url"])
                        break
                except (OSError, http.client.HTTPException):
                    pass
                with lock:
                    retried += 1
                time.sleep(0.2)

    threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
    [thread.start() for thread in threads]
    while len(answers) < COUNT // 4:
        time.sleep(0.05)
    replicas[0].send_signal(signal.SIGKILL)
    while len(answers) < COUNT // 2:
        time.sleep(0.05)
    replicas[1].send_signal(signal.SIGSTOP)
    [thread.join() for thread in threads]
    replicas[1].send_signal(signal.SIGCONT)
    time.sleep(1)
    listed = subprocess.run([KSEF_QR, "book", "list", "--book", url, "--json"], check=True, capture_output=True, text=True).stdout
    book = {}
    for line in filter(None, listed.splitlines()):
        entry = json.loads(line)
        book.setdefault(entry["invoice_number"], []).append(entry["kod2"]["url"] if isinstance(entry.get("kod2"), dict) else entry.get("kod2"))
    twice = [number for number, codes in answers.items() if len(codes) != 1]
    lost = [number for number in range(COUNT) if list(answers.get(number, [None]))[0] not in book.get(f"R/{number}", [])]
    print(f"{COUNT} invoices, each asked for twice; {retried} tries failed and were made again; "
          f"signed twice: {len(twice)}; lost: {len(lost)}; entries in the book: {sum(map(len, book.values()))}")
    if twice or lost or sum(map(len, book.values())) != COUNT:
        sys.exit("failed")
finally:
    for process in reversed(started):
        try:
            process.send_signal(signal.SIGCONT)
            process.terminate()
            process.wait(10)
        except (subprocess.TimeoutExpired, ProcessLookupError):
            process.kill()
    shutil.rmtree(folder, ignore_errors=True)

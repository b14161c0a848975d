"""Prints the table that every binding runs: a row for each vector of fixtures/testkit, and some for what is not in it.

    python bindings/vectors.py > target/bindings/vectors.tsv

Fields, with tabs between them; one that is empty is "-":

    name            what the row is about
    call            issuer, sign, link, stamp, confirm, check, verify, deadline, number or draw
    cert, key       paths of what the issuer is opened from, in memory; "-" for no issuer
    issuer_options  its options
    xml, pdf        paths of the file; "-" for no such
    options         the options of the call
    status          of the call, or of opening the issuer if that fails: 0, 1 or 2
    texts           what the lines of JSON hold, "|" between
    buffers         what stands beside the first line, "," between
"""

import json
import os
import sys

here = os.path.dirname(os.path.abspath(__file__))
fixtures = os.path.join(here, "..", "fixtures")
kit = os.path.normpath(os.path.join(fixtures, "testkit"))
testkit = json.load(open(os.path.join(kit, "testkit.json"), encoding="utf-8"))
now = testkit["now"]


def path(name):
    return os.path.join(kit, name) if name else "-"


def text(name):
    return open(os.path.join(kit, name), encoding="utf-8").read()


def row(name, call, cert=None, key=None, issuer=None, xml=None, pdf=None, options=None, status=0, texts=(), buffers=()):
    as_json = lambda value: json.dumps(value) if value else "-"
    fields = [name, call, path(cert), path(key), as_json(issuer), path(xml), pdf or "-", as_json(options), str(status)]
    fields += ["|".join(texts) or "-", ",".join(buffers) or "-"]
    assert all(field and "\t" not in field and "\n" not in field for field in fields), fields
    print("\t".join(fields))


def code(word):
    return f'"code":"{word}"'


def url(link):
    return f'"url":"{link}'


for one in testkit["kod1"]:
    options = {"environment": one["environment"], "formats": [], "now": now}
    texts = [url(one["link"]) + '"', f'"hash_base64":"{one["sha256_base64"]}"', f'"form":"{one["form"]}"']
    row("kod1 " + one["name"], "link", xml=one["invoice"], options=options, texts=texts)

for one in testkit["kod2"]:
    issuer = {"environment": one["environment"], "context": one["context"], "now": now}
    issuer["signature_encoding"] = "der" if one["algorithm"] == "ES256-DER" else "p1363"
    issuer["deterministic"] = one["repeatable"]
    signed = url(one["link"]) + '"' if one["repeatable"] else url("https://" + one["signed_text"] + "/")
    texts = [signed, f'"certificate_serial":"{one["serial"]}"', f'"algorithm":"{one["algorithm"]}"']
    pair = {"cert": one["certificate"], "key": one["key"], "issuer": issuer, "xml": one["invoice"]}
    row("kod2 " + one["name"], "sign", **pair, options={"formats": [], "now": now}, texts=texts)
    options = {"links": [one["link"]], "now": now}
    row("kod2 verified " + one["name"], "verify", **pair, options=options, texts=['"code":"signature","outcome":"ok"'])

for one in testkit["links"]:
    options = {"links": one["link"], "now": now}
    if one.get("certificate"):
        options["certificates"] = [text(one["certificate"])]
    texts = [code(failure) + ',"outcome":"fail"' for failure in one["failures"]]
    row("link " + one["name"], "verify", xml=one["invoice"], options=options, status=int(bool(texts)), texts=texts)

for one in testkit["refused"]:
    name, texts, environment = "refused " + one["name"], [code(one["code"])], one.get("environment") or "test"
    issuer = {"environment": environment, "now": now}
    if not one.get("key"):
        options = {"environment": environment, "formats": [], "now": now}
        row(name, "link", xml=one["invoice"], options=options, status=1, texts=texts)
        continue
    pair = {"cert": one["certificate"], "key": one["key"], "issuer": issuer}
    if one.get("invoice"):
        row(name, "sign", **pair, xml=one["invoice"], options={"formats": [], "now": now}, status=1, texts=texts)
    else:
        row(name, "issuer", **pair, status=2, texts=texts)

ec = {"cert": "keys/offline-ec.crt", "key": "keys/offline-ec.pkcs8.pem"}
test = {"environment": "test", "now": now}
for one in testkit["contexts"]:
    texts = [code(one["code"])] if one["code"] else []
    row("context " + (one["text"] or "empty"), "issuer", **ec, issuer={**test, "context": one["text"]}, status=2 * len(texts), texts=texts)

for one in testkit["ksef_numbers"]:
    name = "number " + (one["text"] or "empty")
    if one["code"]:
        options = {"ksef_number": one["text"]}
        row(name, "link", xml="invoices/fa3-basic.xml", options=options, status=2, texts=[code(one["code"])])
    else:
        row(name, "number", options={"text": one["text"], "now": now}, texts=['"status":"right"'])

for one in testkit["symbols"]:
    options = {"link": one["text"], "label": one["label"], "ecc": one["level"]}
    row("symbol " + one["name"], "draw", options=options, buffers=["code.png"])

basic = {"xml": "invoices/fa3-basic.xml"}
pictures = {"formats": ["png", "svg", "pdf"], "mode": "offline24", "now": now}
names = [f"{one}.{form}" for one in ("kod1", "kod2") for form in ("png", "svg", "pdf")]
row("pictures", "sign", **ec, issuer=test, **basic, options=pictures, texts=['"send_by":"2026-06-16"'], buffers=names)
row("confirmation", "confirm", **ec, issuer=test, **basic, options={"language": "en", "now": now}, buffers=["document.pdf"])
pdf = os.path.normpath(os.path.join(fixtures, "pdf", "blank.pdf"))
options = {"pdf_mismatch": "ignore", "if_occupied": "ignore", "now": now}
row("stamped", "stamp", **ec, issuer=test, **basic, pdf=pdf, options=options, buffers=["document.pdf"])
row("accepted", "check", **basic, options={"environment": "test", "now": now}, texts=['"accepted":true'])
row("not accepted", "check", xml="invoices/doctype.xml", options=test, status=1, texts=[code("doctype")])
row("good friday", "deadline", options={"issued": "2026-04-03", "mode": "offline24"}, texts=['"send_by":"2026-04-07"'])
row("no mode", "deadline", options={"issued": "2026-04-03"}, status=2, texts=[code("setting_malformed")])
row("unknown option", "number", options={"number": "1"}, status=2, texts=[code("setting_malformed")])
row("accents and quotes", "number", options={"text": 'zażółć "gęślą"'}, status=1, texts=["zażółć", code("ksef_number_malformed")])
sys.stdout.flush()

// KOD I and KOD II with npm ksef-client-ts 0.10.0: the same work as `ksef-qr sign`, one invoice at a time.
//
// One line of JSON on standard output: the best round's milliseconds an invoice, by the clock and of the processor
// (Node's helper threads included). OUT/links.ndjson and the pictures are
// what compare.py checks.
//
// Works:
//   links      file -> hash -> KOD I -> signed KOD II; NIP and date are handed in, the invoice is not read
//   links-xml  the same, but the date comes from the invoice through the package's own reader (it does not give the NIP)
//   png        links, and two pictures written to OUT, without labels: the package has none in PNG
//   svg        links, and two labelled pictures as SVG, the only ones that the package labels

import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { KSeFClient, QrCodeService, extractInvoiceFields, sha256Base64 } from 'ksef-client-ts';

const LABELS = { kod1: 'OFFLINE', kod2: 'CERTYFIKAT' };

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: Object.fromEntries(
    ['work', 'out', 'count', 'rounds', 'key', 'serial', 'nip', 'date', 'password'].map((name) => [name, { type: 'string' }]),
  ),
});
const [invoices] = positionals;
const service = new KSeFClient({ environment: 'TEST' }).qr;
const key = readFileSync(options.key, 'utf8');
const files = readdirSync(invoices).filter((name) => name.endsWith('.xml')).sort().slice(0, Number(options.count ?? Infinity));
mkdirSync(options.out, { recursive: true });

const wall = [];
const processor = [];
let made = [];
for (let round = 0; round < Number(options.rounds ?? 1); round++) {
  const begin = performance.now();
  const before = process.cpuUsage();
  made = [];
  for (const file of files) made.push(await one(file));
  const { user, system } = process.cpuUsage(before);
  wall.push((performance.now() - begin) / files.length);
  processor.push((user + system) / 1000 / files.length);
}
writeFileSync(join(options.out, 'links.ndjson'), made.map((line) => JSON.stringify(line) + '\n').join(''));
console.log(JSON.stringify({ wall: Math.min(...wall), processor: Math.min(...processor), invoices: files.length }));

async function one(file) {
  const xml = readFileSync(join(invoices, file));
  const date = options.work === 'links-xml' ? extractInvoiceFields(xml.toString('utf8')).invoiceDate : options.date;
  const digest = sha256Base64(xml);
  const links = {
    kod1: service.buildInvoiceVerificationUrl(options.nip, date, digest),
    // There is no call that takes a key already read: each invoice reads (and, if need be, decrypts) it again.
    kod2: service.buildCertificateVerificationUrl(
      'Nip', options.nip, options.nip, options.serial, digest, key, options.password,
    ),
  };
  const line = { input: file, ...links };
  for (const [name, link] of Object.entries(links)) {
    const picture = `${file.slice(0, -'.xml'.length)}.${name}.${options.work}`;
    if (options.work === 'png') {
      writeFileSync(join(options.out, picture), await QrCodeService.generateQrCode(link));
      line[`${name}_png`] = picture;
    } else if (options.work === 'svg') {
      writeFileSync(join(options.out, picture), await QrCodeService.generateQrCodeSvgWithLabel(link, LABELS[name]));
      line[`${name}_svg`] = picture;
    }
  }
  return line;
}

// What ksef-client-ts 0.10.0 does where a wrong code could be printed: each line is a call and its answer.
//
// Usage: edges.mjs FIXTURES OUT

import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { X509Certificate, verify } from 'node:crypto';

import { KSeFClient, OfflineInvoiceWorkflow, QrCodeService, extractInvoiceFields, sha256Base64 } from 'ksef-client-ts';

const [fixtures, out] = process.argv.slice(2);
mkdirSync(out, { recursive: true });
const keys = join(fixtures, 'keys');
const read = (name) => readFileSync(join(keys, name), 'utf8');
const service = new KSeFClient({ environment: 'TEST' }).qr;
const xml = readFileSync(join(fixtures, 'invoices/good/fa3-basic.xml'));
const digest = sha256Base64(xml);
const right = { type: 'Nip', context: '5265877635', nip: '5265877635', serial: '01F0A1B2C3D4E501', hash: digest, key: 'offline-ec.pkcs8.pem' };

async function show(what, call) {
  try {
    const answer = await call();
    console.log(`  ${what}\n    -> ${answer.length < 180 ? answer : `${answer.slice(0, 150)}… (${answer.length} characters)`}`);
  } catch (error) {
    console.log(`  ${what}\n    -> refused, ${error.name}: ${error.message.slice(0, 150)}`);
  }
}

function kod2(changes = {}) {
  const { type, context, nip, serial, hash, key, password } = { ...right, ...changes };
  return service.buildCertificateVerificationUrl(type, context, nip, serial, hash, read(key), password);
}

console.log('# Host when no environment is named');
await show('new KSeFClient()', () => new KSeFClient().qr.buildInvoiceVerificationUrl(right.nip, '2026-06-15', digest));

console.log('# Keys: the call takes no certificate, so purpose, dates, pair and environment cannot be checked');
for (const [key, what] of [
  ['authentication-ec.pkcs8.pem', "a type 1 certificate's, for logging in"],
  ['other-ec.pkcs8.pem', 'of another certificate'],
  ['prod-offline-ec.pkcs8.pem', "production's, on a link to the test host"],
  ['ec-p384.pkcs8.pem', 'P-384, which KSeF does not take'],
  ['rsa-1024.pkcs8.pem', 'RSA 1024, which KSeF does not take'],
]) await show(`${key} (${what})`, () => kod2({ key }));
for (const key of ['offline-ec.pkcs8.pem', 'other-ec.pkcs8.pem']) {
  const [, text, signature] = kod2({ key }).match(/^https:\/\/(.*)\/([^/]*)$/);
  const certificate = new X509Certificate(read('offline-ec.crt')).publicKey;
  const good = verify('sha256', Buffer.from(text), { key: certificate, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'));
  console.log(`  signed by ${key}, verified with offline-ec.crt: ${good}`);
}

console.log('# Certificate serial number; KSeF wants 01F0A1B2C3D4E501: 16 digits, upper case');
const short = new X509Certificate(readFileSync(join(keys, 'short-serial-ec.crt'))).serialNumber;
for (const [serial, what] of [
  [short, "Node's own X509Certificate.serialNumber of a certificate with a short serial; 0000000000001F2A is meant"],
  ['1f0a1b2c3d4e501', 'lower case, 15 digits'],
  ['', 'empty'],
]) await show(`${serial} (${what})`, () => kod2({ serial }));

console.log('# NIP, context, hash');
for (const changes of [
  { nip: '1234567890' }, { nip: '526-587-76-35' }, { nip: '' }, { nip: '5265877635/x' }, { context: 'abc' }, { type: 'nip' },
  { type: 'NipVatUe', context: '5265877635-IE1+23456A' }, { hash: '' }, { hash: Buffer.from(digest, 'base64').toString('hex') },
]) await show(JSON.stringify(changes), () => kod2(changes));

console.log(`# Issue date of KOD I, time zone ${Intl.DateTimeFormat().resolvedOptions().timeZone}; 15-06-2026 is meant`);
for (const [what, date] of [
  ["'2026-06-15'", '2026-06-15'],
  ["'15-06-2026'", '15-06-2026'],
  ["'15.06.2026'", '15.06.2026'],
  ["'2026-6-15'", '2026-6-15'],
  ["'2026-06-15T00:30:00+02:00'", '2026-06-15T00:30:00+02:00'],
  ['new Date(2026, 5, 15), local midnight', new Date(2026, 5, 15)],
  ["'2026-02-31' (no such day)", '2026-02-31'],
  ["'01-06-2026' (the first of June, day first)", '01-06-2026'],
]) await show(what, () => service.buildInvoiceVerificationUrl(right.nip, date, digest));

console.log('# OfflineInvoiceWorkflow.generate takes the invoice as text: bytes that are not UTF-8 change, and so does the hash');
const bytes = readFileSync(join(fixtures, 'invoices/bad/not-utf8.xml'));
const text = bytes.toString('utf8');
await show(`not-utf8.xml, sha256 ${Buffer.from(sha256Base64(bytes), 'base64').toString('base64url')}`, async () => {
  const identifier = { type: 'Nip', value: right.nip };
  const made = await new OfflineInvoiceWorkflow(service).generate({
    invoiceNumber: '1', invoiceDate: '2026-06-15', invoiceXml: text, sellerNip: right.nip, sellerIdentifier: identifier,
  });
  return made.kod1Url;
});

console.log("# The package's own reader (extractInvoiceFields: number and date, no NIP): what it takes");
for (const folder of ['good', 'bad']) {
  const names = readdirSync(join(fixtures, 'invoices', folder)).filter((name) => name.endsWith('.xml')).sort();
  const taken = [];
  for (const name of names) {
    try {
      const { invoiceDate } = extractInvoiceFields(readFileSync(join(fixtures, 'invoices', folder, name), 'utf8'));
      service.buildInvoiceVerificationUrl(right.nip, invoiceDate, digest);
      taken.push(name.slice(0, -4));
    } catch { /* refused */ }
  }
  console.log(`  ${folder}: ${taken.length} of ${names.length}: ${taken.join(', ')}`);
}

console.log('# Forms of the same key, with the password where there is one');
const password = read('password.txt').trim();
const forms = readdirSync(keys).filter((name) => /^offline-.*\.(key|pem|der)$/.test(name) && !/public|csr|chain/.test(name)).sort();
const refused = [];
for (const key of forms) {
  let reason;
  for (const secret of [undefined, password]) {
    try { kod2({ key, password: secret }); reason = undefined; break; } catch (error) { reason = error.message.slice(0, 60); }
  }
  if (reason) refused.push(`${key} (${reason})`);
}
console.log(`  read: ${forms.length - refused.length} of ${forms.length}; refused: ${refused.join('; ')}`);

console.log('# Pictures at default settings');
const require = createRequire(import.meta.url);
const { PNG } = require('pngjs');
for (const [name, link] of [['kod1', service.buildInvoiceVerificationUrl(right.nip, '2026-06-15', digest)], ['kod2', kod2()]]) {
  const png = await QrCodeService.generateQrCode(link);
  const svg = await QrCodeService.generateQrCodeSvgWithLabel(link, 'CERTYFIKAT');
  writeFileSync(join(out, `npm.${name}.png`), png);
  writeFileSync(join(out, `npm.${name}.svg`), svg);
  const { margin, widths } = modules(PNG.sync.read(png));
  console.log(`  ${name}.png: 300 px, ${png.length} bytes, margin ${margin} px, resolution written: ${png.includes('pHYs')}, no label`);
  console.log(`    pixels a module along the timing pattern: ${JSON.stringify(widths)}`);
  console.log(`    SVG: ${svg.match(/viewBox="[^"]*"/)[0]}, white ground ${svg.match(/fill="#ffffff" d="([^"]*)"/)[1]}: none beneath the label`);
}

// The widths of the single modules in the row that alternates dark and light, as { pixels: how many modules }.
function modules({ width, data }) {
  const dark = (x, y) => data[4 * (y * width + x)] < 128;
  let margin = 0;
  while (!dark(margin, margin)) margin++;
  let finder = margin;
  while (dark(finder, margin)) finder++;
  const row = Math.floor(margin + (6.5 / 7) * (finder - margin));
  const runs = [];
  for (let x = finder, run = 0; x < width - finder; x++, run++) {
    if (x > finder && dark(x, row) !== dark(x - 1, row)) { runs.push(run); run = 0; }
  }
  const widths = {};
  for (const run of runs.slice(1)) widths[run] = (widths[run] ?? 0) + 1;
  return { margin, widths };
}

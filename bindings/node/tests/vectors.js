'use strict';

// Runs the table of bindings/vectors.py: node vectors.js LIBRARY TABLE

const { readFileSync } = require('node:fs');
const { KsefQr, KsefQrError } = require('..');

const [, , path, table] = process.argv;
const library = new KsefQr(path);
const read = (name) => (name === '-' ? null : readFileSync(name));
const options = (field) => (field === '-' ? {} : JSON.parse(field));
let [passed, failed] = [0, 0];

for (const row of readFileSync(table, 'utf8').split('\n').filter(Boolean)) {
  const [name, call, cert, key, issuerOptions, xml, pdf, given, status, texts, buffers] = row.split('\t');
  let [found, json, answer] = [0, '', null];
  try {
    const issuer = cert === '-' ? null : library.issuerFromBytes(read(cert), read(key), null, options(issuerOptions));
    const files = xml === '-' && pdf === '-' ? [] : [{ xml: read(xml), pdf: read(pdf) }];
    if (['sign', 'stamp', 'confirm'].includes(call)) answer = library[call](issuer, files, options(given));
    else if (call === 'verify') answer = library.verify(files, options(given), issuer);
    else if (['link', 'check'].includes(call)) answer = library[call](files, options(given));
    else if (call !== 'issuer') answer = library[call](options(given));
    if (answer) [found, json] = [answer.status, answer.json];
    issuer?.close();
  } catch (error) {
    if (!(error instanceof KsefQrError)) throw error;
    [found, json] = [2, `"code":"${error.code}"`];
  }
  const missing = (texts === '-' ? [] : texts.split('|')).filter((text) => !json.includes(text));
  for (const buffer of buffers === '-' ? [] : buffers.split(',')) {
    const begin = { png: '\x89PNG', pdf: '%PDF', svg: '<' }[buffer.slice(-3)];
    if (!answer?.buffer(buffer)?.toString('latin1').startsWith(begin)) missing.push(buffer);
  }
  const isRight = found === Number(status) && missing.length === 0;
  if (isRight) passed += 1;
  else {
    failed += 1;
    console.log(`${name}: status ${found}, without ${missing.join(', ')}\n  ${json}`);
  }
}

async function meanwhile() {
  const row = readFileSync(table, 'utf8').split('\n').find((line) => line.startsWith('pictures\t')).split('\t');
  const issuer = library.issuerFromBytes(read(row[2]), read(row[3]), null, options(row[4]));
  let turns = 0;
  const timer = setInterval(() => (turns += 1), 1);
  const files = Array.from({ length: 200 }, () => read(row[5]));
  const answer = await library.signAsync(issuer, files, options(row[7]));
  clearInterval(timer);
  issuer.close();
  if (answer.lines.length === 200 && answer.buffer('kod2.png', 199) && turns > 0) passed += 1;
  else failed += 1;
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
}
meanwhile();

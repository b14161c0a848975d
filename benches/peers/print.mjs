// Draws invoices with the Ministry's own generator (github.com/CIRFMF/ksef-pdf-generator), one after the other in one process:
// print.mjs GENERATOR OUT INVOICE... One line of JSON on standard output: milliseconds an invoice, by the clock and of the processor.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

// It is made for browsers, and takes this much of one.
globalThis.window = globalThis;
globalThis.navigator ??= { userAgent: 'node', language: 'pl', languages: ['pl'] };
globalThis.FileReader = class {
  readAsText(file) {
    file.text().then((result) => this.onload({ target: { result } }));
  }
};

const [generator, out, ...invoices] = process.argv.slice(2);
const { generateInvoice } = await import(pathToFileURL(resolve(generator)).href);
mkdirSync(out, { recursive: true });

const rounds = [];
let refused = [];
for (let round = 0; round < 2; round++) {
  refused = [];
  const begin = performance.now();
  const before = process.cpuUsage();
  for (const invoice of invoices) {
    const file = new File([readFileSync(invoice)], basename(invoice));
    try {
      const pdf = await generateInvoice(file, { nrKSeF: 'OFFLINE' }, 'blob');
      writeFileSync(join(out, basename(invoice, '.xml') + '.pdf'), Buffer.from(await pdf.arrayBuffer()));
    } catch (error) {
      refused.push(`${basename(invoice)}: ${error.message}`);
    }
  }
  const { user, system } = process.cpuUsage(before);
  rounds.push({ wall: (performance.now() - begin) / invoices.length, processor: (user + system) / 1000 / invoices.length });
}
const best = (what) => Math.min(...rounds.map((round) => round[what]));
console.log(JSON.stringify({ wall: best('wall'), processor: best('processor'), invoices: invoices.length, refused }));
process.exit(0);

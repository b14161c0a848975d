// The types say what the package does: tsc compiles this, and nothing runs it.

import { readFileSync } from 'node:fs';
import { Answer, KsefQr, KsefQrError, type Line } from '..';

const library = new KsefQr();
const issuer = library.issuerFromFiles({ cert: 'firm.crt', key: 'firm.key', environment: 'test' }, 'password');
const answer: Answer = library.sign(issuer, [readFileSync('f.xml'), { name: 'g.xml', xml: readFileSync('g.xml') }]);
const lines: Line[] = answer.lines;
const picture: Buffer | undefined = answer.buffer('kod1.png', lines.length - 1);
library.signAsync(issuer, []).then((later) => later.line());
try {
  // @ts-expect-error an invoice is bytes, never a text
  library.check(['<a/>']);
} catch (error) {
  if (error instanceof KsefQrError) console.log(error.code, error.hint, picture);
}
issuer.close();

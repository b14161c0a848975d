'use strict';

// The library, over its C ABI. index.d.ts says what there is, and docs/bindings.md what it does.

const koffi = require('koffi');

const ABI = 1;

koffi.opaque('ksef_qr_answer');
koffi.opaque('ksef_qr_issuer');
koffi.opaque('ksef_qr_book');
koffi.struct('ksef_qr_file', {
  name: 'const char *',
  xml: 'const uint8_t *',
  xml_length: 'size_t',
  pdf: 'const uint8_t *',
  pdf_length: 'size_t',
});

class KsefQrError extends Error {
  constructor(code, message, hint = '', input = undefined) {
    super(`${message} [${code}]`);
    this.name = 'KsefQrError';
    this.code = code;
    this.hint = hint;
    this.input = input;
  }

  static of({ code, message, hint, input }) {
    return new KsefQrError(code, message, hint, input);
  }
}

// Copied out of the library and freed there at once: nothing is left to be forgotten.
class Answer {
  constructor(status, json, buffers) {
    this.status = status;
    this.json = json;
    this.lines = json.split('\n').filter(Boolean).map((line) => JSON.parse(line));
    this._buffers = buffers;
  }

  line() {
    const [line] = this.lines;
    if (line?.status === 'refused') throw KsefQrError.of(line.error);
    return line;
  }

  buffer(name, line = 0) {
    return this._buffers[line]?.get(name);
  }
}

class KsefQr {
  constructor(path = 'libksefqr.so.1') {
    const library = koffi.load(path);
    const call = (name, ...given) => library.func(`ksef_qr_${name}`, 'ksef_qr_answer *', given);
    const issuer = 'const ksef_qr_issuer *';
    const book = 'const ksef_qr_book *';
    const bytes = ['const uint8_t *', 'size_t'];
    const files = ['const ksef_qr_file *', 'size_t', 'const char *'];
    const options = 'const char *';
    this._library = {
      abi_version: library.func('uint32_t ksef_qr_abi_version()'),
      version: library.func('const char *ksef_qr_version()'),
      status: library.func('int32_t ksef_qr_answer_status(const ksef_qr_answer *answer)'),
      json: library.func('const char *ksef_qr_answer_json(const ksef_qr_answer *answer, size_t *length)'),
      buffer: library.func(
        'const uint8_t *ksef_qr_answer_buffer(const ksef_qr_answer *answer, size_t line, const char *name, _Out_ size_t *length)',
      ),
      answer_free: library.func('void ksef_qr_answer_free(ksef_qr_answer *answer)'),
      issuer_free: library.func('void ksef_qr_issuer_free(ksef_qr_issuer *issuer)'),
      book_free: library.func('void ksef_qr_book_free(ksef_qr_book *book)'),
      issuer_from_files: library.func(
        'ksef_qr_answer *ksef_qr_issuer_from_files(const char *options, const uint8_t *password, size_t password_length, _Out_ ksef_qr_issuer **issuer)',
      ),
      issuer_from_bytes: library.func(
        'ksef_qr_answer *ksef_qr_issuer_from_bytes(const uint8_t *cert, size_t cert_length, const uint8_t *key, size_t key_length, const uint8_t *password, size_t password_length, const char *options, _Out_ ksef_qr_issuer **issuer)',
      ),
      book_open: library.func(
        'ksef_qr_answer *ksef_qr_book_open(const char *address, const char *options, _Out_ ksef_qr_book **book)',
      ),
      sign: call('sign', issuer, book, ...files),
      link: call('link', book, ...files),
      stamp: call('stamp', issuer, book, ...files),
      confirm: call('confirm', issuer, book, ...files),
      check: call('check', ...files),
      verify: call('verify', issuer, book, ...files),
      deadline: call('deadline', options),
      number: call('number', options),
      draw: call('draw', options),
      issuer_certificates: call('issuer_certificates', issuer, options),
      book_entries: call('book_entries', book, options),
      book_due: call('book_due', book, options),
      book_import: call('book_import', book, ...bytes, options),
    };
    const abi = this._library.abi_version();
    if (abi !== ABI) throw new Error(`${path} has the ABI ${abi}, and this package is for ${ABI}`);
  }

  version() {
    return this._library.version();
  }

  issuerFromFiles(options, password = null) {
    const place = [null];
    const secret = asBytes('the password', password);
    this._answer(this._library.issuer_from_files(asJson(options), secret, secret?.length ?? 0, place));
    return new Issuer(this, place[0]);
  }

  issuerFromBytes(cert, key = null, password = null, options = {}) {
    const place = [null];
    const given = [asBytes('the certificate', cert), asBytes('the key', key), asBytes('the password', password)];
    const pairs = given.flatMap((bytes) => [bytes, bytes?.length ?? 0]);
    this._answer(this._library.issuer_from_bytes(...pairs, asJson(options), place));
    return new Issuer(this, place[0]);
  }

  bookOpen(address, options = {}) {
    const place = [null];
    this._answer(this._library.book_open(address, asJson(options), place));
    return new Book(this, place[0]);
  }

  sign(issuer, files, options = {}, book = null) {
    return this._files('sign', [open(issuer), open(book)], files, options);
  }

  link(files, options = {}, book = null) {
    return this._files('link', [open(book)], files, options);
  }

  stamp(issuer, files, options = {}, book = null) {
    return this._files('stamp', [open(issuer), open(book)], files, options);
  }

  confirm(issuer, files, options = {}, book = null) {
    return this._files('confirm', [open(issuer), open(book)], files, options);
  }

  check(files, options = {}) {
    return this._files('check', [], files, options);
  }

  verify(files, options, issuer = null, book = null) {
    return this._files('verify', [open(issuer), open(book)], files, options);
  }

  // On a thread of libuv's pool, so that the event loop goes on meanwhile.
  signAsync(issuer, files, options = {}, book = null) {
    const given = [open(issuer), open(book), asFiles(files), files.length, asJson(options)];
    return new Promise((resolve, reject) => {
      // The handles and the bytes are named here, and so live as long as the call.
      const kept = { issuer, book, given };
      this._library.sign.async(...given, (error, answer) => {
        try {
          void kept;
          if (error) throw error;
          resolve(this._answer(answer));
        } catch (failure) {
          reject(failure);
        }
      });
    });
  }

  deadline(options) {
    return this._answer(this._library.deadline(asJson(options)));
  }

  number(options) {
    return this._answer(this._library.number(asJson(options)));
  }

  draw(options) {
    return this._answer(this._library.draw(asJson(options)));
  }

  _files(name, before, files, options) {
    return this._answer(this._library[name](...before, asFiles(files), files.length, asJson(options)));
  }

  _answer(answer) {
    const library = this._library;
    let copied;
    try {
      const json = library.json(answer, null);
      const buffers = json.split('\n').filter(Boolean).map((line, at) => this._buffers(answer, line, at));
      copied = new Answer(library.status(answer), json, buffers);
    } finally {
      library.answer_free(answer);
    }
    if (copied.status > 1) throw KsefQrError.of(copied.lines[0]);
    return copied;
  }

  // Of each picture that the line can name.
  _buffers(answer, line, at) {
    const found = new Map();
    for (const name of BUFFERS) {
      if (!line.includes(`"${name}"`)) continue;
      const length = [0];
      const bytes = this._library.buffer(answer, at, name, length);
      if (bytes) found.set(name, Buffer.from(koffi.decode(bytes, koffi.array('uint8_t', Number(length[0]), 'Typed'))));
    }
    return found;
  }
}

const BUFFERS = ['kod1', 'kod2', 'code', 'document'].flatMap((name) => ['png', 'svg', 'pdf'].map((form) => `${name}.${form}`));

// What is forgotten is freed when it is collected; close() does it at once.
const forgotten = new FinalizationRegistry(({ free, handle }) => free(handle));

class Handle {
  constructor(library, handle, free) {
    this._owner = library;
    this._handle = handle;
    this._free = free;
    forgotten.register(this, { free, handle }, this);
  }

  close() {
    if (this._handle === null) return;
    forgotten.unregister(this);
    this._free(this._handle);
    this._handle = null;
  }
}

class Issuer extends Handle {
  constructor(library, handle) {
    super(library, handle, library._library.issuer_free);
  }

  certificates(options = {}) {
    return this._owner._answer(this._owner._library.issuer_certificates(open(this), asJson(options)));
  }
}

class Book extends Handle {
  constructor(library, handle) {
    super(library, handle, library._library.book_free);
  }

  entries(options = {}) {
    return this._owner._answer(this._owner._library.book_entries(open(this), asJson(options)));
  }

  due(options = {}) {
    return this._owner._answer(this._owner._library.book_due(open(this), asJson(options)));
  }

  import(said, options = {}) {
    const bytes = asBytes('what KSeF said', said);
    return this._owner._answer(this._owner._library.book_import(open(this), bytes, bytes.length, asJson(options)));
  }
}

function open(handle) {
  if (handle === null || handle === undefined) return null;
  if (!(handle instanceof Handle) || handle._handle === null) throw new TypeError('an issuer or a book that is open, please');
  return handle._handle;
}

function asJson(options) {
  return JSON.stringify(options ?? {});
}

// A text is taken for a password or a certificate; an invoice is never one, because its hash covers the file's exact bytes.
function asBytes(what, given) {
  if (given === null || given === undefined) return null;
  if (given instanceof Uint8Array) return given.length > 0 ? given : Buffer.alloc(1).subarray(0, 0);
  if (typeof given === 'string' && what !== 'an invoice') return Buffer.from(given, 'utf8');
  throw new TypeError(`${what}: give a Buffer, as the file has it`);
}

function asFiles(files) {
  return files.map((file, at) => {
    const { name = `invoice ${at + 1}`, xml = null, pdf = null } = file instanceof Uint8Array ? { xml: file } : file;
    const [xmlBytes, pdfBytes] = [asBytes('an invoice', xml), asBytes('an invoice', pdf)];
    return {
      name,
      xml: xmlBytes?.length === 0 ? Buffer.alloc(1) : xmlBytes,
      xml_length: xmlBytes?.length ?? 0,
      pdf: pdfBytes,
      pdf_length: pdfBytes?.length ?? 0,
    };
  });
}

module.exports = { Answer, Book, Issuer, KsefQr, KsefQrError };

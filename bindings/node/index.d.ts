/** A line of JSON, as docs/contracts.md has it. Pass over fields that you do not know. */
export type Line = Record<string, any>;

/** Options of a call, named as those of the service (docs/bindings.md). */
export type Options = Record<string, unknown>;

/** The invoice's exact bytes, as the file has them; with a name for messages, and the PDF that is to be stamped. */
export type File = Uint8Array | { name?: string; xml?: Uint8Array | null; pdf?: Uint8Array | null };

/** An error: its code is stable (docs/codes.md), its hint says what to do. */
export class KsefQrError extends Error {
  readonly code: string;
  readonly hint: string;
  readonly input?: string;
}

/** What came of a call. */
export class Answer {
  /** 0: all was done, and is right. 1: something was refused or is wrong, and its line says why. */
  readonly status: 0 | 1;
  /** The lines, as they are. */
  readonly json: string;
  /** One for each file, in order. */
  readonly lines: Line[];
  /** The line of the one file that was given; throws why it was refused. */
  line(): Line;
  /** A picture or document of a line, by the name in it: kod1.png, kod2.svg, document.pdf. */
  buffer(name: string, line?: number): Buffer | undefined;
}

/** Who signs: a certificate with its key, or a register of many. */
export class Issuer {
  private constructor();
  certificates(options?: Options): Answer;
  /** Frees it, and wipes the key. */
  close(): void;
}

/** The book of invoices: what has codes gets the same ones again, what is new is entered. */
export class Book {
  private constructor();
  entries(options?: Options): Answer;
  due(options?: Options): Answer;
  import(said: Uint8Array | string, options?: Options): Answer;
  close(): void;
}

/** The library, loaded. */
export class KsefQr {
  /** @param path of libksefqr.so, ksefqr.dll or libksefqr.dylib */
  constructor(path?: string);
  version(): string;
  issuerFromFiles(options: Options, password?: string | Uint8Array | null): Issuer;
  /** Without a key the certificate is a PKCS#12 file. */
  issuerFromBytes(
    cert: string | Uint8Array,
    key?: string | Uint8Array | null,
    password?: string | Uint8Array | null,
    options?: Options,
  ): Issuer;
  bookOpen(address: string, options?: Options): Book;
  sign(issuer: Issuer, files: File[], options?: Options, book?: Book | null): Answer;
  /** The same while the event loop goes on. */
  signAsync(issuer: Issuer, files: File[], options?: Options, book?: Book | null): Promise<Answer>;
  link(files: File[], options?: Options, book?: Book | null): Answer;
  stamp(issuer: Issuer | null, files: File[], options?: Options, book?: Book | null): Answer;
  confirm(issuer: Issuer, files: File[], options?: Options, book?: Book | null): Answer;
  check(files: File[], options?: Options): Answer;
  verify(files: File[], options: Options, issuer?: Issuer | null, book?: Book | null): Answer;
  deadline(options: Options): Answer;
  number(options: Options): Answer;
  draw(options: Options): Answer;
}

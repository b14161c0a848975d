package pl.ksefqr;

import com.sun.jna.Pointer;

/** The book of invoices: what has codes gets the same ones again, what is new is entered. */
public final class Book extends Handle {
    Book(Native library, Pointer pointer) {
        super(library, pointer, library::ksef_qr_book_free);
    }

    /** Its invoices. */
    public Answer entries(String options) {
        return KsefQr.with(this, null, (book, none) -> library.ksef_qr_book_entries(book, KsefQr.utf8(options)), library);
    }

    /** What KSeF must still get. */
    public Answer due(String options) {
        return KsefQr.with(this, null, (book, none) -> library.ksef_qr_book_due(book, KsefQr.utf8(options)), library);
    }

    /** Enters what KSeF said: a UPO, or its answer in JSON. */
    public Answer importAnswer(byte[] said, String options) {
        return KsefQr.with(this, null,
                (book, none) -> library.ksef_qr_book_import(book, said, new Native.Size(said.length), KsefQr.utf8(options)), library);
    }
}

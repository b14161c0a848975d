package pl.ksefqr;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

/** The library, loaded. Options are an object of JSON, named as those of the service (docs/bindings.md); null is no options. */
public final class KsefQr {
    private final Native library;

    /** Loads libksefqr from where the system looks for it. */
    public KsefQr() {
        this("ksefqr");
    }

    /** Loads it by its name or its path. */
    public KsefQr(String nameOrPath) {
        library = com.sun.jna.Native.load(nameOrPath, Native.class);
        int abi = library.ksef_qr_abi_version();
        if (abi != Native.ABI) {
            throw new IllegalStateException(nameOrPath + " has the ABI " + abi + ", and this package is for " + Native.ABI);
        }
    }

    /** The version of ksef-qr. */
    public String version() {
        return library.ksef_qr_version().getString(0);
    }

    /** Opens "cert" and "key", "p12" or "register", by their paths. */
    public Issuer issuerFromFiles(String options, byte[] password) {
        PointerByReference place = new PointerByReference();
        Answer.of(library, library.ksef_qr_issuer_from_files(utf8(options), password, size(password), place)).close();
        return new Issuer(library, place.getValue());
    }

    /** The same from memory; without a key the certificate is a PKCS#12 file. */
    public Issuer issuerFromBytes(byte[] cert, byte[] key, byte[] password, String options) {
        PointerByReference place = new PointerByReference();
        Pointer answer = library.ksef_qr_issuer_from_bytes(
                cert, size(cert), key, size(key), password, size(password), utf8(options), place);
        Answer.of(library, answer).close();
        return new Issuer(library, place.getValue());
    }

    /** Opens a book: the path of a file, or the URL of a PostgreSQL server. */
    public Book bookOpen(String address, String options) {
        PointerByReference place = new PointerByReference();
        Answer.of(library, library.ksef_qr_book_open(utf8(address), utf8(options), place)).close();
        return new Book(library, place.getValue());
    }

    /** KOD I and KOD II. */
    public Answer sign(Issuer issuer, List<InvoiceFile> files, String options, Book book) {
        return ofFiles(issuer, book, files, (given, held) -> library.ksef_qr_sign(
                given.issuer, given.book, held, given.count, utf8(options)));
    }

    /** KOD I alone. */
    public Answer link(List<InvoiceFile> files, String options, Book book) {
        return ofFiles(null, book, files, (given, held) -> library.ksef_qr_link(given.book, held, given.count, utf8(options)));
    }

    /** Codes on PDFs. */
    public Answer stamp(Issuer issuer, List<InvoiceFile> files, String options, Book book) {
        return ofFiles(issuer, book, files, (given, held) -> library.ksef_qr_stamp(
                given.issuer, given.book, held, given.count, utf8(options)));
    }

    /** Confirmations of transactions. */
    public Answer confirm(Issuer issuer, List<InvoiceFile> files, String options, Book book) {
        return ofFiles(issuer, book, files, (given, held) -> library.ksef_qr_confirm(
                given.issuer, given.book, held, given.count, utf8(options)));
    }

    /** Everything for which KSeF would refuse the files. */
    public Answer check(List<InvoiceFile> files, String options) {
        return ofFiles(null, null, files, (given, held) -> library.ksef_qr_check(held, given.count, utf8(options)));
    }

    /** What is right and wrong about links. */
    public Answer verify(List<InvoiceFile> files, String options, Issuer issuer, Book book) {
        return ofFiles(issuer, book, files, (given, held) -> library.ksef_qr_verify(
                given.issuer, given.book, held, given.count, utf8(options)));
    }

    /** By when an invoice is to be sent. */
    public Answer deadline(String options) {
        return Answer.of(library, library.ksef_qr_deadline(utf8(options)));
    }

    /** What a number of KSeF is. */
    public Answer number(String options) {
        return Answer.of(library, library.ksef_qr_number(utf8(options)));
    }

    /** A link that was made before, drawn. */
    public Answer draw(String options) {
        return Answer.of(library, library.ksef_qr_draw(utf8(options)));
    }

    private static final class Given {
        Pointer issuer;
        Pointer book;
        Native.Size count;
    }

    private Answer ofFiles(Issuer issuer, Book book, List<InvoiceFile> files, BiFunction<Given, Pointer, Pointer> call) {
        // What the pointers lead to lives as long as the call.
        List<Memory> held = new ArrayList<>();
        Native.FileEntry first = new Native.FileEntry();
        Native.FileEntry[] entries = (Native.FileEntry[]) first.toArray(Math.max(files.size(), 1));
        for (int at = 0; at < files.size(); at++) {
            InvoiceFile file = files.get(at);
            entries[at].name = held(held, utf8(file.name));
            entries[at].xml = held(held, file.xml);
            entries[at].xmlLength = size(file.xml);
            entries[at].pdf = held(held, file.pdf);
            entries[at].pdfLength = size(file.pdf);
            entries[at].write();
        }
        try {
            return with(issuer, book, (one, other) -> {
                Given given = new Given();
                given.issuer = one;
                given.book = other;
                given.count = new Native.Size(files.size());
                return call.apply(given, first.getPointer());
            }, library);
        } finally {
            held.forEach(Memory::clear);
            java.lang.ref.Reference.reachabilityFence(entries);
        }
    }

    static Answer with(Handle one, Handle other, BiFunction<Pointer, Pointer, Pointer> call, Native library) {
        Pointer first = one == null ? null : one.take();
        try {
            Pointer second = other == null ? null : other.take();
            try {
                return Answer.of(library, call.apply(first, second));
            } finally {
                if (other != null) {
                    other.letGo();
                }
            }
        } finally {
            if (one != null) {
                one.letGo();
            }
        }
    }

    private static Pointer held(List<Memory> held, byte[] bytes) {
        if (bytes == null) {
            return null;
        }
        // There is no memory of no bytes, and an empty file is a file.
        Memory memory = new Memory(Math.max(bytes.length, 1));
        memory.write(0, bytes, 0, bytes.length);
        held.add(memory);
        return memory;
    }

    private static Native.Size size(byte[] bytes) {
        return new Native.Size(bytes == null ? 0 : bytes.length);
    }

    /** With a NUL at the end; none of null. */
    static byte[] utf8(String text) {
        if (text == null) {
            return null;
        }
        if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("the character NUL is in no name and no option");
        }
        return (text + "\0").getBytes(StandardCharsets.UTF_8);
    }
}

package pl.ksefqr;

import com.sun.jna.IntegerType;
import com.sun.jna.Library;
import com.sun.jna.Pointer;
import com.sun.jna.Structure;
import com.sun.jna.ptr.PointerByReference;

/** The functions of the header, as they are. Texts are UTF-8 with a NUL at the end. */
interface Native extends Library {
    int ABI = 1;

    /** A size_t. */
    final class Size extends IntegerType {
        private static final long serialVersionUID = 1;

        public Size() {
            this(0);
        }

        Size(long value) {
            super(com.sun.jna.Native.SIZE_T_SIZE, value, true);
        }
    }

    /** Where a size_t is written. */
    final class SizePlace extends com.sun.jna.ptr.ByReference {
        public SizePlace() {
            super(com.sun.jna.Native.SIZE_T_SIZE);
        }

        long value() {
            return com.sun.jna.Native.SIZE_T_SIZE == 8 ? getPointer().getLong(0) : getPointer().getInt(0);
        }
    }

    /** A ksef_qr_file. */
    @Structure.FieldOrder({"name", "xml", "xmlLength", "pdf", "pdfLength"})
    class FileEntry extends Structure {
        public Pointer name;
        public Pointer xml;
        public Size xmlLength = new Size();
        public Pointer pdf;
        public Size pdfLength = new Size();
    }

    int ksef_qr_abi_version();

    Pointer ksef_qr_version();

    int ksef_qr_answer_status(Pointer answer);

    Pointer ksef_qr_answer_json(Pointer answer, SizePlace length);

    Pointer ksef_qr_answer_buffer(Pointer answer, Size line, byte[] name, SizePlace length);

    void ksef_qr_answer_free(Pointer answer);

    Pointer ksef_qr_issuer_from_files(byte[] options, byte[] password, Size passwordLength, PointerByReference issuer);

    Pointer ksef_qr_issuer_from_bytes(byte[] cert, Size certLength, byte[] key, Size keyLength, byte[] password, Size passwordLength,
            byte[] options, PointerByReference issuer);

    void ksef_qr_issuer_free(Pointer issuer);

    Pointer ksef_qr_issuer_certificates(Pointer issuer, byte[] options);

    Pointer ksef_qr_book_open(byte[] address, byte[] options, PointerByReference book);

    void ksef_qr_book_free(Pointer book);

    Pointer ksef_qr_book_entries(Pointer book, byte[] options);

    Pointer ksef_qr_book_due(Pointer book, byte[] options);

    Pointer ksef_qr_book_import(Pointer book, byte[] bytes, Size length, byte[] options);

    Pointer ksef_qr_sign(Pointer issuer, Pointer book, Pointer files, Size count, byte[] options);

    Pointer ksef_qr_link(Pointer book, Pointer files, Size count, byte[] options);

    Pointer ksef_qr_stamp(Pointer issuer, Pointer book, Pointer files, Size count, byte[] options);

    Pointer ksef_qr_confirm(Pointer issuer, Pointer book, Pointer files, Size count, byte[] options);

    Pointer ksef_qr_check(Pointer files, Size count, byte[] options);

    Pointer ksef_qr_verify(Pointer issuer, Pointer book, Pointer files, Size count, byte[] options);

    Pointer ksef_qr_deadline(byte[] options);

    Pointer ksef_qr_number(byte[] options);

    Pointer ksef_qr_draw(byte[] options);
}

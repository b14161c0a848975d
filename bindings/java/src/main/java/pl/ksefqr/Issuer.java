package pl.ksefqr;

import com.sun.jna.Pointer;

/** Who signs: a certificate with its key, or a register of many. The key is wiped when it is closed. */
public final class Issuer extends Handle {
    Issuer(Native library, Pointer pointer) {
        super(library, pointer, library::ksef_qr_issuer_free);
    }

    /** The certificates, by the day by which each is to be replaced. */
    public Answer certificates(String options) {
        return KsefQr.with(this, null, (issuer, none) -> library.ksef_qr_issuer_certificates(issuer, KsefQr.utf8(options)), library);
    }
}

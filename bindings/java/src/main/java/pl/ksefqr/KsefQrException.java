package pl.ksefqr;

/** An error of ksef-qr. Its JSON has a stable {@code code} (docs/codes.md), a {@code message}, and a {@code hint} of what to do. */
public final class KsefQrException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String code;
    private final String json;

    KsefQrException(String code, String json) {
        super(json);
        this.code = code;
        this.json = json;
    }

    /** The stable word for it. */
    public String code() {
        return code;
    }

    /** All of it, to be read with the JSON library of your choice. */
    public String json() {
        return json;
    }
}

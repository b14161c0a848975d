package pl.ksefqr;

import com.sun.jna.Pointer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What came of a call: lines of JSON, as docs/contracts.md has them, and pictures and documents beside them. Close it. */
public final class Answer implements AutoCloseable {
    // The first one in a line that is an error is the error's: texts from outside stand behind it or hold no bare quote.
    private static final Pattern CODE = Pattern.compile("\"code\":\"([a-z0-9_]+)\"");

    private final Native library;
    private Pointer handle;
    private final int status;
    private final String json;

    private Answer(Native library, Pointer handle) {
        this.library = library;
        this.handle = handle;
        this.status = library.ksef_qr_answer_status(handle);
        Native.SizePlace length = new Native.SizePlace();
        Pointer text = library.ksef_qr_answer_json(handle, length);
        this.json = new String(text.getByteArray(0, Math.toIntExact(length.value())), StandardCharsets.UTF_8);
    }

    static Answer of(Native library, Pointer handle) {
        Answer answer = new Answer(library, handle);
        if (answer.status <= 1) {
            return answer;
        }
        try (answer) {
            Matcher code = CODE.matcher(answer.json);
            throw new KsefQrException(code.find() ? code.group(1) : "internal", answer.json.trim());
        }
    }

    /** 0: all was done, and is right. 1: something was refused or is wrong, and its line says why. */
    public int status() {
        return status;
    }

    /** The lines, each with its newline. Read them with the JSON library of your choice. */
    public String json() {
        return json;
    }

    /** One for each file, in order. */
    public List<String> lines() {
        return Arrays.stream(json.split("\n")).filter(line -> !line.isEmpty()).collect(Collectors.toList());
    }

    /** A picture or document of a line, by the name in it: kod1.png, kod2.svg, document.pdf. Null if there is no such. */
    public synchronized byte[] buffer(String name, int line) {
        if (handle == null) {
            throw new IllegalStateException("the answer is closed");
        }
        Native.SizePlace length = new Native.SizePlace();
        Pointer bytes = library.ksef_qr_answer_buffer(handle, new Native.Size(line), KsefQr.utf8(name), length);
        return bytes == null ? null : bytes.getByteArray(0, Math.toIntExact(length.value()));
    }

    /** That of the first line. */
    public byte[] buffer(String name) {
        return buffer(name, 0);
    }

    @Override
    public synchronized void close() {
        if (handle != null) {
            library.ksef_qr_answer_free(handle);
        }
        handle = null;
    }
}

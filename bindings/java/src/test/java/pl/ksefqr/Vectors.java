package pl.ksefqr;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs the table of bindings/vectors.py: Vectors LIBRARY TABLE. */
public final class Vectors {
    private Vectors() {
    }

    private static byte[] read(String path) throws IOException {
        return path.equals("-") ? null : Files.readAllBytes(Path.of(path));
    }

    private static Answer call(KsefQr library, String call, Issuer issuer, List<InvoiceFile> files, String options) {
        switch (call) {
            case "issuer": return null;
            case "sign": return library.sign(issuer, files, options, null);
            case "link": return library.link(files, options, null);
            case "stamp": return library.stamp(issuer, files, options, null);
            case "confirm": return library.confirm(issuer, files, options, null);
            case "check": return library.check(files, options);
            case "verify": return library.verify(files, options, issuer, null);
            case "deadline": return library.deadline(options);
            case "number": return library.number(options);
            default: return library.draw(options);
        }
    }

    public static void main(String[] arguments) throws IOException {
        KsefQr library = new KsefQr(arguments[0]);
        int passed = 0;
        int failed = 0;
        for (String row : Files.readAllLines(Path.of(arguments[1]), StandardCharsets.UTF_8)) {
            String[] fields = row.split("\t");
            String options = fields[7].equals("-") ? null : fields[7];
            List<InvoiceFile> files = new ArrayList<>();
            if (!fields[5].equals("-") || !fields[6].equals("-")) {
                files.add(new InvoiceFile("vector", read(fields[5]), read(fields[6])));
            }
            int status = 0;
            String json = "";
            List<String> missing = new ArrayList<>();
            boolean isSigning = !fields[2].equals("-");
            try (Issuer issuer = isSigning ? library.issuerFromBytes(read(fields[2]), read(fields[3]), null, fields[4]) : null;
                    Answer answer = call(library, fields[1], issuer, files, options)) {
                if (answer != null) {
                    status = answer.status();
                    json = answer.json();
                }
                for (String buffer : fields[10].equals("-") ? new String[0] : fields[10].split(",")) {
                    byte[] bytes = answer == null ? null : answer.buffer(buffer);
                    String begin = buffer.endsWith(".png") ? "\u0089PNG" : buffer.endsWith(".pdf") ? "%PDF" : "<";
                    if (bytes == null || !new String(bytes, StandardCharsets.ISO_8859_1).startsWith(begin)) {
                        missing.add(buffer);
                    }
                }
            } catch (KsefQrException error) {
                status = 2;
                json = "\"code\":\"" + error.code() + "\"";
            }
            for (String text : fields[9].equals("-") ? new String[0] : fields[9].split("\\|")) {
                if (!json.contains(text)) {
                    missing.add(text);
                }
            }
            if (status == Integer.parseInt(fields[8]) && missing.isEmpty()) {
                passed++;
                continue;
            }
            failed++;
            System.out.println(fields[0] + ": status " + status + ", without " + missing + "\n  " + json);
        }
        System.out.println(passed + " passed, " + failed + " failed");
        System.exit(failed > 0 || passed == 0 ? 1 : 0);
    }
}

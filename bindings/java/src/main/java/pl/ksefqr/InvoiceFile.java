package pl.ksefqr;

/** An invoice: the exact bytes of its file; with a name for messages, and the PDF that is to be stamped. */
public final class InvoiceFile {
    final String name;
    final byte[] xml;
    final byte[] pdf;

    /** The XML as the file has it. */
    public InvoiceFile(String name, byte[] xml) {
        this(name, xml, null);
    }

    /** With the PDF that shows it; the XML is null if the PDF holds it. */
    public InvoiceFile(String name, byte[] xml, byte[] pdf) {
        this.name = name;
        this.xml = xml;
        this.pdf = pdf;
    }
}

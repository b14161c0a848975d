using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;

namespace KsefQr
{
    /// <summary>An invoice: the exact bytes of its file; with a name for messages, and the PDF that is to be stamped.</summary>
    public sealed class InvoiceFile
    {
        /// <summary>What messages call it.</summary>
        public string Name { get; }

        /// <summary>The XML; null if the PDF holds it.</summary>
        public byte[] Xml { get; }

        /// <summary>The PDF that shows it, or null.</summary>
        public byte[] Pdf { get; }

        /// <summary>Takes the bytes as they are.</summary>
        public InvoiceFile(string name, byte[] xml, byte[] pdf = null)
        {
            Name = name;
            Xml = xml;
            Pdf = pdf;
        }
    }

    /// <summary>What is opened, used from any number of threads, and disposed once no call uses it.</summary>
    public abstract class Handle : SafeHandle
    {
        internal Handle(IntPtr handle) : base(IntPtr.Zero, true)
        {
            SetHandle(handle);
        }

        /// <summary>True once it is disposed.</summary>
        public override bool IsInvalid
        {
            get { return handle == IntPtr.Zero; }
        }

        /// <summary>Works with the handle, which nobody frees meanwhile.</summary>
        internal static Answer Use(Handle one, Handle other, Func<IntPtr, IntPtr, IntPtr> work)
        {
            bool isOneHeld = false, isOtherHeld = false;
            try
            {
                if (one != null) one.DangerousAddRef(ref isOneHeld);
                if (other != null) other.DangerousAddRef(ref isOtherHeld);
                return Answer.Of(work(one == null ? IntPtr.Zero : one.handle, other == null ? IntPtr.Zero : other.handle));
            }
            finally
            {
                if (isOneHeld) one.DangerousRelease();
                if (isOtherHeld) other.DangerousRelease();
            }
        }
    }

    /// <summary>Who signs: a certificate with its key, or a register of many. The key is wiped when it is disposed.</summary>
    public sealed class Issuer : Handle
    {
        private Issuer(IntPtr handle) : base(handle)
        {
        }

        /// <summary>Opens "cert" and "key", "p12" or "register", by their paths in the options, an object of JSON.</summary>
        public static Issuer FromFiles(string options, byte[] password = null)
        {
            Library.CheckAbi();
            IntPtr answer = Native.ksef_qr_issuer_from_files(Texts.Utf8(options), password, Library.Length(password), out IntPtr issuer);
            using (Answer.Of(answer)) return new Issuer(issuer);
        }

        /// <summary>The same from memory; without a key the certificate is a PKCS#12 file.</summary>
        public static Issuer FromBytes(byte[] cert, byte[] key = null, byte[] password = null, string options = null)
        {
            Library.CheckAbi();
            IntPtr answer = Native.ksef_qr_issuer_from_bytes(
                cert, Library.Length(cert), key, Library.Length(key), password, Library.Length(password), Texts.Utf8(options), out IntPtr issuer);
            using (Answer.Of(answer)) return new Issuer(issuer);
        }

        /// <summary>The certificates, by the day by which each is to be replaced.</summary>
        public Answer Certificates(string options = null)
        {
            return Use(this, null, (issuer, _) => Native.ksef_qr_issuer_certificates(issuer, Texts.Utf8(options)));
        }

        /// <summary>Frees it.</summary>
        protected override bool ReleaseHandle()
        {
            Native.ksef_qr_issuer_free(handle);
            return true;
        }
    }

    /// <summary>The book of invoices: what has codes gets the same ones again, what is new is entered.</summary>
    public sealed class Book : Handle
    {
        private Book(IntPtr handle) : base(handle)
        {
        }

        /// <summary>Opens the file, or the PostgreSQL server by its URL.</summary>
        public static Book Open(string address, string options = null)
        {
            Library.CheckAbi();
            IntPtr answer = Native.ksef_qr_book_open(Texts.Utf8(address), Texts.Utf8(options), out IntPtr book);
            using (Answer.Of(answer)) return new Book(book);
        }

        /// <summary>Its invoices.</summary>
        public Answer Entries(string options = null)
        {
            return Use(this, null, (book, _) => Native.ksef_qr_book_entries(book, Texts.Utf8(options)));
        }

        /// <summary>What KSeF must still get.</summary>
        public Answer Due(string options = null)
        {
            return Use(this, null, (book, _) => Native.ksef_qr_book_due(book, Texts.Utf8(options)));
        }

        /// <summary>Enters what KSeF said: a UPO, or its answer in JSON.</summary>
        public Answer Import(byte[] said, string options = null)
        {
            return Use(this, null, (book, _) => Native.ksef_qr_book_import(book, said, Library.Length(said), Texts.Utf8(options)));
        }

        /// <summary>Frees it.</summary>
        protected override bool ReleaseHandle()
        {
            Native.ksef_qr_book_free(handle);
            return true;
        }
    }

    /// <summary>The calls. Options are an object of JSON, named as those of the service (docs/bindings.md).</summary>
    public static class Library
    {
        private const uint Abi = 1;

        /// <summary>The version of ksef-qr.</summary>
        public static string Version
        {
            get { return Marshal.PtrToStringAnsi(Native.ksef_qr_version()); }
        }

        /// <summary>KOD I and KOD II.</summary>
        public static Answer Sign(Issuer issuer, IReadOnlyList<InvoiceFile> files, string options = null, Book book = null)
        {
            return Call(issuer, book, files, options, Native.ksef_qr_sign);
        }

        /// <summary>KOD I alone.</summary>
        public static Answer Link(IReadOnlyList<InvoiceFile> files, string options = null, Book book = null)
        {
            return Call(null, book, files, options, (_, held, array, count, text) => Native.ksef_qr_link(held, array, count, text));
        }

        /// <summary>Codes on PDFs.</summary>
        public static Answer Stamp(Issuer issuer, IReadOnlyList<InvoiceFile> files, string options = null, Book book = null)
        {
            return Call(issuer, book, files, options, Native.ksef_qr_stamp);
        }

        /// <summary>Confirmations of transactions.</summary>
        public static Answer Confirm(Issuer issuer, IReadOnlyList<InvoiceFile> files, string options = null, Book book = null)
        {
            return Call(issuer, book, files, options, Native.ksef_qr_confirm);
        }

        /// <summary>Everything for which KSeF would refuse the files.</summary>
        public static Answer Check(IReadOnlyList<InvoiceFile> files, string options = null)
        {
            return Call(null, null, files, options, (_, __, array, count, text) => Native.ksef_qr_check(array, count, text));
        }

        /// <summary>What is right and wrong about links.</summary>
        public static Answer Verify(IReadOnlyList<InvoiceFile> files, string options, Issuer issuer = null, Book book = null)
        {
            return Call(issuer, book, files, options, Native.ksef_qr_verify);
        }

        /// <summary>By when an invoice is to be sent.</summary>
        public static Answer Deadline(string options)
        {
            return Answer.Of(Native.ksef_qr_deadline(Texts.Utf8(options)));
        }

        /// <summary>What a number of KSeF is.</summary>
        public static Answer Number(string options)
        {
            return Answer.Of(Native.ksef_qr_number(Texts.Utf8(options)));
        }

        /// <summary>A link that was made before, drawn.</summary>
        public static Answer Draw(string options)
        {
            return Answer.Of(Native.ksef_qr_draw(Texts.Utf8(options)));
        }

        private delegate IntPtr OfFiles(IntPtr issuer, IntPtr book, Native.FileEntry[] files, UIntPtr count, byte[] options);

        private static Answer Call(Issuer issuer, Book book, IReadOnlyList<InvoiceFile> files, string options, OfFiles call)
        {
            var held = new List<GCHandle>();
            try
            {
                var entries = new Native.FileEntry[files.Count];
                for (int at = 0; at < entries.Length; at++)
                {
                    InvoiceFile file = files[at];
                    entries[at].Name = Held(held, Texts.Utf8(file.Name));
                    entries[at].Xml = Held(held, file.Xml);
                    entries[at].XmlLength = Length(file.Xml);
                    entries[at].Pdf = Held(held, file.Pdf);
                    entries[at].PdfLength = Length(file.Pdf);
                }
                byte[] text = Texts.Utf8(options);
                return Handle.Use(issuer, book, (one, other) => call(one, other, entries, (UIntPtr)entries.Length, text));
            }
            finally
            {
                foreach (GCHandle handle in held) handle.Free();
            }
        }

        // The garbage collector moves arrays; these it does not, while the call lasts.
        private static IntPtr Held(List<GCHandle> held, byte[] bytes)
        {
            if (bytes == null) return IntPtr.Zero;
            // An array of nothing has no address, and an empty file is a file.
            GCHandle handle = GCHandle.Alloc(bytes.Length > 0 ? bytes : new byte[1], GCHandleType.Pinned);
            held.Add(handle);
            return handle.AddrOfPinnedObject();
        }

        internal static UIntPtr Length(byte[] bytes)
        {
            return (UIntPtr)(bytes == null ? 0 : bytes.Length);
        }

        internal static void CheckAbi()
        {
            uint abi = Native.ksef_qr_abi_version();
            if (abi != Abi) throw new InvalidOperationException("the library has the ABI " + abi + ", and this package is for " + Abi);
        }
    }
}

using System;
using System.Runtime.InteropServices;

namespace KsefQr
{
    /// <summary>The functions of the header, as they are. Texts are UTF-8 with a NUL at the end.</summary>
    internal static class Native
    {
        private const string Library = "ksefqr";

        [StructLayout(LayoutKind.Sequential)]
        internal struct FileEntry
        {
            internal IntPtr Name;
            internal IntPtr Xml;
            internal UIntPtr XmlLength;
            internal IntPtr Pdf;
            internal UIntPtr PdfLength;
        }

        [DllImport(Library)] internal static extern uint ksef_qr_abi_version();
        [DllImport(Library)] internal static extern IntPtr ksef_qr_version();
        [DllImport(Library)] internal static extern int ksef_qr_answer_status(IntPtr answer);
        [DllImport(Library)] internal static extern IntPtr ksef_qr_answer_json(IntPtr answer, out UIntPtr length);
        [DllImport(Library)] internal static extern IntPtr ksef_qr_answer_buffer(IntPtr answer, UIntPtr line, byte[] name, out UIntPtr length);
        [DllImport(Library)] internal static extern void ksef_qr_answer_free(IntPtr answer);
        [DllImport(Library)] internal static extern IntPtr ksef_qr_issuer_from_files(byte[] options, byte[] password, UIntPtr passwordLength, out IntPtr issuer);
        [DllImport(Library)] internal static extern IntPtr ksef_qr_issuer_from_bytes(byte[] cert, UIntPtr certLength, byte[] key, UIntPtr keyLength, byte[] password, UIntPtr passwordLength, byte[] options, out IntPtr issuer);
        [DllImport(Library)] internal static extern void ksef_qr_issuer_free(IntPtr issuer);
        [DllImport(Library)] internal static extern IntPtr ksef_qr_issuer_certificates(IntPtr issuer, byte[] options);
        [DllImport(Library)] internal static extern IntPtr ksef_qr_book_open(byte[] address, byte[] options, out IntPtr book);
        [DllImport(Library)] internal static extern void ksef_qr_book_free(IntPtr book);
        [DllImport(Library)] internal static extern IntPtr ksef_qr_book_entries(IntPtr book, byte[] options);
        [DllImport(Library)] internal static extern IntPtr ksef_qr_book_due(IntPtr book, byte[] options);
        [DllImport(Library)] internal static extern IntPtr ksef_qr_book_import(IntPtr book, byte[] bytes, UIntPtr length, byte[] options);
        [DllImport(Library)] internal static extern IntPtr ksef_qr_sign(IntPtr issuer, IntPtr book, FileEntry[] files, UIntPtr count, byte[] options);
        [DllImport(Library)] internal static extern IntPtr ksef_qr_link(IntPtr book, FileEntry[] files, UIntPtr count, byte[] options);
        [DllImport(Library)] internal static extern IntPtr ksef_qr_stamp(IntPtr issuer, IntPtr book, FileEntry[] files, UIntPtr count, byte[] options);
        [DllImport(Library)] internal static extern IntPtr ksef_qr_confirm(IntPtr issuer, IntPtr book, FileEntry[] files, UIntPtr count, byte[] options);
        [DllImport(Library)] internal static extern IntPtr ksef_qr_check(FileEntry[] files, UIntPtr count, byte[] options);
        [DllImport(Library)] internal static extern IntPtr ksef_qr_verify(IntPtr issuer, IntPtr book, FileEntry[] files, UIntPtr count, byte[] options);
        [DllImport(Library)] internal static extern IntPtr ksef_qr_deadline(byte[] options);
        [DllImport(Library)] internal static extern IntPtr ksef_qr_number(byte[] options);
        [DllImport(Library)] internal static extern IntPtr ksef_qr_draw(byte[] options);
    }
}

using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.InteropServices;
using System.Runtime.Serialization;
using System.Runtime.Serialization.Json;
using System.Text;

namespace KsefQr
{
    /// <summary>An error of ksef-qr: its code is stable (docs/codes.md), its hint says what to do.</summary>
    public sealed class KsefQrException : Exception
    {
        /// <summary>The stable word for it.</summary>
        public string Code { get; }

        /// <summary>What to do.</summary>
        public string Hint { get; }

        /// <summary>Which file it is about, or null.</summary>
        public string Input { get; }

        internal KsefQrException(ErrorLine line) : base(line.Message + " [" + line.Code + "]")
        {
            Code = line.Code;
            Hint = line.Hint;
            Input = line.Input;
        }
    }

    [DataContract]
    internal sealed class ErrorLine
    {
        [DataMember(Name = "code")] internal string Code = "internal";
        [DataMember(Name = "message")] internal string Message = "";
        [DataMember(Name = "hint")] internal string Hint = "";
        [DataMember(Name = "input")] internal string Input = null;
    }

    [DataContract]
    internal sealed class RefusedLine
    {
        [DataMember(Name = "status")] internal string Status = null;
        [DataMember(Name = "error")] internal ErrorLine Error = null;
    }

    /// <summary>What came of a call: lines of JSON, as docs/contracts.md has them, and pictures and documents beside them.</summary>
    public sealed class Answer : IDisposable
    {
        private IntPtr handle;

        /// <summary>0: all was done, and is right. 1: something was refused or is wrong, and its line says why.</summary>
        public int Status { get; }

        /// <summary>The lines, each with its newline. Read them with the JSON library of your choice.</summary>
        public string Json { get; }

        /// <summary>One for each file, in order.</summary>
        public IReadOnlyList<string> Lines { get; }

        private Answer(IntPtr handle)
        {
            this.handle = handle;
            Status = Native.ksef_qr_answer_status(handle);
            IntPtr json = Native.ksef_qr_answer_json(handle, out UIntPtr length);
            Json = Encoding.UTF8.GetString(Copied(json, length));
            Lines = Json.Split(new[] { '\n' }, StringSplitOptions.RemoveEmptyEntries);
        }

        /// <summary>Throws what a call that could do nothing says.</summary>
        internal static Answer Of(IntPtr handle)
        {
            var answer = new Answer(handle);
            if (answer.Status <= 1) return answer;
            using (answer) throw new KsefQrException(Read<ErrorLine>(answer.Lines[0]));
        }

        /// <summary>The line of the one file that was given; throws why it was refused.</summary>
        public string Line()
        {
            var line = Read<RefusedLine>(Lines[0]);
            if (line.Status == "refused") throw new KsefQrException(line.Error);
            return Lines[0];
        }

        /// <summary>A picture or document of a line, by the name in it: kod1.png, kod2.svg, document.pdf. Null if there is no such.</summary>
        public byte[] Buffer(string name, int line = 0)
        {
            if (handle == IntPtr.Zero) throw new ObjectDisposedException(nameof(Answer));
            IntPtr bytes = Native.ksef_qr_answer_buffer(handle, (UIntPtr)line, Texts.Utf8(name), out UIntPtr length);
            GC.KeepAlive(this);
            return bytes == IntPtr.Zero ? null : Copied(bytes, length);
        }

        /// <summary>Frees it.</summary>
        public void Dispose()
        {
            if (handle != IntPtr.Zero) Native.ksef_qr_answer_free(handle);
            handle = IntPtr.Zero;
            GC.SuppressFinalize(this);
        }

        /// <summary>Frees what was forgotten.</summary>
        ~Answer()
        {
            Dispose();
        }

        private static byte[] Copied(IntPtr from, UIntPtr length)
        {
            var bytes = new byte[checked((int)length)];
            Marshal.Copy(from, bytes, 0, bytes.Length);
            return bytes;
        }

        private static T Read<T>(string json)
        {
            using (var stream = new MemoryStream(Encoding.UTF8.GetBytes(json)))
            {
                return (T)new DataContractJsonSerializer(typeof(T)).ReadObject(stream);
            }
        }
    }

    internal static class Texts
    {
        /// <summary>With a NUL at the end; none of null.</summary>
        internal static byte[] Utf8(string text)
        {
            if (text == null) return null;
            if (text.IndexOf('\0') >= 0) throw new ArgumentException("the character NUL is in no name and no option");
            return Encoding.UTF8.GetBytes(text + "\0");
        }
    }
}

using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using KsefQr;

/// <summary>Runs the table of bindings/vectors.py: Vectors TABLE.</summary>
internal static class Vectors
{
    private static byte[] Read(string path)
    {
        return path == "-" ? null : File.ReadAllBytes(path);
    }

    private static Answer Call(string call, Issuer issuer, InvoiceFile[] files, string options)
    {
        switch (call)
        {
            case "issuer": return null;
            case "sign": return Library.Sign(issuer, files, options);
            case "link": return Library.Link(files, options);
            case "stamp": return Library.Stamp(issuer, files, options);
            case "confirm": return Library.Confirm(issuer, files, options);
            case "check": return Library.Check(files, options);
            case "verify": return Library.Verify(files, options, issuer);
            case "deadline": return Library.Deadline(options);
            case "number": return Library.Number(options);
            default: return Library.Draw(options);
        }
    }

    private static int Main(string[] arguments)
    {
        int passed = 0, failed = 0;
        foreach (string row in File.ReadAllLines(arguments[0], Encoding.UTF8))
        {
            string[] fields = row.Split('\t');
            string options = fields[7] == "-" ? null : fields[7];
            var files = new List<InvoiceFile>();
            if (fields[5] != "-" || fields[6] != "-") files.Add(new InvoiceFile("vector", Read(fields[5]), Read(fields[6])));
            int status = 0;
            string json = "";
            var missing = new List<string>();
            try
            {
                using (Issuer issuer = fields[2] == "-" ? null : Issuer.FromBytes(Read(fields[2]), Read(fields[3]), null, fields[4]))
                using (Answer answer = Call(fields[1], issuer, files.ToArray(), options))
                {
                    if (answer != null)
                    {
                        status = answer.Status;
                        json = answer.Json;
                    }
                    foreach (string buffer in fields[10] == "-" ? new string[0] : fields[10].Split(','))
                    {
                        byte[] bytes = answer == null ? null : answer.Buffer(buffer);
                        string begin = buffer.EndsWith(".png") ? "\u0089PNG" : buffer.EndsWith(".pdf") ? "%PDF" : "<";
                        if (bytes == null || !Encoding.GetEncoding(28591).GetString(bytes).StartsWith(begin, StringComparison.Ordinal)) missing.Add(buffer);
                    }
                }
            }
            catch (KsefQrException error)
            {
                status = 2;
                json = "\"code\":\"" + error.Code + "\"";
            }
            foreach (string text in fields[9] == "-" ? new string[0] : fields[9].Split('|'))
            {
                if (!json.Contains(text)) missing.Add(text);
            }
            if (status == int.Parse(fields[8]) && missing.Count == 0)
            {
                passed++;
                continue;
            }
            failed++;
            Console.WriteLine(fields[0] + ": status " + status + ", without " + string.Join(", ", missing) + "\n  " + json);
        }
        Console.WriteLine(passed + " passed, " + failed + " failed");
        return failed > 0 || passed == 0 ? 1 : 0;
    }
}

// Runs the vectors of the testkit in C#, on .NET 6 or later, .NET Framework and Mono:
//
//     dotnet run -- ../../fixtures/testkit            (in a console project that holds this file)
//     mcs -r:System.Numerics,System.Runtime.Serialization,System.Xml,System.Xml.Linq Testkit.cs && mono Testkit.exe ../../fixtures/testkit
//
// The class Maker is the code under test: put your own in its place. As it stands it is a small maker that passes.
// It verifies signatures by plain arithmetic, so that it runs everywhere; in your own code use what .NET has: ECDsa and
// RSA with RSASignaturePadding.Pss.
// Licence: CC0 1.0.
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Numerics;
using System.Runtime.Serialization.Json;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;

public class Refused : Exception
{
    public Refused(string message) : base(message) { }
}

public class Facts
{
    public string Form, Seller, Date;
}

public static class Maker
{
    public static readonly Dictionary<string, string> Hosts = new Dictionary<string, string>
    {
        { "prod", "qr.ksef.mf.gov.pl" }, { "demo", "qr-demo.ksef.mf.gov.pl" }, { "test", "qr-test.ksef.mf.gov.pl" },
    };

    const string Ubl = "urn:oasis:names:specification:ubl:schema:xsd:";

    // Namespace of the root to form, path of the date, path of the number.
    static readonly Dictionary<string, string[]> Forms = new Dictionary<string, string[]>
    {
        { "http://crd.gov.pl/wzor/2025/06/25/13775/", new[] { "FA(3)", "Fa/P_1", "Fa/P_2" } },
        { "http://crd.gov.pl/wzor/2023/06/29/12648/", new[] { "FA(2)", "Fa/P_1", "Fa/P_2" } },
        { "http://crd.gov.pl/wzor/2026/03/06/14189/", new[] { "FA_RR(1)", "FakturaRR/P_4B", "FakturaRR/P_4C" } },
    };

    /// <summary>What the exact bytes of an invoice say.</summary>
    public static Facts Read(byte[] xml)
    {
        string text;
        try { text = new UTF8Encoding(false, true).GetString(xml); }
        catch (ArgumentException) { throw new Refused("not UTF-8"); }
        if (text.Length == 0 || text[0] == '\uFEFF') throw new Refused("empty, or a byte order mark");
        if (Regex.IsMatch(text, "<[?]xml[^>]*encoding=[\"'](?!utf-8)", RegexOptions.IgnoreCase)) throw new Refused("another encoding");
        XDocument document;
        try
        {
            var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null };
            using (var reader = XmlReader.Create(new StringReader(text), settings)) document = XDocument.Load(reader);
        }
        catch (XmlException error) { throw new Refused(error.Message); }
        if (document.DescendantNodes().Any(node => node is XProcessingInstruction)) throw new Refused("a processing instruction");
        var texts = string.Concat(document.Root.DescendantsAndSelf().SelectMany(element => element.Attributes()).Select(a => a.Value)) + document.Root.Value;
        if (texts.Any(c => c >= '\x7F' && c <= '\x9F' && c != '\x85' || c >= '\uFDD0' && c <= '\uFDEF')) throw new Refused("a discouraged character");

        var root = document.Root;
        Func<XElement, XNamespace, string, IEnumerable<XElement>> at = (from, space, path) =>
            path.Split('/').Aggregate((IEnumerable<XElement>)new[] { from }, (found, name) => found.Elements(space + name));
        Func<IEnumerable<XElement>, string> one = found =>
        {
            var list = found.ToList();
            if (list.Count != 1 || list[0].Value.Trim().Length == 0) throw new Refused("a field is not there once");
            return list[0].Value.Trim();
        };
        var facts = new Facts();
        string[] form;
        XNamespace own = root.Name.Namespace;
        if (root.Name.LocalName == "Faktura" && Forms.TryGetValue(own.NamespaceName, out form))
        {
            facts.Form = form[0];
            facts.Seller = one(at(root, own, "Podmiot1/DaneIdentyfikacyjne/NIP"));
            facts.Date = one(at(root, own, form[1]));
            one(at(root, own, form[2]));
        }
        else if (own == Ubl + "Invoice-2" || own == Ubl + "CreditNote-2")
        {
            XNamespace parties = Ubl + "CommonAggregateComponents-2", values = Ubl + "CommonBasicComponents-2";
            var taxes = at(root, parties, "AccountingSupplierParty/Party/PartyTaxScheme")
                .Where(tax => tax.Elements(parties + "TaxScheme").Elements(values + "ID").Any(id => id.Value.Trim() == "VAT"));
            facts.Form = root.Name.LocalName == "Invoice" ? "PEF(3)" : "PEF_KOR(3)";
            facts.Seller = Regex.Replace(one(taxes.Elements(values + "CompanyID")), "^PL", "");
            facts.Date = one(root.Elements(values + "IssueDate"));
            one(root.Elements(values + "ID"));
        }
        else throw new Refused("no form of KSeF");
        DateTime day;
        if (!Regex.IsMatch(facts.Seller, @"\A[1-9][0-9]{9}\z")) throw new Refused("a NIP is ten digits");
        if (!DateTime.TryParseExact(facts.Date, "yyyy-MM-dd", null, System.Globalization.DateTimeStyles.None, out day)) throw new Refused("no such day");
        return facts;
    }

    public static string Digest(byte[] xml)
    {
        return Base64Url(Sha256(xml));
    }

    public static string Kod1(byte[] xml, string environment)
    {
        var facts = Read(xml);
        var day = string.Join("-", facts.Date.Split('-').Reverse());
        return "https://" + Hosts[environment] + "/invoice/" + facts.Seller + "/" + day + "/" + Digest(xml);
    }

    /// <summary>The text that is signed, without https:// and without a slash at the end.</summary>
    public static string SignedText(byte[] xml, string environment, string context, string serial)
    {
        return Hosts[environment] + "/certificate/" + context.Replace(':', '/') + "/" + Read(xml).Seller + "/" + serial + "/" + Digest(xml);
    }

    public static string Serial(X509Certificate2 certificate)
    {
        return certificate.SerialNumber.TrimStart('0').PadLeft(16, '0');
    }

    /// <summary>A link is right if it is, to the character, the one of the invoice, and its signature that of the certificate.</summary>
    public static bool IsRight(string link, byte[] xml, X509Certificate2 certificate)
    {
        var parts = link.Split('/');
        var environment = parts.Length > 3 ? Hosts.FirstOrDefault(host => host.Value == parts[2]).Key : null;
        if (environment == null) return false;
        if (parts[3] == "invoice") return link == Kod1(xml, environment);
        if (parts.Length != 10 || certificate == null || !IsContext(parts[4] + ":" + parts[5])) return false;
        var text = SignedText(xml, environment, parts[4] + ":" + parts[5], Serial(certificate));
        byte[] signature;
        try { signature = Convert.FromBase64String(parts[9].Replace('-', '+').Replace('_', '/') + new string('=', (4 - parts[9].Length % 4) % 4)); }
        catch (FormatException) { return false; }
        return link == "https://" + text + "/" + Base64Url(signature) && IsSignature(Encoding.UTF8.GetBytes(text), signature, certificate);
    }

    public static bool IsSignature(byte[] text, byte[] signature, X509Certificate2 certificate)
    {
        var key = certificate.GetPublicKey();
        return key[0] == 4 ? IsEcdsa(Sha256(text), signature, key) : IsPss(Sha256(text), signature, key);
    }

    static readonly BigInteger P = Number("FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF");
    static readonly BigInteger N = Number("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551");
    static readonly BigInteger[] G =
    {
        Number("6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296"),
        Number("4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5"),
    };

    static bool IsEcdsa(byte[] hash, byte[] signature, byte[] key)
    {
        BigInteger r, s;
        if (signature.Length == 64)
        {
            r = Number(signature.Take(32));
            s = Number(signature.Skip(32));
        }
        else
        {
            // SEQUENCE { INTEGER, INTEGER }
            if (signature.Length < 8 || signature[0] != 0x30 || signature[1] != signature.Length - 2) return false;
            int first = signature[3];
            if (first + 6 > signature.Length || signature[first + 5] != signature.Length - first - 6) return false;
            r = Number(signature.Skip(4).Take(first));
            s = Number(signature.Skip(first + 6));
        }
        if (r <= 0 || r >= N || s <= 0 || s >= N) return false;
        var inverse = BigInteger.ModPow(s, N - 2, N);
        var point = new[] { Number(key.Skip(1).Take(32)), Number(key.Skip(33)) };
        var sum = Add(Times(Number(hash) * inverse % N, G), Times(r * inverse % N, point));
        return sum != null && sum[0] % N == r;
    }

    static BigInteger[] Add(BigInteger[] a, BigInteger[] b)
    {
        if (a == null || b == null) return a ?? b;
        if (a[0] == b[0] && (a[1] + b[1]) % P == 0) return null;
        var slope = a[0] == b[0]
            ? (3 * a[0] * a[0] - 3) * BigInteger.ModPow(2 * a[1], P - 2, P)
            : (b[1] - a[1]) * BigInteger.ModPow((b[0] - a[0] + P) % P, P - 2, P);
        var x = ((slope * slope - a[0] - b[0]) % P + P) % P;
        return new[] { x, ((slope * (a[0] - x) - a[1]) % P + P) % P };
    }

    static BigInteger[] Times(BigInteger number, BigInteger[] point)
    {
        BigInteger[] result = null;
        for (; number > 0; number >>= 1, point = Add(point, point))
            if (!number.IsEven) result = Add(result, point);
        return result;
    }

    // EMSA-PSS (RFC 8017, 9.1.2): SHA-256, MGF1 with SHA-256, a salt of 32 bytes, a modulus of whole bytes.
    static bool IsPss(byte[] hash, byte[] signature, byte[] key)
    {
        // SEQUENCE { INTEGER modulus, INTEGER exponent }, each with a length of two bytes; the exponent is 65537.
        int size = (key[6] << 8 | key[7]) - 1;
        if (signature.Length != size) return false;
        var bytes = BigInteger.ModPow(Number(signature), 65537, Number(key.Skip(9).Take(size))).ToByteArray();
        var message = bytes.Reverse().SkipWhile(b => b == 0).ToArray();
        message = new byte[size - message.Length].Concat(message).ToArray();
        if (message[size - 1] != 0xBC || message[0] > 127) return false;
        var seed = message.Skip(size - 33).Take(32).ToArray();
        var block = message.Take(size - 33).ToArray();
        byte[] mask = null;
        for (int at = 0; at < block.Length; at++)
        {
            int counter = at / 32;
            if (at % 32 == 0) mask = Sha256(seed.Concat(new byte[] { 0, 0, (byte)(counter >> 8), (byte)counter }).ToArray());
            block[at] ^= mask[at % 32];
        }
        block[0] &= 0x7F;
        var salt = block.Skip(block.Length - 32).ToArray();
        var padding = block.Take(block.Length - 32).ToArray();
        return padding.Last() == 1 && padding.Take(padding.Length - 1).All(b => b == 0)
            && Sha256(new byte[8].Concat(hash).Concat(salt).ToArray()).SequenceEqual(seed);
    }

    public static bool IsContext(string context)
    {
        const string nip = "[1-9]([0-9][1-9]|[1-9][0-9])[0-9]{7}";
        const string vat = "ATU[0-9]{8}|BE[01][0-9]{9}|BG[0-9]{9,10}|CY[0-9]{8}[A-Z]|CZ[0-9]{8,10}|DE[0-9]{9}|DK[0-9]{8}|EE[0-9]{9}|EL[0-9]{9}"
            + "|ES([A-Z][0-9]{8}|[0-9]{8}[A-Z]|[A-Z][0-9]{7}[A-Z])|FI[0-9]{8}|FR[A-Z0-9]{2}[0-9]{9}|HR[0-9]{11}|HU[0-9]{8}"
            + "|IE([0-9]{7}[A-Z]{2}|[0-9][A-Z0-9+*][0-9]{5}[A-Z])|IT[0-9]{11}|LT([0-9]{9}|[0-9]{12})|LU[0-9]{8}|LV[0-9]{11}|MT[0-9]{8}"
            + "|NL[A-Z0-9+*]{12}|PT[0-9]{9}|RO[0-9]{2,10}|SE[0-9]{12}|SI[0-9]{8}|SK[0-9]{10}|XI([0-9]{9}|[0-9]{12}|(GD|HA)[0-9]{3})";
        return Regex.IsMatch(context, @"\A(Nip:" + nip + "|InternalId:" + nip + "-[0-9]{5}|NipVatUe:" + nip + "-(" + vat + @")|PeppolId:P[A-Z]{2}[0-9]{6})\z");
    }

    public static bool IsKsefNumber(string number)
    {
        DateTime day;
        if (!Regex.IsMatch(number, @"\A[0-9]{10}-[0-9]{8}-[0-9A-F]{12}-[0-9A-F]{2}\z")) return false;
        if (!DateTime.TryParseExact(number.Substring(11, 8), "yyyyMMdd", null, System.Globalization.DateTimeStyles.None, out day)) return false;
        int sum = 0;
        foreach (char character in number.Substring(0, 32))
        {
            sum ^= character;
            for (int bit = 0; bit < 8; bit++) sum = ((sum & 0x80) != 0 ? sum << 1 ^ 0x07 : sum << 1) & 0xFF;
        }
        return sum.ToString("X2") == number.Substring(33);
    }

    static byte[] Sha256(byte[] data)
    {
        using (var hash = SHA256.Create()) return hash.ComputeHash(data);
    }

    static BigInteger Number(IEnumerable<byte> bigEndian)
    {
        return new BigInteger(bigEndian.Reverse().Concat(new byte[] { 0 }).ToArray());
    }

    static BigInteger Number(string hex)
    {
        return BigInteger.Parse("0" + hex, System.Globalization.NumberStyles.HexNumber);
    }

    public static string Base64Url(byte[] bytes)
    {
        return Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
    }
}

public static class Testkit
{
    static int passed, failed, skipped;

    static void Expect(string what, object expected, Func<object> make)
    {
        object made;
        try { made = make(); }
        catch (Refused refused) { made = "refused: " + refused.Message; }
        if (Equals(made, expected)) { passed++; return; }
        failed++;
        Console.Error.WriteLine(what + "\n  expected " + expected + "\n  made     " + made);
    }

    public static int Main(string[] arguments)
    {
        var folder = arguments.Length > 0 ? arguments[0] : "fixtures/testkit";
        Func<string, byte[]> file = path => File.ReadAllBytes(Path.Combine(folder, path));
        Func<string, X509Certificate2> certificate = path => path == null ? null : new X509Certificate2(file(path));
        // A reader of JSON that every .NET has: it gives XML, an element for each field.
        XElement testkit;
        using (var reader = JsonReaderWriterFactory.CreateJsonReader(file("testkit.json"), new XmlDictionaryReaderQuotas { MaxStringContentLength = 1 << 20 }))
            testkit = XElement.Load(reader);
        Func<string, IEnumerable<Func<string, string>>> list = name => testkit.Element(name).Elements("item").Select(item =>
            (Func<string, string>)(field => item.Element(field) == null || (string)item.Element(field).Attribute("type") == "null" ? null : item.Element(field).Value));

        foreach (var v in list("kod1"))
        {
            var xml = file(v("invoice"));
            Expect("kod1 " + v("name"), v("form") + v("seller_nip") + v("issue_date"), () => { var f = Maker.Read(xml); return f.Form + f.Seller + f.Date; });
            Expect("kod1 " + v("name"), v("sha256_base64url"), () => Maker.Digest(xml));
            Expect("kod1 " + v("name"), v("link"), () => Maker.Kod1(xml, v("environment")));
        }
        foreach (var v in list("kod2"))
        {
            var xml = file(v("invoice"));
            var cert = certificate(v("certificate"));
            Expect("kod2 " + v("name") + ": signed text", v("signed_text"), () => Maker.SignedText(xml, v("environment"), v("context"), Maker.Serial(cert)));
            Expect("kod2 " + v("name") + ": the link that is given", true, () => Maker.IsRight(v("link"), xml, cert));
            // Here sign `signed_text` with the key, and let IsRight judge the link.
        }
        foreach (var v in list("links"))
            Expect("links " + v("name"), v("failures").Length == 0, () => Maker.IsRight(v("link"), file(v("invoice")), certificate(v("certificate"))));
        foreach (var v in list("refused"))
        {
            // What depends on certificate or environment needs more than this maker knows.
            if (v("environment") != null) { skipped++; continue; }
            Expect("refused " + v("name"), true, () => { try { Maker.Read(file(v("invoice"))); return false; } catch (Refused) { return true; } });
        }
        foreach (var v in list("contexts")) Expect("contexts " + v("text"), v("code") == null, () => Maker.IsContext(v("text")));
        foreach (var v in list("ksef_numbers")) Expect("ksef_numbers " + v("text"), v("code") == null, () => Maker.IsKsefNumber(v("text")));
        // The symbols need a generator of QR codes and a reader: make each, read it back, compare with `text`.
        skipped += list("symbols").Count();

        Console.WriteLine(passed + " passed, " + failed + " failed, " + skipped + " skipped");
        return failed == 0 ? 0 : 1;
    }
}

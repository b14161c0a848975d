<?php
// Runs the vectors of the testkit in PHP (8.1 or later; extensions dom, hash, openssl):
//
//     php testkit.php ../../fixtures/testkit
//
// The class Maker is the code under test: put your own in its place. As it stands it is a small maker that passes.
// Licence: CC0 1.0.
declare(strict_types=1);

final class Refused extends Exception {}

final class Facts
{
    public function __construct(public string $form, public string $seller, public string $date) {}
}

final class Maker
{
    public const HOSTS = [
        'prod' => 'qr.ksef.mf.gov.pl', 'demo' => 'qr-demo.ksef.mf.gov.pl', 'test' => 'qr-test.ksef.mf.gov.pl',
    ];
    private const UBL = 'urn:oasis:names:specification:ubl:schema:xsd:';
    // Namespace of the root to form, path of the NIP, path of the date, path of the number.
    private const FORMS = [
        'http://crd.gov.pl/wzor/2025/06/25/13775/' => ['FA(3)', 'Podmiot1/DaneIdentyfikacyjne/NIP', 'Fa/P_1', 'Fa/P_2'],
        'http://crd.gov.pl/wzor/2023/06/29/12648/' => ['FA(2)', 'Podmiot1/DaneIdentyfikacyjne/NIP', 'Fa/P_1', 'Fa/P_2'],
        'http://crd.gov.pl/wzor/2026/03/06/14189/' =>
            ['FA_RR(1)', 'Podmiot1/DaneIdentyfikacyjne/NIP', 'FakturaRR/P_4B', 'FakturaRR/P_4C'],
    ];

    /** What the exact bytes of an invoice say. */
    public static function read(string $xml): Facts
    {
        if ($xml === '' || !preg_match('//u', $xml) || str_starts_with($xml, "\xEF\xBB\xBF")) {
            throw new Refused('empty, not UTF-8, or a byte order mark');
        }
        if (preg_match('/<!DOCTYPE/', $xml) || preg_match('/<\?xml[^>]*encoding=["\'](?!utf-8)/i', $xml)) {
            throw new Refused('a document type, or another encoding');
        }
        $document = new DOMDocument();
        libxml_use_internal_errors(true);
        libxml_clear_errors();
        if (!$document->loadXML($xml, LIBXML_NONET) || libxml_get_errors() !== []) {
            throw new Refused('not well-formed');
        }
        $path = new DOMXPath($document);
        if ($path->query('//processing-instruction()')->length > 0) {
            throw new Refused('a processing instruction');
        }
        $texts = $path->evaluate('string(/)') . implode('', array_map(
            fn($attribute) => $attribute->nodeValue, iterator_to_array($path->query('//@*'))));
        if (preg_match('/[\x{7F}-\x{84}\x{86}-\x{9F}\x{FDD0}-\x{FDEF}]/u', $texts)) {
            throw new Refused('a discouraged character');
        }
        $root = $document->documentElement;
        if (isset(self::FORMS[$root->namespaceURI]) && $root->localName === 'Faktura') {
            [$form, $nip, $date, $number] = self::FORMS[$root->namespaceURI];
            $path->registerNamespace('f', $root->namespaceURI);
            $at = fn(string $where) => '/f:Faktura/f:' . str_replace('/', '/f:', $where);
        } elseif (in_array($root->namespaceURI, [self::UBL . 'Invoice-2', self::UBL . 'CreditNote-2'], true)) {
            $form = $root->localName === 'Invoice' ? 'PEF(3)' : 'PEF_KOR(3)';
            $path->registerNamespace('a', self::UBL . 'CommonAggregateComponents-2');
            $path->registerNamespace('b', self::UBL . 'CommonBasicComponents-2');
            $nip = 'a:AccountingSupplierParty/a:Party/a:PartyTaxScheme[a:TaxScheme/b:ID="VAT"]/b:CompanyID';
            [$date, $number] = ['b:IssueDate', 'b:ID'];
            $at = fn(string $where) => '/*/' . $where;
        } else {
            throw new Refused('no form of KSeF');
        }
        $one = function (string $where) use ($path, $at): string {
            $found = $path->query($at($where));
            if ($found->length !== 1 || trim($found->item(0)->textContent) === '') {
                throw new Refused("$where is not there once");
            }
            return trim($found->item(0)->textContent);
        };
        $one($number);
        $facts = new Facts($form, preg_replace('/^PL/', '', $one($nip)), $one($date));
        if (!preg_match('/^[1-9]\d{9}$/', $facts->seller)) {
            throw new Refused('a NIP is ten digits');
        }
        if (!preg_match('/^(\d{4})-(\d\d)-(\d\d)$/', $facts->date, $day) || !checkdate((int) $day[2], (int) $day[3], (int) $day[1])) {
            throw new Refused('no such day');
        }
        return $facts;
    }

    public static function digest(string $xml): string
    {
        return self::base64url(hash('sha256', $xml, true));
    }

    public static function kod1(string $xml, string $environment): string
    {
        $facts = self::read($xml);
        $day = implode('-', array_reverse(explode('-', $facts->date)));
        return 'https://' . self::HOSTS[$environment] . "/invoice/$facts->seller/$day/" . self::digest($xml);
    }

    /** The text that is signed, without https:// and without a slash at the end. */
    public static function signedText(string $xml, string $environment, string $context, string $serial): string
    {
        $seller = self::read($xml)->seller;
        return self::HOSTS[$environment] . '/certificate/' . str_replace(':', '/', $context) . "/$seller/$serial/" . self::digest($xml);
    }

    public static function serial(string $certificate): string
    {
        return str_pad(openssl_x509_parse($certificate)['serialNumberHex'], 16, '0', STR_PAD_LEFT);
    }

    /** P-256 alone: before 8.5, PHP has no RSASSA-PSS. OpenSSL gives DER; KSeF takes it, and R and S side by side. */
    public static function sign(string $text, string $key): string
    {
        openssl_sign($text, $der, $key, OPENSSL_ALGO_SHA256);
        return self::base64url($der);
    }

    /** A link is right if it is, to the character, the one of the invoice, and its signature that of the certificate. */
    public static function isRight(string $link, string $xml, ?string $certificate): bool
    {
        $parts = explode('/', $link);
        $environment = array_search($parts[2] ?? '', self::HOSTS, true);
        if ($environment === false) {
            return false;
        }
        if (($parts[3] ?? '') === 'invoice') {
            return $link === self::kod1($xml, $environment);
        }
        if (count($parts) !== 10 || $certificate === null || !self::isContext("$parts[4]:$parts[5]")) {
            return false;
        }
        $text = self::signedText($xml, $environment, "$parts[4]:$parts[5]", self::serial($certificate));
        $signature = base64_decode(strtr($parts[9], '-_', '+/'));
        return $link === "https://$text/" . self::base64url($signature) && self::isSignature($text, $signature, $certificate);
    }

    public static function isSignature(string $text, string $signature, string $certificate): bool
    {
        $key = openssl_pkey_get_public($certificate);
        if (openssl_pkey_get_details($key)['type'] === OPENSSL_KEYTYPE_RSA) {
            return self::isPss($text, $signature, $key);
        }
        if (strlen($signature) === 64) {
            $integer = function (string $bytes): string {
                $bytes = ltrim($bytes, "\0");
                $bytes = $bytes === '' || ord($bytes[0]) > 127 ? "\0$bytes" : $bytes;
                return "\x02" . chr(strlen($bytes)) . $bytes;
            };
            $body = $integer(substr($signature, 0, 32)) . $integer(substr($signature, 32));
            $signature = "\x30" . chr(strlen($body)) . $body;
        }
        return openssl_verify($text, $signature, $key, OPENSSL_ALGO_SHA256) === 1;
    }

    /** EMSA-PSS (RFC 8017, 9.1.2): SHA-256, MGF1 with SHA-256, a salt of 32 bytes, a modulus of whole bytes. */
    private static function isPss(string $text, string $signature, OpenSSLAsymmetricKey $key): bool
    {
        if (!openssl_public_decrypt($signature, $message, $key, OPENSSL_NO_PADDING) || substr($message, -1) !== "\xBC") {
            return false;
        }
        $length = strlen($message) - 33;
        [$masked, $hash] = [substr($message, 0, $length), substr($message, $length, 32)];
        for ($mask = '', $counter = 0; strlen($mask) < $length; $counter++) {
            $mask .= hash('sha256', $hash . pack('N', $counter), true);
        }
        $block = $masked ^ substr($mask, 0, $length);
        $block[0] = chr(ord($block[0]) & 0x7F);
        [$padding, $salt] = [substr($block, 0, -32), substr($block, -32)];
        return ord($masked[0]) < 128 && $padding === str_repeat("\0", $length - 33) . "\x01"
            && hash_equals($hash, hash('sha256', str_repeat("\0", 8) . hash('sha256', $text, true) . $salt, true));
    }

    public static function isContext(string $context): bool
    {
        $nip = '[1-9](?:\d[1-9]|[1-9]\d)\d{7}';
        $vat = 'ATU\d{8}|BE[01]\d{9}|BG\d{9,10}|CY\d{8}[A-Z]|CZ\d{8,10}|DE\d{9}|DK\d{8}|EE\d{9}|EL\d{9}'
            . '|ES(?:[A-Z]\d{8}|\d{8}[A-Z]|[A-Z]\d{7}[A-Z])|FI\d{8}|FR[A-Z0-9]{2}\d{9}|HR\d{11}|HU\d{8}'
            . '|IE(?:\d{7}[A-Z]{2}|\d[A-Z0-9+*]\d{5}[A-Z])|IT\d{11}|LT(?:\d{9}|\d{12})|LU\d{8}|LV\d{11}|MT\d{8}'
            . '|NL[A-Z0-9+*]{12}|PT\d{9}|RO\d{2,10}|SE\d{12}|SI\d{8}|SK\d{10}|XI(?:\d{9}|\d{12}|(?:GD|HA)\d{3})';
        return preg_match("/^(?:Nip:$nip|InternalId:$nip-\d{5}|NipVatUe:$nip-(?:$vat)|PeppolId:P[A-Z]{2}\d{6})$/D", $context) === 1;
    }

    public static function isKsefNumber(string $number): bool
    {
        if (!preg_match('/^\d{10}-(\d{4})(\d\d)(\d\d)-[0-9A-F]{12}-([0-9A-F]{2})$/D', $number, $parts)) {
            return false;
        }
        $sum = 0;
        foreach (str_split(substr($number, 0, 32)) as $character) {
            $sum ^= ord($character);
            for ($bit = 0; $bit < 8; $bit++) {
                $sum = ($sum & 0x80 ? $sum << 1 ^ 0x07 : $sum << 1) & 0xFF;
            }
        }
        return checkdate((int) $parts[2], (int) $parts[3], (int) $parts[1]) && sprintf('%02X', $sum) === $parts[4];
    }

    public static function base64url(string $bytes): string
    {
        return rtrim(strtr(base64_encode($bytes), '+/', '-_'), '=');
    }
}

// ---- the runner --------------------------------------------------------------------------------------------------

$folder = $argv[1] ?? __DIR__ . '/../../fixtures/testkit';
$testkit = json_decode(file_get_contents("$folder/testkit.json"), true, 64, JSON_THROW_ON_ERROR);
$file = fn(string $path): string => file_get_contents("$folder/$path");
[$passed, $failed, $skipped] = [0, 0, 0];
$expect = function (string $what, mixed $expected, callable $made) use (&$passed, &$failed): void {
    try {
        $made = $made();
    } catch (Refused $refused) {
        $made = 'refused: ' . $refused->getMessage();
    }
    if ($made === $expected) {
        $passed++;
    } else {
        $failed++;
        fprintf(STDERR, "%s\n  expected %s\n  made     %s\n", $what, json_encode($expected), json_encode($made));
    }
};

foreach ($testkit['kod1'] as $vector) {
    $xml = $file($vector['invoice']);
    $expect("kod1 {$vector['name']}", [$vector['form'], $vector['seller_nip'], $vector['issue_date']], fn() => array_values((array) Maker::read($xml)));
    $expect("kod1 {$vector['name']}", $vector['link'], fn() => Maker::kod1($xml, $vector['environment']));
}
foreach ($testkit['kod2'] as $vector) {
    $xml = $file($vector['invoice']);
    $certificate = $file($vector['certificate']);
    $text = fn() => Maker::signedText($xml, $vector['environment'], $vector['context'], Maker::serial($certificate));
    $expect("kod2 {$vector['name']}: signed text", $vector['signed_text'], $text);
    $expect("kod2 {$vector['name']}: the link that is given", true, fn() => Maker::isRight($vector['link'], $xml, $certificate));
    if ($vector['algorithm'] === 'PS256') {
        $skipped++;
        continue;
    }
    $made = fn() => "https://{$text()}/" . Maker::sign($text(), $file($vector['key']));
    $expect("kod2 {$vector['name']}: a link of our own", true, fn() => Maker::isRight($made(), $xml, $certificate));
}
foreach ($testkit['links'] as $vector) {
    $certificate = isset($vector['certificate']) ? $file($vector['certificate']) : null;
    $expect("links {$vector['name']}", $vector['failures'] === [], fn() => Maker::isRight($vector['link'], $file($vector['invoice']), $certificate));
}
foreach ($testkit['refused'] as $vector) {
    // What depends on certificate or environment needs more than this maker knows.
    if (isset($vector['environment'])) {
        $skipped++;
        continue;
    }
    $expect("refused {$vector['name']}", true, function () use ($vector, $file): bool {
        try {
            Maker::read($file($vector['invoice']));
        } catch (Refused) {
            return true;
        }
        return false;
    });
}
foreach ($testkit['contexts'] as $vector) {
    $expect("contexts {$vector['text']}", $vector['code'] === null, fn() => Maker::isContext($vector['text']));
}
foreach ($testkit['ksef_numbers'] as $vector) {
    $expect("ksef_numbers {$vector['text']}", $vector['code'] === null, fn() => Maker::isKsefNumber($vector['text']));
}
// The symbols need a generator of QR codes and a reader: make each, read it back, compare with `text`.
$skipped += count($testkit['symbols']);

echo "$passed passed, $failed failed, $skipped skipped\n";
exit($failed === 0 ? 0 : 1);

<?php

declare(strict_types=1);

namespace KsefQr;

/**
 * The library, loaded. Options are arrays, named as those of the service; files are the bytes of the XML, or arrays of `name`, `xml` and
 * `pdf`.
 */
final class KsefQr
{
    private const ABI = 1;

    private readonly \FFI $library;

    /** @param string $path of libksefqr.so, ksefqr.dll or libksefqr.dylib */
    public function __construct(string $path = 'libksefqr.so.1')
    {
        $this->library = \FFI::cdef(Declarations::C, $path);
        $abi = $this->library->ksef_qr_abi_version();
        if ($abi !== self::ABI) {
            throw new \RuntimeException("$path has the ABI $abi, and this package is for " . self::ABI);
        }
    }

    public function version(): string
    {
        return $this->library->ksef_qr_version();
    }

    /** Opens `cert` and `key`, `p12` or `register`, by their paths. @param array<string, mixed> $options */
    public function issuerFromFiles(array $options, #[\SensitiveParameter] ?string $password = null): Issuer
    {
        $place = $this->library->new('ksef_qr_issuer *');
        $secret = $this->bytes($password);
        $answer = $this->library->ksef_qr_issuer_from_files(
            self::options($options),
            $secret,
            strlen($password ?? ''),
            \FFI::addr($place),
        );
        $this->answer($answer);
        return new Issuer($this->library, $place);
    }

    /** The same from memory; without a key the certificate is a PKCS#12 file. @param array<string, mixed> $options */
    public function issuerFromBytes(
        string $cert,
        #[\SensitiveParameter] ?string $key = null,
        #[\SensitiveParameter] ?string $password = null,
        array $options = [],
    ): Issuer {
        $place = $this->library->new('ksef_qr_issuer *');
        [$certBytes, $keyBytes, $secret] = array_map($this->bytes(...), [$cert, $key, $password]);
        $answer = $this->library->ksef_qr_issuer_from_bytes(
            $certBytes,
            strlen($cert),
            $keyBytes,
            strlen($key ?? ''),
            $secret,
            strlen($password ?? ''),
            self::options($options),
            \FFI::addr($place),
        );
        $this->answer($answer);
        return new Issuer($this->library, $place);
    }

    /** @param array<string, mixed> $options */
    public function bookOpen(string $address, array $options = []): Book
    {
        $place = $this->library->new('ksef_qr_book *');
        $this->answer($this->library->ksef_qr_book_open($address, self::options($options), \FFI::addr($place)));
        return new Book($this->library, $place);
    }

    /** KOD I and KOD II. @param list<string|array<string, ?string>> $files @param array<string, mixed> $options */
    public function sign(Issuer $issuer, array $files, array $options = [], ?Book $book = null): Answer
    {
        return $this->files('sign', [$issuer->handle, $book?->handle], $files, $options);
    }

    /** KOD I alone. @param list<string|array<string, ?string>> $files @param array<string, mixed> $options */
    public function link(array $files, array $options = [], ?Book $book = null): Answer
    {
        return $this->files('link', [$book?->handle], $files, $options);
    }

    /** Codes on PDFs. @param list<string|array<string, ?string>> $files @param array<string, mixed> $options */
    public function stamp(?Issuer $issuer, array $files, array $options = [], ?Book $book = null): Answer
    {
        return $this->files('stamp', [$issuer?->handle, $book?->handle], $files, $options);
    }

    /** Confirmations. @param list<string|array<string, ?string>> $files @param array<string, mixed> $options */
    public function confirm(Issuer $issuer, array $files, array $options = [], ?Book $book = null): Answer
    {
        return $this->files('confirm', [$issuer->handle, $book?->handle], $files, $options);
    }

    /** @param list<string|array<string, ?string>> $files @param array<string, mixed> $options */
    public function check(array $files, array $options = []): Answer
    {
        return $this->files('check', [], $files, $options);
    }

    /** @param list<string|array<string, ?string>> $files @param array<string, mixed> $options */
    public function verify(array $files, array $options, ?Issuer $issuer = null, ?Book $book = null): Answer
    {
        return $this->files('verify', [$issuer?->handle, $book?->handle], $files, $options);
    }

    /** @param array<string, mixed> $options */
    public function deadline(array $options): Answer
    {
        return $this->answer($this->library->ksef_qr_deadline(self::options($options)));
    }

    /** @param array<string, mixed> $options */
    public function number(array $options): Answer
    {
        return $this->answer($this->library->ksef_qr_number(self::options($options)));
    }

    /** @param array<string, mixed> $options */
    public function draw(array $options): Answer
    {
        return $this->answer($this->library->ksef_qr_draw(self::options($options)));
    }

    /** @param list<?\FFI\CData> $before @param list<string|array<string, ?string>> $files @param array<string, mixed> $options */
    private function files(string $call, array $before, array $files, array $options): Answer
    {
        $count = count($files);
        // What the pointers lead to must live as long as the call.
        $kept = [];
        $array = $this->library->new('ksef_qr_file[' . max($count, 1) . ']');
        foreach (array_values($files) as $at => $file) {
            $file = is_string($file) ? ['xml' => $file] : $file;
            foreach (['name' => ($file['name'] ?? 'invoice ' . ($at + 1)) . "\0", 'xml' => $file['xml'] ?? null, 'pdf' => $file['pdf'] ?? null] as $field => $given) {
                $bytes = $this->bytes($given);
                if ($bytes === null) {
                    continue;
                }
                $kept[] = $bytes;
                $type = $field === 'name' ? 'char *' : 'uint8_t *';
                $array[$at]->$field = $this->library->cast($type, \FFI::addr($bytes));
                if ($field !== 'name') {
                    $array[$at]->{$field . '_length'} = strlen($given);
                }
            }
        }
        $given = [...$before, $array, $count, self::options($options)];
        return $this->answer($this->library->{"ksef_qr_$call"}(...$given));
    }

    /** Bytes where C can read them; none of null. */
    private function bytes(?string $given): ?\FFI\CData
    {
        if ($given === null) {
            return null;
        }
        $bytes = $this->library->new('uint8_t[' . max(strlen($given), 1) . ']');
        \FFI::memcpy($bytes, $given, strlen($given));
        return $bytes;
    }

    /** @param array<string, mixed> $options */
    private static function options(array $options): string
    {
        return json_encode((object) $options, JSON_THROW_ON_ERROR | JSON_UNESCAPED_UNICODE);
    }

    private function answer(\FFI\CData $answer): Answer
    {
        return self::checked($this->library, $answer);
    }

    /** @internal */
    public static function checked(\FFI $library, \FFI\CData $answer): Answer
    {
        $checked = new Answer($library, $answer);
        if ($checked->status() > Answer::SOME_REFUSED) {
            throw KsefQrException::of($checked->lines()[0]);
        }
        return $checked;
    }
}

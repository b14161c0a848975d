<?php

declare(strict_types=1);

namespace KsefQr;

/** The book of invoices: what has codes gets the same ones again, what is new is entered. */
final class Book
{
    /** @internal */
    public function __construct(private readonly \FFI $library, public readonly \FFI\CData $handle)
    {
    }

    public function __destruct()
    {
        $this->library->ksef_qr_book_free($this->handle);
    }

    /** @param array<string, mixed> $options */
    public function entries(array $options = []): Answer
    {
        return KsefQr::checked($this->library, $this->library->ksef_qr_book_entries($this->handle, self::json($options)));
    }

    /** What KSeF must still get. @param array<string, mixed> $options */
    public function due(array $options = []): Answer
    {
        return KsefQr::checked($this->library, $this->library->ksef_qr_book_due($this->handle, self::json($options)));
    }

    /** Enters what KSeF said: a UPO, or its answer in JSON. @param array<string, mixed> $options */
    public function import(string $said, array $options = []): Answer
    {
        $bytes = $this->library->new('uint8_t[' . max(strlen($said), 1) . ']');
        \FFI::memcpy($bytes, $said, strlen($said));
        $answer = $this->library->ksef_qr_book_import($this->handle, $bytes, strlen($said), self::json($options));
        return KsefQr::checked($this->library, $answer);
    }

    /** @param array<string, mixed> $options */
    private static function json(array $options): string
    {
        return json_encode((object) $options, JSON_THROW_ON_ERROR | JSON_UNESCAPED_UNICODE);
    }
}

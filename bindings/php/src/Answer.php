<?php

declare(strict_types=1);

namespace KsefQr;

/** What came of a call: lines of JSON, as docs/contracts.md has them, and pictures and documents beside them. */
final class Answer
{
    /** All was done, and is right. */
    public const DONE = 0;
    /** Something was refused or is wrong: its line says why. */
    public const SOME_REFUSED = 1;

    /** @internal */
    public function __construct(private readonly \FFI $library, private readonly \FFI\CData $answer)
    {
    }

    public function __destruct()
    {
        $this->library->ksef_qr_answer_free($this->answer);
    }

    /** DONE or SOME_REFUSED. */
    public function status(): int
    {
        return $this->library->ksef_qr_answer_status($this->answer);
    }

    /** The lines, as they are. */
    public function json(): string
    {
        return $this->library->ksef_qr_answer_json($this->answer, null);
    }

    /** @return list<array<string, mixed>> one for each file, in order */
    public function lines(): array
    {
        $lines = array_filter(explode("\n", $this->json()), fn (string $line) => $line !== '');
        return array_map(fn (string $line) => json_decode($line, true, 512, JSON_THROW_ON_ERROR), array_values($lines));
    }

    /** The line of the one file that was given; throws why it was refused. @return array<string, mixed> */
    public function line(): array
    {
        $line = $this->lines()[0];
        if (($line['status'] ?? null) === 'refused') {
            throw KsefQrException::of($line['error']);
        }
        return $line;
    }

    /** A picture or document of the line number $line, by the name in it: kod1.png, kod2.svg, document.pdf. */
    public function buffer(string $name, int $line = 0): ?string
    {
        $length = $this->library->new('size_t');
        $bytes = $this->library->ksef_qr_answer_buffer($this->answer, $line, $name, \FFI::addr($length));
        return $bytes === null || \FFI::isNull($bytes) ? null : \FFI::string($bytes, $length->cdata);
    }
}

<?php

declare(strict_types=1);

namespace KsefQr;

/** An error of ksef-qr: its code is stable (docs/codes.md), its hint says what to do. */
final class KsefQrException extends \RuntimeException
{
    /** @param string|null $input which file it is about */
    public function __construct(
        public readonly string $errorCode,
        string $message,
        public readonly string $hint = '',
        public readonly ?string $input = null,
    ) {
        parent::__construct("$message [$errorCode]");
    }

    /** @param array<string, mixed> $error `code`, `message`, `hint`, and perhaps `input` */
    public static function of(array $error): self
    {
        return new self($error['code'], $error['message'], $error['hint'], $error['input'] ?? null);
    }
}

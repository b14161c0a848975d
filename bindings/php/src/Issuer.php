<?php

declare(strict_types=1);

namespace KsefQr;

/** Who signs: a certificate with its key, or a register of many. The key is wiped when this is destroyed. */
final class Issuer
{
    /** @internal */
    public function __construct(private readonly \FFI $library, public readonly \FFI\CData $handle)
    {
    }

    public function __destruct()
    {
        $this->library->ksef_qr_issuer_free($this->handle);
    }

    /** The certificates, by the day by which each is to be replaced. @param array<string, mixed> $options */
    public function certificates(array $options = []): Answer
    {
        $json = json_encode((object) $options, JSON_THROW_ON_ERROR);
        return KsefQr::checked($this->library, $this->library->ksef_qr_issuer_certificates($this->handle, $json));
    }

    /** @return array<string, string> */
    public function __debugInfo(): array
    {
        return ['key' => '[secret key elided]'];
    }
}

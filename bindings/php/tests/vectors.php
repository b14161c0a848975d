<?php

// Runs the table of bindings/vectors.py: php vectors.php LIBRARY TABLE

declare(strict_types=1);

use KsefQr\Answer;
use KsefQr\KsefQr;
use KsefQr\KsefQrException;

spl_autoload_register(fn (string $class) => require __DIR__ . '/../src/' . basename(str_replace('\\', '/', $class)) . '.php');

$library = new KsefQr($argv[1]);
$read = fn (string $path): ?string => $path === '-' ? null : file_get_contents($path);
$options = fn (string $field): array => $field === '-' ? [] : json_decode($field, true, 512, JSON_THROW_ON_ERROR);
[$passed, $failed] = [0, 0];
foreach (file($argv[2], FILE_IGNORE_NEW_LINES) as $row) {
    [$name, $call, $cert, $key, $issuerOptions, $xml, $pdf, $given, $status, $texts, $buffers] = explode("\t", $row);
    $answer = null;
    try {
        $issuer = $cert === '-' ? null : $library->issuerFromBytes($read($cert), $read($key), null, $options($issuerOptions));
        $files = $xml === '-' && $pdf === '-' ? [] : [['xml' => $read($xml), 'pdf' => $read($pdf)]];
        $answer = match ($call) {
            'issuer' => null,
            'sign', 'stamp', 'confirm' => $library->$call($issuer, $files, $options($given)),
            'link', 'check' => $library->$call($files, $options($given)),
            'verify' => $library->verify($files, $options($given), $issuer),
            'deadline', 'number', 'draw' => $library->$call($options($given)),
        };
        [$found, $json] = [$answer?->status() ?? Answer::DONE, $answer?->json() ?? ''];
    } catch (KsefQrException $error) {
        [$found, $json] = [2, "\"code\":\"{$error->errorCode}\""];
    }
    $missing = array_filter($texts === '-' ? [] : explode('|', $texts), fn (string $text) => !str_contains($json, $text));
    foreach ($buffers === '-' ? [] : explode(',', $buffers) as $buffer) {
        $begin = ['png' => "\x89PNG", 'pdf' => '%PDF', 'svg' => '<'][substr($buffer, -3)];
        if (!str_starts_with($answer?->buffer($buffer) ?? '', $begin)) {
            $missing[] = $buffer;
        }
    }
    $isRight = $found === (int) $status && $missing === [];
    $isRight ? $passed++ : $failed++;
    if (!$isRight) {
        echo "$name: status $found, without ", implode(', ', $missing), "\n  $json\n";
    }
}
// Options that are left out are an object, and memory is given back.
for ($round = 0; $round < 3; $round++) {
    $lines = $library->check(array_fill(0, 50, '<a/>'))->lines();
    count($lines) === 50 ? $passed++ : $failed++;
}
echo "$passed passed, $failed failed\n";
exit($failed > 0 || $passed === 0 ? 1 : 0);

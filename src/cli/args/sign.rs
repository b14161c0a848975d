use clap::Args;

use super::options::{
    CodeArgs, ContextArgs, CredentialArgs, EarlierCodesArgs, InputArgs, OutputArgs, PictureArgs, WhenArgs,
};

/// Make KOD I and KOD II for invoices issued offline
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  One invoice; the result is shown, the codes are in ksef-qr-out:
    ksef-qr sign invoice.xml --cert firm.crt --key firm.key

  A folder, without questions (the password is in a file that only you can read):
    ksef-qr sign invoices/ --cert firm.crt --key firm.key --password-file firm.password --out codes

  With a PKCS#12 file:
    ksef-qr sign invoices/ --p12 firm.p12

  Tens of thousands, from an archive to an archive; repeat the command to continue after a stop:
    ksef-qr sign june.zip --cert firm.crt --key firm.key --out june-codes.zip --resume

  From a program: one invoice in, one line of JSON out, no files:
    ksef-qr sign - --cert firm.crt --key firm.key --password-file firm.password \\
      --format none --json < invoice.xml

  The same codes once more, as SVG; nothing is signed, and no key is needed:
    ksef-qr sign invoices/ --codes ksef-qr-out/manifest.ndjson --format svg --out svg

  An accounting office: with its own certificate, or each client's with its own:
    ksef-qr sign invoices/ --cert office.crt --key office.key --on-behalf
    ksef-qr sign invoices/ --credentials clients.toml

Exit status: 0 all done, 1 some invoices refused, 2 nothing could be done, 130 interrupted.")]
pub struct SignArgs {
    #[command(flatten)]
    pub input: InputArgs,
    #[command(flatten)]
    pub credential: CredentialArgs,
    #[command(flatten)]
    pub context: ContextArgs,
    #[command(flatten)]
    pub earlier: EarlierCodesArgs,
    #[command(flatten)]
    pub codes: CodeArgs,
    #[command(flatten)]
    pub when: WhenArgs,
    #[command(flatten)]
    pub picture: PictureArgs,
    #[command(flatten)]
    pub output: OutputArgs,
}

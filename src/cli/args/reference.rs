use clap::Args;

/// What a code means, and what to do
///
/// Every refusal, warning and finding has a code, which stands in brackets behind it, and in JSON as "code". Without a
/// CODE all are listed.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ksef-qr explain certificate_is_authentication
  ksef-qr explain | grep password

Exit status: 0 explained, 2 there is no such code.")]
pub struct ExplainArgs {
    /// The code, such as password_wrong
    pub code: Option<String>,
    /// All codes as a page of Markdown: docs/codes.md
    #[arg(long, hide = true, conflicts_with = "code")]
    pub markdown: bool,
}

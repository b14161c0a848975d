//! The command, as a user types it: one file of `tests/cmd` for each behaviour and each refusal.

#[test]
fn command_line() {
    // Some of the cases need it.
    crate::common::scanner();
    let cases = trycmd::TestCases::new();
    cases.insert_var("[VERSION]", env!("CARGO_PKG_VERSION")).expect("a name that trycmd takes");
    cases
        .env("NO_COLOR", "1")
        .env("COLUMNS", "100")
        .env("KSEF_QR_CONFIG", "")
        .env("KSEF_QR_LANG", "en")
        .case("tests/cmd/*/*.toml");
}

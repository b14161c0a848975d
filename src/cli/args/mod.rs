//! The command line, as clap sees it. Nothing but `settings` looks at these types.

mod advise;
mod book;
mod cert;
mod check;
mod config;
mod confirm;
mod correct;
mod deadline;
pub mod kept;
mod key;
mod link;
mod number;
mod options;
pub mod pasted;
mod polish;
mod print;
mod reference;
mod sign;
mod stamp;
mod verify;
mod watch;

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue};
use clap::{Args as _, CommandFactory as _, Parser, Subcommand};

use crate::cli::words::language::{Language, language};
use crate::cli::words::likely_secret::silenced;
use crate::cli::words::text::{BAD, printable};

pub use advise::{AdviseArgs, AdviseMode};
pub use book::{
    BackupArgs, BookCheckArgs, BookCommand, BookCommandArgs, CreateArgs, DueArgs, ExportArgs, ImportArgs, ListArgs,
    Mark, MarkArgs, ShowArgs, StatusArgs,
};
pub use cert::{
    CertArgs, CertCheckArgs, CertCommand, CertShowArgs, ExpiringArgs, PasswordArgs, RegisterAddArgs, RegisterCheckArgs,
    RegisterCommand, RegisterListArgs, SinceArgs,
};
pub use check::CheckArgs;
pub use config::{ConfigArgs, ConfigCommand, ConfigShowArgs, GeneralArgs, InitArgs};
pub use confirm::{ConfirmArgs, PaperArgs, Print};
pub use correct::{Allowed, CorrectArgs};
pub use deadline::DeadlineArgs;
pub use key::{
    CertificateType, KeyArgs, KeyChoice, KeyCommand, KeyCsrArgs, KeyNewArgs, KeyPasswordArgs, KeyPublicArgs,
    SubjectArgs,
};
pub use link::LinkArgs;
pub use number::NumberArgs;
pub use options::{
    BookArgs, ClockArgs, CodeArgs, ContextArgs, CredentialArgs, Encoding, InputArgs, JobsArgs, OfflineMode,
    OtherCodesArgs, OutageArgs, OutputArgs, PictureArgs, Progress,
};
pub use print::PrintArgs;
pub use reference::{CompletionsArgs, DemoArgs, ExplainArgs, ManArgs, SchemaArgs};
pub use sign::SignArgs;
pub use stamp::{Arrange, IfOccupied, Page, PageCorner, PdfMismatch, PlaceArgs, StampArgs};
pub use verify::VerifyArgs;
pub use watch::{FolderArgs, WatchArgs, WatchCommand};

/// Signed verification links and QR codes for KSeF invoices issued offline.
///
/// Takes invoice XML, computes its hash, builds the links of KOD I and KOD II, signs KOD II with the issuer's
/// type 2 (Offline) KSeF certificate and draws both codes. Nothing is sent anywhere.
#[derive(Debug, Parser)]
#[command(name = "ksef-qr", version, max_term_width = 100, after_help = "Start here:  ksef-qr demo")]
pub struct Cli {
    #[command(flatten)]
    pub general: GeneralArgs,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    Sign(Box<SignArgs>),
    Link(Box<LinkArgs>),
    Stamp(Box<StampArgs>),
    Confirm(Box<ConfirmArgs>),
    Print(Box<PrintArgs>),
    Watch(Box<WatchArgs>),
    Check(CheckArgs),
    Correct(CorrectArgs),
    Advise(AdviseArgs),
    Deadline(DeadlineArgs),
    Number(NumberArgs),
    Verify(VerifyArgs),
    Book(BookCommandArgs),
    Status(StatusArgs),
    Cert(CertArgs),
    Key(KeyArgs),
    Init(InitArgs),
    Config(ConfigArgs),
    Explain(ExplainArgs),
    Schema(SchemaArgs),
    Demo(DemoArgs),
    Completions(CompletionsArgs),
    Man(ManArgs),
}

/// The command line as a whole.
pub fn command() -> clap::Command {
    Cli::command()
}

/// The part of it that understands these arguments, if they begin with the name of a command: to describe all commands takes as long
/// as an invoice. What this takes the whole takes too, and as the same; what it refuses, the whole has to refuse, because only that
/// knows all names and texts.
pub fn command_for(arguments: &[OsString]) -> Option<clap::Command> {
    let general = GeneralArgs::augment_args(clap::Command::new("ksef-qr"));
    Some(general.subcommand(command_alone(arguments.get(1)?.to_str()?)?))
}

fn command_alone(name: &str) -> Option<clap::Command> {
    let (name, described): (&'static str, fn(clap::Command) -> clap::Command) = match name {
        "sign" => ("sign", SignArgs::augment_args),
        "link" => ("link", LinkArgs::augment_args),
        "stamp" => ("stamp", StampArgs::augment_args),
        "confirm" => ("confirm", ConfirmArgs::augment_args),
        "print" => ("print", PrintArgs::augment_args),
        "check" => ("check", CheckArgs::augment_args),
        "verify" => ("verify", VerifyArgs::augment_args),
        "book" => ("book", BookCommandArgs::augment_args),
        "status" => ("status", StatusArgs::augment_args),
        _ => return None,
    };
    Some(described(clap::Command::new(name)))
}

/// The command line as a whole, with its help in the language of the user.
pub fn command_in_language() -> clap::Command {
    match language() {
        Language::English => command(),
        Language::Polish => polish::in_polish(command()),
    }
}

/// What clap says of arguments that it cannot take, and the help, in the language of the user; none if it says it so already.
pub fn said_in_language(error: &clap::Error) -> Option<String> {
    match language() {
        Language::English => None,
        Language::Polish if error.use_stderr() => {
            polish::error_in_polish(error, command).map(|words| format!("{BAD}błąd{BAD:#}: {words}\n"))
        }
        Language::Polish => Some(polish::usage_in_polish(&error.render().ansi().to_string())),
    }
}

/// The error with the arguments that it quotes as they may be shown on a terminal.
pub fn printable_error(mut error: clap::Error) -> clap::Error {
    let shown = |text: &str| printable(&silenced(text)).into_owned();
    let steers = |text: &str| printable(text) != text;
    let quoted = error.context().filter_map(|(kind, value)| match value {
        ContextValue::String(text) if steers(text) => Some((kind, ContextValue::String(shown(text)))),
        ContextValue::Strings(texts) if texts.iter().any(|text| steers(text)) => {
            Some((kind, ContextValue::Strings(texts.iter().map(|text| shown(text)).collect())))
        }
        _ => None,
    });
    let quoted: Vec<(ContextKind, ContextValue)> = quoted.collect();
    for (kind, value) in quoted {
        error.insert(kind, value);
        // It quotes the argument too, among styles of its own.
        error.remove(ContextKind::Suggested);
    }
    error
}

/// What an option is where nothing says it, if it has a default.
pub fn default_of(command: &clap::Command, option: &str) -> Option<String> {
    let own = command.get_arguments().find(|arg| arg.get_long() == Some(option));
    match own.and_then(|arg| arg.get_default_values().first()) {
        Some(value) => Some(value.to_string_lossy().into_owned()),
        None => command.get_subcommands().find_map(|below| default_of(below, option)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All commands, and those below them.
    fn all(command: clap::Command) -> Vec<clap::Command> {
        let below: Vec<_> = command.get_subcommands().filter(|below| below.get_name() != "help").cloned().collect();
        std::iter::once(command).chain(below.into_iter().flat_map(all)).collect()
    }

    #[test]
    fn the_command_line_is_well_formed() {
        command().debug_assert();
    }

    #[test]
    fn a_command_is_described_alone_as_among_the_others() {
        let whole = command();
        let alone = |one: &clap::Command| command_alone(one.get_name());
        let both: Vec<_> = whole.get_subcommands().filter_map(|one| Some((one.clone(), alone(one)?))).collect();
        assert_eq!(both.len(), 9);
        for (one, alone) in both {
            for (one, alone) in all(one).iter().zip(all(alone)) {
                let name = one.get_name();
                assert_eq!(alone.get_name(), name);
                let differing = one.get_arguments().zip(alone.get_arguments());
                let mut differing = differing.map(|(one, alone)| [one, alone].map(|arg| format!("{arg:?}")));
                assert_eq!(differing.find(|[one, alone]| one != alone), None, "{name}");
                let parts = |command: &clap::Command| {
                    let groups: Vec<_> = command.get_groups().map(|group| format!("{group:?}")).collect();
                    (command.get_arguments().count(), groups, command.get_subcommands().count())
                };
                assert_eq!(parts(&alone), parts(one), "{name}");
            }
        }
    }

    #[test]
    fn arguments_are_understood_by_the_part_as_by_the_whole() {
        let mut understood = 0;
        for line in [
            "sign a.xml",
            "sign a.xml b --lang pl --env test --format png,svg --no-config --jobs 3",
            "sign --json - --cert a --key b",
            "sign -- --out",
            "sign",
            "sign --help",
            "sign -h",
            "sign -V",
            "sign a.xml --version",
            "sign a.xml --frobnicate",
            "sign a.xml --env nowhere",
            "sign a.xml --env test --env demo",
            "sign link",
            "sign help",
            "link a.xml --kod1-alone",
            "stamp a.pdf --page last",
            "book",
            "book list --open",
            "book show nothing --open",
            "book help",
            "status a.book 1",
            "check a --xsd b",
            "verify --manifest a --cert b",
            "help sign",
            "--lang pl sign a.xml",
            "--help",
            "sing a.xml",
            "",
        ] {
            let arguments: Vec<OsString> =
                ["ksef-qr"].into_iter().chain(line.split_whitespace()).map(Into::into).collect();
            let part = command_for(&arguments).map(|part| part.try_get_matches_from(&arguments));
            let whole = command().try_get_matches_from(&arguments);
            match (part, whole) {
                (Some(Ok(part)), whole) => {
                    understood += 1;
                    let whole = whole.unwrap();
                    // Of the command before it only the arguments for all commands are left.
                    let of_all = |matches: &clap::ArgMatches| {
                        (
                            matches.get_one("config").cloned(),
                            matches.get_one("lang").cloned(),
                            matches.get_flag("no_config"),
                        )
                    };
                    let of_all: [(Option<std::path::PathBuf>, Option<String>, bool); 2] = [&part, &whole].map(of_all);
                    assert_eq!(of_all[0], of_all[1], "{line}");
                    let below = |matches: clap::ArgMatches| format!("{:?}", matches.subcommand());
                    assert!(below(part) == below(whole), "{line}");
                }
                (Some(Err(_)), whole) => assert!(whole.is_err(), "{line}"),
                (None, _) => {}
            }
        }
        assert!(understood > 8, "{understood}");
    }

    #[test]
    fn the_short_help_has_one_line_for_each_option() {
        let mut wrapped = String::new();
        for command in all(command()) {
            let help = |width| command.clone().max_term_width(0).term_width(width).render_help().to_string();
            let (narrow, wide) = (help(100), help(10_000));
            for line in wide.lines().filter(|line| !narrow.lines().any(|other| other == *line)) {
                wrapped.extend([command.get_name(), ": ", line, "\n"]);
            }
        }
        assert!(wrapped.is_empty(), "longer than 100 columns:\n{wrapped}");
    }

    /// Else `--ended 2026-06-20 invoice.xml` would take the invoice for a day.
    #[test]
    fn no_option_swallows_the_file_names_after_it() {
        let mut built = command();
        built.build();
        for command in all(built) {
            for option in command.get_arguments().filter(|arg| !arg.is_positional()) {
                let count = option.get_num_args().unwrap();
                // One that may go without a value takes it behind an equals sign alone.
                let is_fixed = count.min_values() == count.max_values() || option.is_require_equals_set();
                assert!(is_fixed && count.max_values() <= 1, "{} --{}: {count}", command.get_name(), option.get_id());
            }
        }
    }

    /// One spelling of a day, a NIP, an environment or a mode is as good in one command as in another.
    #[test]
    fn values_are_taken_as_people_write_them() {
        let spellings: [(&str, &[&str]); 4] = [
            (
                "mode",
                &[
                    "awaria",
                    "AWARIA",
                    "Niedostępność",
                    "NIEDOSTĘPNOŚĆ",
                    "niedostepnosc",
                    "Awaria całkowita",
                    "awaria-calkowita",
                    "awaria_calkowita",
                    "Offline24",
                    "offline 24",
                    "OFFLINE-24",
                    "unavailability",
                ],
            ),
            ("env", &["PROD", "Test", "DEMO", "production", "produkcja", "testowe", "przedprodukcyjne"]),
            ("YYYY-MM-DD", &["2026-11-26", "26.11.2026", "26-11-2026", "1.6.2026"]),
            ("NIP", &["526-587-76-35", "PL 5265877635", "PL526-587-76-35", "5265877635"]),
        ];
        let mut seen = [0; 4];
        for command in all(command()) {
            for option in command.get_arguments().filter(|arg| !arg.is_positional()) {
                let value_name = option.get_value_names().and_then(|names| names.first()).map(|name| &**name);
                for (index, (name, texts)) in spellings.iter().enumerate() {
                    if option.get_id() != name && value_name != Some(name) {
                        continue;
                    }
                    seen[index] += 1;
                    for text in *texts {
                        let alone = clap::Arg::new("it").long("it").value_parser(option.get_value_parser().clone());
                        let parsed = clap::Command::new("test").arg(alone).try_get_matches_from(["test", "--it", text]);
                        assert!(parsed.is_ok(), "{} --{}: {text}", command.get_name(), option.get_id());
                    }
                }
            }
        }
        assert!(seen.iter().all(|&count| count >= 2), "{seen:?}");
    }

    #[test]
    fn examples_can_be_copied() {
        for command in all(command()) {
            let examples = command.get_after_long_help().map(ToString::to_string).unwrap_or_default();
            for line in examples.lines() {
                assert!(line.chars().count() <= 100, "{}: {line}", command.get_name());
            }
        }
    }

    #[test]
    fn the_short_help_is_shorter_and_each_option_is_under_its_heading() {
        for command in all(command()).iter().filter(|command| command.get_arguments().count() > 15) {
            let (short, long) = (command.clone().render_help(), command.clone().render_long_help());
            let lines = |text: clap::builder::StyledStr| text.to_string().lines().count();
            assert!(lines(short) * 2 < lines(long), "{}", command.get_name());
        }
        for name in ["sign", "stamp", "confirm", "check"] {
            let command = command().find_subcommand(name).unwrap().clone();
            for option in ["mode", "ended", "failure", "non_working_days"] {
                let arg = command.get_arguments().find(|arg| arg.get_id() == option).unwrap();
                assert_eq!(arg.get_help_heading(), Some("When and why"), "{name} --{option}");
            }
            let mode = command.get_arguments().find(|arg| arg.get_id() == "mode").unwrap();
            let help = mode.get_help().unwrap().to_string();
            assert!(["offline24", "unavailable", "failure", "total"].iter().all(|mode| help.contains(mode)), "{help}");
        }
    }

    #[test]
    fn completions_offer_the_values_that_there_are() {
        let sign = command().find_subcommand("sign").unwrap().clone();
        for (option, value) in
            [("env", "demo"), ("format", "svg"), ("ecc", "q"), ("mode", "unavailable"), ("signature_encoding", "der")]
        {
            let arg = sign.get_arguments().find(|arg| arg.get_id() == option).unwrap();
            let values = arg.get_possible_values();
            assert!(values.iter().any(|known| known.get_name() == value), "--{option}: {values:?}");
        }
        let mut script = Vec::new();
        clap_complete::generate(clap_complete::Shell::Bash, &mut command(), "ksef-qr", &mut script);
        let script = String::from_utf8(script).unwrap();
        for values in ["prod demo test", "png svg pdf none", "l m q h", "offline24 unavailable failure total"] {
            assert!(script.contains(&format!("compgen -W \"{values}\"")), "{values}");
        }
    }

    #[test]
    fn every_mode_is_explained() {
        let explained = |command: &clap::Command, mode: &clap::builder::PossibleValue| {
            let mode_arg = command.get_arguments().find(|arg| arg.get_id() == "mode").unwrap();
            let line = format!("- {}: {}", mode.get_name(), mode.get_help().unwrap()).to_lowercase();
            let help = mode_arg.get_long_help().unwrap().to_string().to_lowercase();
            assert!(help.contains(&line), "{}: {line}", command.get_name());
        };
        for name in ["sign", "stamp", "confirm", "check", "deadline", "advise"] {
            let command = command().find_subcommand(name).unwrap().clone();
            let mode = command.get_arguments().find(|arg| arg.get_id() == "mode").unwrap();
            let modes = mode.get_possible_values();
            assert!(modes.len() >= 4);
            for mode in &modes {
                explained(&command, mode);
            }
        }
    }
}

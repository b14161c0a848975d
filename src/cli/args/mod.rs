//! The command line, as clap sees it. Nothing but `settings` looks at these types.

mod advise;
mod cert;
mod check;
mod confirm;
mod deadline;
mod key;
mod link;
mod number;
mod options;
mod reference;
mod sign;
mod stamp;
mod verify;

use clap::{CommandFactory as _, Parser, Subcommand};

pub use advise::{AdviseArgs, AdviseMode};
pub use cert::{
    CertArgs, CertCheckArgs, CertCommand, CertShowArgs, ExpiringArgs, PasswordArgs, RegisterAddArgs, RegisterCheckArgs,
    RegisterCommand, RegisterListArgs, SinceArgs,
};
pub use check::CheckArgs;
pub use confirm::{ConfirmArgs, PaperArgs, Print};
pub use deadline::DeadlineArgs;
pub use key::{
    CertificateType, KeyArgs, KeyChoice, KeyCommand, KeyCsrArgs, KeyNewArgs, KeyPasswordArgs, KeyPublicArgs,
    SubjectArgs,
};
pub use link::LinkArgs;
pub use number::NumberArgs;
pub use options::{
    ClockArgs, CodeArgs, ContextArgs, CredentialArgs, Encoding, InputArgs, OfflineMode, OtherCodesArgs, OutageArgs,
    OutputArgs, PictureArgs, Progress,
};
pub use reference::{CompletionsArgs, DemoArgs, ExplainArgs, ManArgs, SchemaArgs};
pub use sign::SignArgs;
pub use stamp::{Arrange, IfOccupied, Page, PageCorner, PdfMismatch, PlaceArgs, StampArgs};
pub use verify::VerifyArgs;

/// Signed verification links and QR codes for KSeF invoices issued offline.
///
/// Takes invoice XML, computes its hash, builds the links of KOD I and KOD II, signs KOD II with the issuer's
/// type 2 (Offline) KSeF certificate and draws both codes. Nothing is sent anywhere.
#[derive(Debug, Parser)]
#[command(name = "ksef-qr", version, max_term_width = 100, after_help = "Start here:  ksef-qr demo")]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    Sign(Box<SignArgs>),
    Link(Box<LinkArgs>),
    Stamp(Box<StampArgs>),
    Confirm(Box<ConfirmArgs>),
    Check(CheckArgs),
    Advise(AdviseArgs),
    Deadline(DeadlineArgs),
    Number(NumberArgs),
    Verify(VerifyArgs),
    Cert(CertArgs),
    Key(KeyArgs),
    Explain(ExplainArgs),
    Schema(SchemaArgs),
    Demo(DemoArgs),
    Completions(CompletionsArgs),
    Man(ManArgs),
}

/// The command line as a whole, for what is printed about it.
pub fn command() -> clap::Command {
    Cli::command()
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

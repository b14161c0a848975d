//! `ksef-qr config show`.

use serde::Serialize;

use crate::cli::exit::ExitStatus;
use crate::cli::settings::{ConfigShow, KeptSetting, Origin};
use crate::cli::words::say::{say, words};
use crate::cli::words::text::{DIM, printable};

#[derive(Serialize)]
struct SettingLine<'a> {
    r#type: &'static str,
    name: &'static str,
    value: Option<&'a str>,
    from: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    variable: Option<&'static str>,
}

/// Shows each setting, and where it comes from.
pub fn run(settings: &ConfigShow) -> anyhow::Result<ExitStatus> {
    let file = settings.file.as_ref().map(|file| file.to_string_lossy().into_owned());
    if settings.json {
        for KeptSetting { name, value, origin } in &settings.rows {
            let (from, line, variable) = match origin {
                Origin::File(line) => ("file", Some(*line), None),
                Origin::Variable(variable) => ("variable", None, Some(*variable)),
                Origin::Default => ("default", None, None),
            };
            let file = line.and(file.clone());
            let line = SettingLine { r#type: "setting", name, value: value.as_deref(), from, file, line, variable };
            say!("{}", serde_json::to_string(&line)?);
        }
        return Ok(ExitStatus::Done);
    }
    match &file {
        Some(file) => say!("Settings are kept in {}", printable(file)),
        None => say!("No settings are kept; ksef-qr init writes them"),
    }
    let width = settings.rows.iter().map(|row| row.name.len()).max().unwrap_or_default();
    for KeptSetting { name, value, origin } in &settings.rows {
        let origin = match (origin, value) {
            (Origin::File(line), _) => words!("line {line}"),
            (Origin::Variable(variable), _) => words!("the variable {variable}"),
            (Origin::Default, Some(_)) => words!("default"),
            (Origin::Default, None) => words!("not set"),
        };
        match value {
            Some(value) => say!("  {name:width$}  {}  {DIM}({origin}){DIM:#}", printable(value)),
            None => say!("  {name:width$}  {DIM}({origin}){DIM:#}"),
        }
    }
    Ok(ExitStatus::Done)
}

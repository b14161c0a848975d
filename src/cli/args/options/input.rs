use std::path::PathBuf;

use clap::Args;

/// Which invoices.
#[derive(Debug, Args)]
#[group(id = "inputs", required = true, multiple = true)]
pub struct InputArgs {
    /// Invoices: XML files, folders, archives, patterns in quotes, - for standard input
    ///
    /// Of a folder every *.xml in it and below is read, of an archive (.zip, .tar, .tar.gz, .tgz) the same. Standard input
    /// holds one invoice.
    #[arg(value_name = "INPUT", group = "inputs")]
    pub input: Vec<PathBuf>,
    /// Read the list of inputs from a file, one a line; - for standard input
    ///
    /// Each line names a file, a folder, an archive or a pattern.
    #[arg(long, value_name = "LIST", group = "inputs", hide_short_help = true, help_heading = "Input")]
    pub files_from: Vec<PathBuf>,
}

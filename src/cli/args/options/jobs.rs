use clap::Args;

/// On how many threads.
#[derive(Debug, Args)]
pub struct JobsArgs {
    /// How many files to work on at a time, 1 to 256
    ///
    /// The number of processors, if left out.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256), hide_short_help = true)]
    pub jobs: Option<u16>,
}

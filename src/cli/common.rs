//! Options that commands share.

use checks::finding::Severity;
use clap::{Args, ValueEnum};
use std::io::IsTerminal;
use std::path::PathBuf;

/// Where AWS is, and who asks. Names and meaning are those of the AWS CLI.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "AWS")]
pub struct Connection {
    /// Region of the subject
    #[arg(long, value_name = "REGION")]
    pub region: Option<String>,
    /// Profile of the shared configuration files
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// Endpoint to use for every service
    #[arg(long, value_name = "URL")]
    pub endpoint_url: Option<String>,
    /// Role to assume before anything is read
    #[arg(long, value_name = "ARN")]
    pub role_arn: Option<String>,
    /// External id for --role-arn
    #[arg(long, value_name = "ID", requires = "role_arn")]
    pub external_id: Option<String>,
}

/// What to print, and where to.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Output")]
pub struct Output {
    /// Form of the report
    #[arg(long, value_enum, default_value = "table", value_name = "FORM")]
    pub output: Form,
    /// Write the report to a file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub output_file: Option<PathBuf>,
    /// From which severity on the exit code is 1
    #[arg(long, value_enum, default_value = "degraded", value_name = "SEVERITY")]
    pub fail_on: FailOn,
    /// Colours in the report
    #[arg(long, value_enum, default_value = "auto", value_name = "WHEN")]
    pub color: Color,
    /// Tell each call and wave, and every check
    #[arg(short, long)]
    pub verbose: bool,
    /// Nothing on standard error but errors
    #[arg(long, conflicts_with = "verbose")]
    pub quiet: bool,
}

/// A form of report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// For people at a terminal.
    Table,
    /// For programs: schema `aws-triage.report/1`.
    Json,
}

/// From which severity on findings make a run fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Blockers only.
    Blocker,
    /// Blockers and what works in part.
    Degraded,
    /// Any finding but open questions.
    Advice,
    /// Nothing.
    Never,
}

impl FailOn {
    /// Whether a finding of this severity makes the run fail.
    pub fn counts(self, severity: Severity) -> bool {
        match self {
            Self::Blocker => severity <= Severity::Blocker,
            Self::Degraded => severity <= Severity::Degraded,
            Self::Advice => severity <= Severity::Advice,
            Self::Never => false,
        }
    }
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Output {
    /// Style for a report that goes to standard output or to a file.
    pub(crate) fn style(&self) -> reports::Style {
        let to_terminal = self.output_file.is_none() && std::io::stdout().is_terminal();
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let colour = match self.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => to_terminal && !no_color,
        };
        let columns = std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok());
        let width = columns.or_else(|| to_terminal.then(terminal_width).flatten()).unwrap_or(100);
        reports::Style { colour, width: width.clamp(40, 200), verbose: self.verbose }
    }

    /// The renderer's format.
    pub(crate) fn format(&self) -> reports::Format {
        match self.output {
            Form::Table => reports::Format::Table,
            Form::Json => reports::Format::Json,
        }
    }
}

/// Columns of the terminal, when one is there to ask.
fn terminal_width() -> Option<usize> {
    terminal_size::terminal_size().map(|(width, _)| usize::from(width.0))
}

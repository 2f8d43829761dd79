//! Pure renderers: a report in, text out.
//!
//! Nothing here does I/O, looks up the terminal or can panic: format, width and colour are parameters. Text that comes from AWS
//! (tags, names, field values, error messages) is untrusted and is made harmless on its way out, see `escape`.

pub mod escape;
pub mod json;
mod page;
#[cfg(test)]
mod sample;
mod table;
mod text;

use checks::report::Report;

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people: the cause first, wrapped to the width of the terminal.
    Table,
    /// For programs: one pretty-printed document of schema [`json::v1::SCHEMA`].
    Json,
}

/// How the text for people looks; formats for programs ignore it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Whether to use ANSI colours; the words stay the same.
    pub colour: bool,
    /// Columns to fill. Only commands to paste are longer; below 40 counts as 40, above 140 as 140.
    pub width: usize,
    /// Whether to show every check with its whole reason, and every fix with its commands.
    pub verbose: bool,
}

/// Writes a report; the text ends with a line feed. `tool_version` is such as `0.1.0`.
pub fn render(report: &Report, format: Format, style: Style, tool_version: &str) -> String {
    match format {
        Format::Table => table::render(report, style, tool_version),
        Format::Json => json::v1::render(report, tool_version),
    }
}

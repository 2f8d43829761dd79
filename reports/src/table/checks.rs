//! What was looked at: as important as what was found.

use super::subject::Detail;
use crate::page::{BAD, FAINT, GOOD, PLAIN, Page, Paint, STRONG, UNKNOWN};
use crate::text;
use checks::diagnosis::{Check, Status};

/// Columns that rule ids take at most.
const RULE: usize = 40;

/// Writes the numbers, and the checks by layer: those that passed, or all of them when verbose.
pub(crate) fn write(page: &mut Page, checks: &[Check], detail: Detail) {
    let is_listed = |check: &&Check| detail.verbose || (detail.passes && check.status == Status::Pass);
    let listed: Vec<&Check> = checks.iter().filter(is_listed).collect();
    let mut numbers = numbers(checks);
    if listed.is_empty() && !checks.is_empty() {
        numbers.push("(-v lists them)".to_owned());
    }
    page.units("checked  ", STRONG, 9, numbers.iter().map(String::as_str));
    let column = listed.iter().map(|check| text::width(check.rule)).max().unwrap_or(0).min(RULE);
    for layer in layers(&listed) {
        page.line(&[(&format!("  {layer}"), FAINT)]);
        for check in listed.iter().filter(|check| check.layer == layer) {
            write_one(page, check, column, detail);
        }
    }
}

/// `9 rules: ` and the numbers, each in one piece.
fn numbers(checks: &[Check]) -> Vec<String> {
    let counts = [
        (Status::Fail, "failed"),
        (Status::CannotTell, "cannot tell"),
        (Status::Pass, "passed"),
        (Status::NotApplicable, "not applicable"),
    ];
    let mut parts: Vec<String> = counts
        .into_iter()
        .map(|(status, word)| (checks.iter().filter(|check| check.status == status).count(), word))
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word},"))
        .collect();
    if let Some(last) = parts.last_mut() {
        last.pop();
    }
    let colon = if parts.is_empty() { "" } else { ":" };
    parts.insert(0, format!("{}{colon}", text::counted(checks.len(), "rule")));
    parts
}

/// The layers in the order in which they first appear.
fn layers<'a>(checks: &[&'a Check]) -> Vec<&'a str> {
    let mut layers: Vec<&str> = Vec::new();
    for check in checks {
        if !layers.contains(&check.layer) {
            layers.push(check.layer);
        }
    }
    layers
}

/// One line; when verbose the whole reason, however many lines it takes.
fn write_one(page: &mut Page, check: &Check, column: usize, detail: Detail) {
    let (word, paint) = word(check.status);
    let lead = format!("    {word:<4}");
    let reason = if check.status == Status::Fail { check.title } else { &check.reason };
    if detail.verbose {
        page.flow(&format!("{lead}  "), paint, 12, &format!("{}: {reason}", check.rule));
    } else {
        let blanks = " ".repeat(column.saturating_sub(text::width(check.rule)));
        page.line(&[(&lead, paint), (&format!("{}{blanks}  ", check.rule), PLAIN), (reason, FAINT)]);
    }
}

fn word(status: Status) -> (&'static str, Paint) {
    match status {
        Status::Pass => ("ok", GOOD),
        Status::Fail => ("FAIL", BAD),
        Status::CannotTell => ("?", UNKNOWN),
        Status::NotApplicable => ("n/a", FAINT),
    }
}

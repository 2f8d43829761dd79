//! The report for people: the cause first, then what proves it and mends it, then what could not be judged and what was looked at.

mod checks;
mod decision;
mod evidence;
mod finding;
mod fix;
mod overview;
mod path;
#[cfg(test)]
mod properties;
mod subject;
#[cfg(test)]
mod tests;
mod unknown;

use crate::Style;
use crate::page::{FAINT, Page};
use crate::text;
use ::checks::diagnosis::Diagnosis;
use ::checks::report::Report;

/// Writes the report; subjects in the worst state come first.
pub(crate) fn render(report: &Report, style: Style, tool_version: &str) -> String {
    let mut page = Page::new(style);
    let mut subjects: Vec<&Diagnosis> = report.subjects.iter().collect();
    subjects.sort_by_key(|diagnosis| diagnosis.verdict);
    match subjects.as_slice() {
        [] => page.flow("", FAINT, 0, "no subject was judged"),
        [only] => subject::write(&mut page, only, subject::Detail { passes: true, verbose: style.verbose }),
        several => {
            overview::write(&mut page, several);
            for diagnosis in several {
                page.gap();
                page.rule();
                let detail = subject::Detail { passes: style.verbose, verbose: style.verbose };
                subject::write(&mut page, diagnosis, detail);
            }
            page.gap();
            page.rule();
        }
    }
    if subjects.len() < 2 {
        page.gap();
    }
    footer(&mut page, report, tool_version);
    page.finish()
}

/// Whom it is about, and what was read for it.
fn footer(page: &mut Page, report: &Report, tool_version: &str) {
    let account = if report.account.is_empty() { "not known" } else { &report.account };
    let region = if report.region.is_empty() { String::new() } else { format!("{}, ", report.region) };
    let place = format!("{}, account {account}, {region}aws-triage {tool_version}", report.finished_at);
    page.flow("", FAINT, 2, &place);
    let calls = text::counted(report.calls.count, "call");
    let denied: Vec<&str> = report.calls.denied.iter().map(|denied| denied.action.as_str()).collect();
    let denied = if denied.is_empty() {
        "none denied".to_owned()
    } else {
        format!("{} denied: {}", denied.len(), denied.join(", "))
    };
    page.flow("", FAINT, 2, &format!("facts from {calls}, {denied}"));
}

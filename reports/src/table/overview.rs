//! Several subjects at a glance.

use super::subject;
use crate::page::{Cell, Page};
use crate::text;
use checks::diagnosis::{Diagnosis, Verdict};

/// Columns that the cause of a subject gets at least.
const CAUSE: usize = 24;

/// A table with a line or two for each subject, and the numbers below it.
pub(crate) fn write(page: &mut Page, subjects: &[&Diagnosis]) {
    let names = subjects.iter().map(|diagnosis| text::width(&subject::label(&diagnosis.subject)));
    // The widest verdict is "inconclusive"; columns are two apart.
    let others = 12_usize.saturating_add(4);
    let label = names.max().unwrap_or(0).min(page.width().saturating_sub(others).saturating_sub(CAUSE));
    let cause = page.width().saturating_sub(others).saturating_sub(label);
    let rows = subjects
        .iter()
        .map(|diagnosis| {
            vec![
                Cell::cut(&subject::label(&diagnosis.subject), label),
                Cell::of(&diagnosis.verdict.word().to_uppercase()),
                Cell::cut(cause_of(diagnosis), cause.saturating_mul(2).saturating_sub(6)),
            ]
        })
        .collect();
    page.grid(0, &["subject", "verdict", "cause"], rows);
    page.gap();
    page.flow("", crate::page::PLAIN, 2, &numbers(subjects));
}

fn numbers(subjects: &[&Diagnosis]) -> String {
    let of = |verdict| subjects.iter().filter(|diagnosis| diagnosis.verdict == verdict).count();
    let numbers = [Verdict::Broken, Verdict::Degraded, Verdict::Inconclusive, Verdict::Healthy]
        .into_iter()
        .filter(|verdict| of(*verdict) > 0)
        .map(|verdict| format!("{} {}", of(verdict), verdict.word()));
    format!("{}: {}", text::counted(subjects.len(), "subject"), numbers.collect::<Vec<_>>().join(", "))
}

/// The worst finding in a few words; the whole sentence when there is none.
fn cause_of(diagnosis: &Diagnosis) -> &str {
    let is_explained = matches!(diagnosis.verdict, Verdict::Broken | Verdict::Degraded);
    match diagnosis.findings.first() {
        Some(first) if is_explained => &first.title,
        _ => &diagnosis.summary,
    }
}

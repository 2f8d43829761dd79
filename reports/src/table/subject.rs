//! One subject: the verdict, the cause in a sentence, and everything behind it.

use super::{checks, decision, finding, path, unknown};
use crate::page::{BAD, GOOD, PLAIN, Page, Paint, STRONG, UNKNOWN, WARNING};
use crate::text;
use ::checks::diagnosis::{Diagnosis, Subject, Verdict};
use ::checks::finding::{Finding, Severity};
use ::checks::iam::Verdict as Decided;

/// How much to say.
#[derive(Clone, Copy)]
pub(crate) struct Detail {
    /// Whether to list the checks that passed.
    pub(crate) passes: bool,
    /// Whether to show every check, and advice with its proof and commands.
    pub(crate) verbose: bool,
}

/// Writes one subject.
pub(crate) fn write(page: &mut Page, diagnosis: &Diagnosis, detail: Detail) {
    headline(page, diagnosis);
    page.flow("", PLAIN, 0, &diagnosis.summary);
    path::write(page, &diagnosis.ways, detail.verbose);
    if let Some(decided) = &diagnosis.decision {
        decision::write(page, decided);
    }
    let of = |wanted: Severity| diagnosis.findings.iter().filter(move |finding| finding.severity == wanted);
    for (at, found) in of(Severity::Blocker).chain(of(Severity::Degraded)).enumerate() {
        page.gap();
        let is_told = at == 0 && tells(&diagnosis.summary, found);
        let show = finding::Show { is_told, is_verbose: detail.verbose, is_on_listed_path: !diagnosis.ways.is_empty() };
        finding::write(page, found, show);
    }
    let open: Vec<&Finding> = of(Severity::CannotTell).collect();
    if !open.is_empty() {
        page.gap();
        unknown::write(page, &open, detail.verbose);
    }
    for advice in of(Severity::Advice) {
        page.gap();
        finding::advice(page, advice, detail.verbose);
    }
    page.gap();
    if diagnosis.subject.kind == "path" {
        page.flow("not looked at  ", STRONG, 15, "firewalls and services inside the machines");
    } else if diagnosis.subject.kind != "request" {
        checks::write(page, &diagnosis.checks, detail);
    }
}

/// `i-0abc (web-1)`.
pub(crate) fn label(subject: &Subject) -> String {
    match subject.name.as_deref() {
        Some(name) if !name.is_empty() => crate::escape::terminal(&format!("{} ({name})", subject.id)).into_owned(),
        _ => crate::escape::terminal(&subject.id).into_owned(),
    }
}

fn headline(page: &mut Page, diagnosis: &Diagnosis) {
    let verdict = word(diagnosis);
    let room = page.width().saturating_sub(text::width(&verdict)).saturating_sub(2);
    let label = text::cut(&label(&diagnosis.subject), room);
    page.line(&[(&label, STRONG), ("  ", PLAIN), (&verdict, paint(diagnosis.verdict))]);
}

/// A request is allowed or not; everything else is healthy or not.
fn word(diagnosis: &Diagnosis) -> String {
    match diagnosis.decision.as_ref().map(|decision| decision.verdict) {
        Some(Decided::Allowed) => "ALLOWED".to_owned(),
        Some(Decided::ExplicitlyDenied | Decided::ImplicitlyDenied) => "DENIED".to_owned(),
        Some(Decided::Unknown) => "NOT KNOWN".to_owned(),
        None => diagnosis.verdict.word().to_uppercase(),
    }
}

/// Whether the summary, which stands above the first finding, has its sentence already: as a whole, or behind what was expected.
fn tells(summary: &str, found: &Finding) -> bool {
    summary.split_once(found.detail.as_str()).is_some_and(|(lead, rest)| {
        (lead.is_empty() || lead.ends_with(": ")) && (rest.is_empty() || rest.starts_with(", and "))
    })
}

fn paint(verdict: Verdict) -> Paint {
    match verdict {
        Verdict::Broken => BAD,
        Verdict::Degraded => WARNING,
        Verdict::Inconclusive => UNKNOWN,
        Verdict::Healthy => GOOD,
    }
}

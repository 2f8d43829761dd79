//! A finding: the fault, the way to it, the proof and the cure.

use super::{evidence, fix};
use crate::page::{BAD, FAINT, NOTE, PLAIN, Page, Paint, UNKNOWN, WARNING};
use checks::finding::{Finding, Severity, Step};

/// How to show a finding.
#[derive(Clone, Copy, Default)]
pub(crate) struct Show {
    /// Whether its sentence stands above already.
    pub(crate) is_told: bool,
    /// Whether to show everything that is known of it.
    pub(crate) is_verbose: bool,
    /// Whether the path stands above, so that not the way to the fault but its code is of interest.
    pub(crate) is_on_listed_path: bool,
}

/// Writes a finding in full.
pub(crate) fn write(page: &mut Page, finding: &Finding, show: Show) {
    title(page, finding, show.is_verbose || show.is_on_listed_path);
    if !show.is_told {
        page.flow("  ", PLAIN, 2, &finding.detail);
    }
    proof(page, finding, show);
    if let Some(cure) = &finding.fix {
        if !cure.commands.is_empty() {
            page.gap();
        }
        fix::write(page, cure);
    }
}

/// Writes a piece of advice in a few lines; proof and commands only when `is_verbose`.
pub(crate) fn advice(page: &mut Page, finding: &Finding, is_verbose: bool) {
    if is_verbose {
        return write(page, finding, Show { is_verbose: true, ..Show::default() });
    }
    title(page, finding, false);
    page.flow("  ", PLAIN, 2, &finding.detail);
    if let Some(cure) = &finding.fix {
        fix::brief(page, cure);
    }
}

fn title(page: &mut Page, finding: &Finding, has_code: bool) {
    let lead = format!("{}  ", finding.severity.word().to_uppercase());
    page.flow(&lead, paint(finding.severity), 2, &finding.title);
    let code = finding.reachability_code.filter(|_| has_code).map(|code| format!(" ({code})")).unwrap_or_default();
    page.line(&[(&format!("  {}{code}", finding.rule), FAINT)]);
}

fn proof(page: &mut Page, finding: &Finding, show: Show) {
    if show.is_verbose && !finding.resources.is_empty() {
        let resources: Vec<String> =
            finding.resources.iter().map(|resource| format!("{} {}", resource.kind, resource.id)).collect();
        page.flow("  about  ", FAINT, 9, &resources.join(", "));
    }
    if !finding.path.is_empty() && !show.is_on_listed_path {
        let steps: Vec<String> = finding.path.iter().enumerate().map(|(at, step)| hop(at, step)).collect();
        page.units("  path  ", FAINT, 8, steps.iter().map(String::as_str));
    }
    evidence::write(page, &finding.evidence, show.is_verbose);
}

/// `-> sg-1 x (by)`: `x` blocked, `~` degraded, `?` unknown.
fn hop(at: usize, step: &Step) -> String {
    let arrow = if at == 0 { "" } else { "-> " };
    let mark = match step.verdict {
        "passed" => "",
        "blocked" => " x",
        "degraded" => " ~",
        _ => " ?",
    };
    let by = match &step.by {
        Some(by) if *by != step.component.id && !mark.is_empty() => format!(" ({by})"),
        _ => String::new(),
    };
    format!("{arrow}{}{mark}{by}", step.component.id)
}

pub(crate) fn paint(severity: Severity) -> Paint {
    match severity {
        Severity::Blocker => BAD,
        Severity::Degraded => WARNING,
        Severity::Advice => NOTE,
        Severity::CannotTell => UNKNOWN,
    }
}

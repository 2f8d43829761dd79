//! Lines of the console that show what keeps SSH from working.

use super::case::Case;
use super::inside::Settled;
use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement, Place, Severity};
use crate::fix::{Fix, FixClass};
use crate::instance::last_sign;
use crate::net::Verdict;
use crate::os::console::SignKind;
use crate::rule::About;
use crate::snapshot::{Gap, Observed, operations as op};

/// A fault that the console shows sometimes, and a shell on the instance always.
pub(crate) struct Clue {
    /// What proves that the fault is not there, whatever the console showed before.
    pub(crate) settled: Settled,
    /// Signs of it.
    pub(crate) kinds: &'static [SignKind],
    /// Signs that it is over.
    pub(crate) undone_by: &'static [SignKind],
    /// The command that shows it on the instance.
    pub(crate) command: &'static str,
    /// What its output shows then.
    pub(crate) look_for: &'static str,
}

impl Clue {
    /// Judges the case; `describe` makes the finding of a line.
    pub(crate) fn judge(&self, case: &Case<'_>, describe: impl Fn(&str) -> Finding) -> Result<Judgement, Gap> {
        Ok(match self.line(case)? {
            Some(line) => Judgement::fail(describe(line)),
            None => self.question(case),
        })
    }

    /// The line that shows the fault, if one does.
    ///
    /// # Errors
    /// Why the console text is not known.
    pub(crate) fn line<'a>(&self, case: &Case<'a>) -> Observed<&'a str> {
        if case.host.instance.is_windows() || case.proof_of(self.settled).is_some() {
            return Ok(None);
        }
        let console = match case.console_since_start() {
            // Not read where a login gets through, or the network stops every connection before the instance: that comes first.
            Err(Gap::NotAsked { .. }) if case.is_cut_off() || case.proof_of(Settled::Login).is_some() => None,
            known => known?,
        };
        let Some(console) = console else { return Ok(None) };
        Ok(self.kinds.iter().find_map(|kind| last_sign(console, *kind, self.undone_by)))
    }

    /// What is to be looked at on the instance, where the console shows nothing.
    pub(crate) fn question(&self, case: &Case<'_>) -> Judgement {
        case.inside(self.settled, Place::Instance, self.command, self.look_for)
    }
}

impl Case<'_> {
    /// Whether every way to the instance is known to be blocked.
    fn is_cut_off(&self) -> bool {
        !self.roads.is_empty() && self.roads.iter().all(|road| road.path.verdict == Verdict::Blocked)
    }

    /// A finding about the instance that a line of its console proves.
    pub(crate) fn shown_by(&self, line: &str, detail: impl Into<String>) -> Finding {
        let id = self.host.instance.instance_id.as_str();
        Finding::new(format!("{}: `{line}`", detail.into())).about("ec2-instance", id).proof(Evidence::new(
            op::GET_CONSOLE_OUTPUT,
            id,
            "Output",
            line,
        ))
    }

    /// A finding that counts in full once a login was refused; until then the fault is there and may concern another user.
    pub(crate) fn in_full_if_refused(&self, about: &About, mut finding: Finding) -> Finding {
        if !self.was_refused() {
            finding.rule = about.id;
            finding.severity = Severity::Degraded;
        }
        finding
    }

    /// A fix whose commands run in a shell on the instance.
    pub(crate) fn on_instance(&self, summary: &str) -> Fix {
        let id = self.host.instance.instance_id.as_str();
        Fix::new(
            FixClass::C,
            format!("{summary}; in a shell on instance `{id}` (Session Manager or the EC2 serial console)"),
        )
    }
}

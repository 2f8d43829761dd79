//! What a rule found: the sentence, the proof, the way out.

use crate::evidence::{Component, Evidence};
use crate::fix::Fix;
use crate::rule::Affects;
use crate::snapshot::Gap;
use std::borrow::Cow;

/// How bad a finding is. Order: worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Proven on its own to produce the symptom.
    Blocker,
    /// Works partly, intermittently, or one feature is missing.
    Degraded,
    /// Works today, will bite later, or costs money for nothing.
    Advice,
    /// A fact could not be read, or the evidence fits several causes.
    CannotTell,
}

impl Severity {
    /// Every severity, worst first.
    pub const ALL: [Self; 4] = [Self::Blocker, Self::Degraded, Self::Advice, Self::CannotTell];

    /// The word of the outside contract.
    pub fn word(self) -> &'static str {
        match self {
            Self::Blocker => "blocker",
            Self::Degraded => "degraded",
            Self::Advice => "advice",
            Self::CannotTell => "cannot-tell",
        }
    }
}

/// One step of a path: a component that traffic meets, and what it does with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The component.
    pub component: Component,
    /// `passed`, `blocked`, `degraded` or `unknown`.
    pub verdict: &'static str,
    /// The line or group that decided, when one did.
    pub by: Option<String>,
}

/// A cause that a rule found, or a question that it could not answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// Rule id, such as `ssm/sg-egress-443-blocked`.
    pub rule: &'static str,
    /// How bad it is here; a rule's own severity unless the case says otherwise.
    pub severity: Severity,
    /// The fault in a few words.
    pub title: String,
    /// What is wrong, with names and numbers, in one or two sentences.
    pub detail: String,
    /// What it is about.
    pub resources: Vec<Component>,
    /// The fields that prove it.
    pub evidence: Vec<Evidence>,
    /// VPC Reachability Analyzer's explanation code, where one exists.
    pub reachability_code: Option<&'static str>,
    /// The way the traffic takes up to the fault.
    pub path: Vec<Step>,
    /// How to mend it.
    pub fix: Option<Fix>,
    /// IAM actions or facts that are missing, for a question that could not be answered.
    pub missing: Vec<String>,
    /// Where on the way the fault stands, counted from the source; orders findings of one layer.
    pub position: usize,
    /// What this fault keeps from working, where that is not what the rule's faults mostly do.
    pub affects: Option<Affects>,
}

impl Finding {
    /// A finding with a detail; rule, severity and title are filled in from the rule.
    pub fn new(detail: impl Into<String>) -> Self {
        Self {
            rule: "",
            severity: Severity::Blocker,
            title: String::new(),
            detail: detail.into(),
            resources: Vec::new(),
            evidence: Vec::new(),
            reachability_code: None,
            path: Vec::new(),
            fix: None,
            missing: Vec::new(),
            position: 0,
            affects: None,
        }
    }

    /// With a resource that it is about.
    #[must_use]
    pub fn about(mut self, kind: &'static str, id: impl Into<String>) -> Self {
        let component = Component::new(kind, id);
        if !self.resources.contains(&component) {
            self.resources.push(component);
        }
        self
    }

    /// With a field that proves it.
    #[must_use]
    pub fn proof(mut self, evidence: Evidence) -> Self {
        if !self.evidence.contains(&evidence) {
            self.evidence.push(evidence);
        }
        self
    }

    /// With several fields that prove it.
    #[must_use]
    pub fn proofs(self, evidence: impl IntoIterator<Item = Evidence>) -> Self {
        evidence.into_iter().fold(self, Self::proof)
    }

    /// With a way to mend it.
    #[must_use]
    pub fn fix(mut self, fix: Fix) -> Self {
        self.fix = Some(fix);
        self
    }
}

/// What a rule says of a case.
#[derive(Debug, Clone, PartialEq)]
pub enum Judgement {
    /// Looked at, and in order; why, in one sentence.
    Pass(Cow<'static, str>),
    /// The fault is there: one finding for each place where it is.
    Fail(Vec<Finding>),
    /// The question does not arise here; why.
    NotApplicable(Cow<'static, str>),
    /// The question cannot be answered.
    CannotTell {
        /// Why, in one sentence.
        reason: String,
        /// What would be needed.
        gaps: Vec<Gap>,
    },
    /// Only somebody inside the instance or at the client can answer; asked when nothing outside explains the symptom.
    Elsewhere {
        /// Where to look.
        place: Place,
        /// The command to run there, ready to paste.
        command: Cow<'static, str>,
        /// What its output shows when this is the cause.
        look_for: Cow<'static, str>,
    },
}

/// Where a cause shows that no API shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A shell on the instance.
    Instance,
    /// The machine of whoever opens the session.
    Client,
    /// The code, log or caller of a function.
    Function,
}

impl Judgement {
    /// A pass with its reason.
    pub fn pass(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::Pass(reason.into())
    }

    /// One finding.
    pub fn fail(finding: Finding) -> Self {
        Self::Fail(vec![finding])
    }

    /// Not a question here.
    pub fn not_applicable(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::NotApplicable(reason.into())
    }

    /// Not to be answered without these facts.
    pub fn cannot_tell(reason: impl Into<String>, gaps: Vec<Gap>) -> Self {
        Self::CannotTell { reason: reason.into(), gaps }
    }

    /// The question does not arise because of another rule's fault.
    pub fn follows_from(rule: &str) -> Self {
        Self::not_applicable(format!("follows from `{rule}`"))
    }

    /// An open question with its reasons.
    pub fn open(gaps: Vec<Gap>) -> Self {
        let reasons: Vec<String> = gaps.iter().map(Gap::to_string).collect();
        Self::cannot_tell(reasons.join("; "), gaps)
    }

    /// What was found; else what is not known, each gap once; else what is left to say.
    pub fn settled(findings: Vec<Finding>, mut gaps: Vec<Gap>, otherwise: impl FnOnce() -> Self) -> Self {
        if !findings.is_empty() {
            return Self::Fail(findings);
        }
        gaps.sort();
        gaps.dedup();
        if gaps.is_empty() { otherwise() } else { Self::open(gaps) }
    }

    /// A failure when there is a finding, else a pass with its reason.
    pub fn of(findings: Vec<Finding>, otherwise: impl Into<Cow<'static, str>>) -> Self {
        if findings.is_empty() { Self::Pass(otherwise.into()) } else { Self::Fail(findings) }
    }
}

impl From<Gap> for Judgement {
    fn from(gap: Gap) -> Self {
        Self::CannotTell { reason: gap.to_string(), gaps: vec![gap] }
    }
}

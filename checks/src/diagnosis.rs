//! Runs the rules of a symptom over a case and draws the conclusion.

use crate::finding::{Finding, Judgement, Place, Severity};
use crate::iam::Decision;
use crate::reach::Walked;
use crate::rule::{About, Affects, LAYERS, Rule, Symptom};
use crate::snapshot::Gap;
use std::borrow::Cow;
use std::fmt;

/// What was diagnosed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// Such as `ec2-instance`.
    pub kind: &'static str,
    /// Its id.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// Its `Name` tag, when there is one.
    pub name: Option<String>,
}

/// Why a subject cannot be diagnosed at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SubjectGap {
    /// There is no such thing in the account and Region of the facts.
    NotFound,
    /// Its own facts could not be read.
    NotReadable(Gap),
}

impl fmt::Display for SubjectGap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => f.write_str("not found"),
            Self::NotReadable(gap) => write!(f, "its facts could not be read: {gap}"),
        }
    }
}

/// The conclusion of a diagnosis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// At least one blocker.
    Broken,
    /// No blocker, but something works only in part.
    Degraded,
    /// No such finding, but some check could not be judged.
    Inconclusive,
    /// Everything that was asked is in order.
    Healthy,
}

impl Verdict {
    /// The word of the outside contract.
    pub fn word(self) -> &'static str {
        match self {
            Self::Broken => "broken",
            Self::Degraded => "degraded",
            Self::Inconclusive => "inconclusive",
            Self::Healthy => "healthy",
        }
    }
}

/// What became of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Looked at and in order.
    Pass,
    /// The fault is there.
    Fail,
    /// Not to be answered.
    CannotTell,
    /// Not a question here.
    NotApplicable,
}

impl Status {
    /// The word of the outside contract.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::CannotTell => "cannot-tell",
            Self::NotApplicable => "not-applicable",
        }
    }
}

/// A rule and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Rule id.
    pub rule: &'static str,
    /// The fault that was looked for, in a few words.
    pub title: &'static str,
    /// The layer of the rule.
    pub layer: &'static str,
    /// What became of it.
    pub status: Status,
    /// Why, in one sentence.
    pub reason: Cow<'static, str>,
}

/// The whole answer about one subject.
#[derive(Debug, Clone, PartialEq)]
pub struct Diagnosis {
    /// What was diagnosed.
    pub subject: Subject,
    /// The conclusion.
    pub verdict: Verdict,
    /// The conclusion in one sentence.
    pub summary: String,
    /// Every finding, worst first and then in the order in which a call or packet meets them.
    pub findings: Vec<Finding>,
    /// Every rule of the symptom once, in the order of its layers; none for a path, whose hops are what was looked at.
    pub checks: Vec<Check>,
    /// The ways that were walked, for a path.
    pub ways: Vec<Walked>,
    /// What every layer of policy says, for a request.
    pub decision: Option<Box<Decision>>,
}

/// Whether the subject works at this moment: the plainest evidence, against which every other is weighed.
#[derive(Debug, Clone, PartialEq)]
pub enum Works {
    /// It is managed.
    Yes {
        /// How it shows.
        sign: String,
        /// Whether its session channel is open, where that is known.
        channel: Option<bool>,
    },
    /// It does not; how it shows.
    No(String),
    /// Not known.
    Unknown(Gap),
    /// Nothing that can be read tells: what the facts show is all there is. Why, in a few words.
    Untold(&'static str),
}

/// Judges a case by every rule.
///
/// While the subject works, what must keep it from registering is *degraded* and no blocker (the change is younger than the last
/// sign of life, or an open connection still carries it), and a stretch of the path that nobody can look into is proven by that
/// sign of life. Causes that only show inside the instance or at the client count when nothing outside explains the symptom.
pub fn diagnose<S: Symptom>(
    rules: &[&'static Rule<S>],
    case: &S::Case<'_>,
    subject: Subject,
    works: &Works,
) -> Diagnosis {
    let mut findings = Vec::new();
    let mut checks: Vec<Check> = Vec::with_capacity(rules.len());
    let mut put_off = Vec::new();
    for (rank, rule) in rules.iter().enumerate() {
        let about = &rule.about;
        let judgement = weighed(about, (rule.judge)(case).unwrap_or_else(Judgement::from), works);
        let (status, reason) = match judgement {
            Judgement::Elsewhere { place, command, look_for } => {
                put_off.push((rank, about, (place, command, look_for)));
                (Status::CannotTell, Cow::default())
            }
            judged => outcome(about, judged, works, rank, &mut findings),
        };
        checks.push(Check { rule: about.id, title: about.title, layer: about.layer, status, reason });
    }
    let unseen = put_off.len();
    let is_explained = findings.iter().any(|(_, finding)| finding.severity == Severity::Blocker);
    for (rank, about, (place, command, look_for)) in put_off {
        let judgement = elsewhere(about, (place, &command, &look_for), works, is_explained);
        let (status, reason) = outcome(about, judgement, works, rank, &mut findings);
        if let Some(check) = checks.get_mut(rank) {
            (check.status, check.reason) = (status, reason);
        }
    }
    findings.sort_by(|(a_order, a), (b_order, b)| (a.severity, a_order).cmp(&(b.severity, b_order)));
    let findings: Vec<Finding> = findings.into_iter().map(|(_, finding)| finding).collect();
    let verdict = verdict_of(&findings);
    let summary = summary(verdict, &findings, works, unseen);
    Diagnosis { subject, verdict, summary, findings, checks, ways: Vec::new(), decision: None }
}

/// Where a finding stands: the layer of its rule, its place on the way, the rule.
type Order = (usize, usize, usize);

impl Works {
    /// The sign that what `affects` speaks of works at this moment: a heartbeat proves registration, an open channel the way to it, and
    /// neither that sessions work.
    fn sign_of(&self, affects: Affects) -> Option<&str> {
        let Self::Yes { sign, channel } = self else { return None };
        let works = match affects {
            Affects::Registration | Affects::Path => true,
            Affects::Channel => *channel == Some(true),
            Affects::Agent | Affects::Subject => *channel != Some(false),
            Affects::Sessions | Affects::Feature => false,
        };
        works.then_some(sign)
    }
}

/// A question about a path that nobody can look into is answered by a sign of life.
fn weighed(about: &About, judgement: Judgement, works: &Works) -> Judgement {
    match (judgement, works.sign_of(about.affects)) {
        (Judgement::CannotTell { gaps, .. }, Some(sign))
            if !gaps.is_empty() && gaps.iter().all(|gap| matches!(gap, Gap::Opaque { .. })) =>
        {
            let unseen: Vec<String> = gaps.iter().map(Gap::missing).collect();
            Judgement::pass(format!("{sign}, which proves {}", unseen.join(" and ")))
        }
        (judgement, _) => judgement,
    }
}

/// A finding that names its rule has set its severity itself; else the rule's counts.
fn own_severity(about: &About, finding: &Finding) -> Severity {
    if finding.rule.is_empty() { about.severity } else { finding.severity }
}

fn effective(about: &About, finding: &Finding, works: &Works) -> Severity {
    let own = own_severity(about, finding);
    let softens = works.sign_of(finding.affects.unwrap_or(about.affects)).is_some();
    if own == Severity::Blocker && softens { Severity::Degraded } else { own }
}

fn elsewhere(
    about: &About,
    (place, command, look_for): (Place, &str, &str),
    works: &Works,
    is_explained: bool,
) -> Judgement {
    let whereabouts = match place {
        Place::Instance => "inside the instance",
        Place::Client => "on the machine that opens the session",
        Place::Function => "in the function or its log",
    };
    // Most rules of a healthy instance end here: one text of the right length each.
    let hint = |before: &[&str]| [before, &["run `", command, "` ", whereabouts, ": ", look_for]].concat().concat();
    let keeps_sessions_shut =
        place == Place::Instance && about.affects != Affects::Registration && about.affects != Affects::Feature;
    match works {
        Works::Yes { sign, channel } if *channel != Some(false) || !keeps_sessions_shut => {
            Judgement::not_applicable(hint(&[sign, "; should it fail all the same, "]))
        }
        _ if is_explained => {
            Judgement::not_applicable(hint(&["asked when nothing outside the instance explains the fault; then "]))
        }
        Works::Untold(_) => {
            Judgement::not_applicable(hint(&["nothing that can be read tells of it; should it fail all the same, "]))
        }
        Works::Unknown(gap) => Judgement::CannotTell { reason: gap.to_string(), gaps: vec![gap.clone()] },
        Works::No(_) | Works::Yes { .. } => Judgement::CannotTell {
            reason: hint(&["it shows only ", whereabouts, ": "]),
            gaps: vec![Gap::opaque(format!("what `{command}` prints {whereabouts}"))],
        },
    }
}

/// Turns a judgement into the line of the check, and adds its findings.
fn outcome(
    about: &'static About,
    judgement: Judgement,
    works: &Works,
    rank: usize,
    findings: &mut Vec<(Order, Finding)>,
) -> (Status, Cow<'static, str>) {
    let mut add = |mut finding: Finding| {
        let layer = LAYERS.iter().position(|layer| *layer == about.layer).unwrap_or(LAYERS.len());
        let own = own_severity(about, &finding);
        finding.severity = effective(about, &finding, works);
        if finding.severity != own
            && let Some(sign) = works.sign_of(finding.affects.unwrap_or(about.affects))
        {
            finding.detail =
                format!("{}; {sign}, so it must be newer than that or outlived by an open connection", finding.detail);
        }
        finding.rule = about.id;
        if finding.title.is_empty() {
            finding.title = about.title.to_owned();
        }
        findings.push(((layer, finding.position, rank), finding));
    };
    match judgement {
        Judgement::Pass(reason) => (Status::Pass, reason),
        Judgement::NotApplicable(reason) => (Status::NotApplicable, reason),
        Judgement::Fail(found) => {
            let reason = found.first().map(|finding| finding.detail.clone()).unwrap_or_default();
            found.into_iter().for_each(&mut add);
            (Status::Fail, reason.into())
        }
        Judgement::CannotTell { reason, gaps } => {
            let mut finding = Finding::new(reason.clone());
            finding.rule = about.id;
            finding.severity = Severity::CannotTell;
            finding.missing = gaps.iter().map(Gap::missing).collect();
            finding.missing.sort();
            finding.missing.dedup();
            add(finding);
            (Status::CannotTell, reason.into())
        }
        // Settled before; kept total so that no judgement can be lost.
        Judgement::Elsewhere { command, look_for, .. } => {
            (Status::CannotTell, format!("run `{command}`: {look_for}").into())
        }
    }
}

fn verdict_of(findings: &[Finding]) -> Verdict {
    match findings.first().map(|finding| finding.severity) {
        Some(Severity::Blocker) => Verdict::Broken,
        Some(Severity::Degraded) => Verdict::Degraded,
        _ if findings.iter().any(|finding| finding.severity == Severity::CannotTell) => Verdict::Inconclusive,
        _ => Verdict::Healthy,
    }
}

/// `unseen` is how many causes only the machine or the client shows.
fn summary(verdict: Verdict, findings: &[Finding], works: &Works, unseen: usize) -> String {
    let sign = match works {
        Works::Yes { sign, .. } | Works::No(sign) => sign.clone(),
        Works::Unknown(gap) => gap.to_string(),
        Works::Untold(why) => (*why).to_owned(),
    };
    let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    match (verdict, findings.first()) {
        (Verdict::Broken | Verdict::Degraded, Some(first)) => {
            let others = count(first.severity).saturating_sub(1);
            let more = match others {
                0 => String::new(),
                1 => ", and one more cause".to_owned(),
                n => format!(", and {n} more causes"),
            };
            format!("{}{more}", first.detail)
        }
        (Verdict::Inconclusive, _) => format!("{sign}; {}", open_questions(findings)),
        _ if matches!(works, Works::Untold(_)) => match unseen {
            0 => sign,
            1 => format!("{sign}; one cause that no API shows was not looked at"),
            _ => format!("{sign}; {unseen} causes that no API shows were not looked at"),
        },
        _ => format!("{sign}; no fault found"),
    }
}

/// What keeps a verdict open, in words: the reads that gave nothing, or what cannot be seen, or that only the inside can tell.
fn open_questions(findings: &[Finding]) -> String {
    let open = || findings.iter().filter(|finding| finding.severity == Severity::CannotTell);
    let mut missing: Vec<&str> = open().flat_map(|finding| finding.missing.iter().map(String::as_str)).collect();
    missing.sort_unstable();
    missing.dedup();
    let actions: Vec<&str> = missing.iter().copied().filter(|missing| is_action(missing)).collect();
    let unseen: Vec<&str> =
        missing.iter().copied().filter(|missing| !is_action(missing) && !missing.starts_with("what `")).collect();
    match (actions.as_slice(), unseen.as_slice()) {
        ([], []) => "no cause shows outside the instance, so the rest must be looked at inside it".to_owned(),
        ([], [only]) => format!("no cause was found, but {only} cannot be seen from here"),
        ([], [first, others @ ..]) => {
            format!("no cause was found, but {first} and {} more facts cannot be seen from here", others.len())
        }
        (actions, _) => format!(
            "{} of the checks could not be judged, since nothing is known from {}",
            open().count(),
            actions.join(", ")
        ),
    }
}

/// Whether an entry of `missing` is an IAM action and not a fact in words.
pub fn is_action(missing: &str) -> bool {
    missing.split_once(':').is_some_and(|(service, name)| {
        !service.is_empty()
            && service.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-')
            && name.chars().all(|letter| letter.is_ascii_alphanumeric())
    })
}

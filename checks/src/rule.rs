//! A rule: one fault that a case can have, with its documentation.

use crate::finding::{Judgement, Severity};
use crate::fix::FixClass;
use crate::snapshot::{Gap, Operation};

/// What a rule's fault keeps from working; decides how it weighs while the node still answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Affects {
    /// The agent cannot register or send its heartbeat.
    Registration,
    /// The session channel does not open.
    Channel,
    /// Both.
    Agent,
    /// The node is managed and its channel open, but sessions fail.
    Sessions,
    /// The way to the subject: whatever answers there proves that it works.
    Path,
    /// All that was asked about: no sign of life tells its parts apart.
    Subject,
    /// One feature, or nothing yet.
    Feature,
}

/// What is known of a rule without a case: its name, weight and documentation.
#[derive(Debug, Clone, Copy)]
pub struct About {
    /// Such as `ssm/sg-egress-443-blocked`; never changes its meaning.
    pub id: &'static str,
    /// The severity of its findings, unless the case softens it.
    pub severity: Severity,
    /// What the fault keeps from working.
    pub affects: Affects,
    /// The class of its usual fix.
    pub fix: FixClass,
    /// The fault in a few words.
    pub title: &'static str,
    /// Reads that it judges on.
    pub needs: &'static [Operation],
    /// Lines of its documentation, as Markdown.
    pub page: &'static [&'static str],
    /// Path of the module that declares it.
    pub module: &'static str,
    /// The layer of the symptom: the folder that the rule's file lies in, such as `network`.
    pub layer: &'static str,
    /// From where the fault shows.
    pub sight: Sight,
}

/// From where a fault shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    /// Facts that can be read tell it, at least in some cases.
    Outside,
    /// Only a command on the machine itself tells it.
    Inside,
}

/// The layers of all symptoms in the order in which a cause there comes to bear.
pub const LAYERS: &[&str] = &[
    "state",
    "configuration",
    "identity",
    "permission",
    "host",
    "network",
    "names",
    "runtime",
    "client",
    "system",
    "registration",
    "session",
    "delivery",
];

impl About {
    /// The symptom that the rule belongs to, such as `ssm`.
    pub fn symptom(&self) -> &'static str {
        self.id.split_once('/').map_or(self.id, |(symptom, _)| symptom)
    }
}

/// The folder of a module: the last segment but one of its path. Found when the program is made, since each check of each diagnosis asks.
pub(crate) const fn folder_of(module: &'static str) -> &'static str {
    let mut folder = module.as_bytes();
    while let Some((last, rest)) = folder.split_last() {
        folder = rest;
        if *last == b':' {
            break;
        }
    }
    if let Some((_, rest)) = folder.split_last() {
        folder = rest;
    }
    let mut before = folder;
    while let Some((last, rest)) = before.split_last() {
        if *last == b':' {
            break;
        }
        before = rest;
    }
    match str::from_utf8(folder.split_at(before.len()).1) {
        Ok(name) => name,
        Err(_) => "",
    }
}

/// A symptom that users report: a family of rules over one kind of case.
pub trait Symptom: 'static {
    /// What its rules look at: the facts of one subject with what several rules need of them.
    type Case<'a>;
}

/// A rule of a symptom.
pub struct Rule<S: Symptom> {
    /// Name, weight and documentation.
    pub about: About,
    /// Judges a case; a gap means *cannot tell*.
    pub judge: for<'a> fn(&S::Case<'a>) -> Result<Judgement, Gap>,
}

/// Declares the rule of a file. The doc comment is the rule's page.
///
/// The symptom is that of the folder, whose `mod.rs` names it `Symptom`. A rule of a symptom with a heartbeat says in addition what its
/// fault keeps from working.
macro_rules! declare_rule {
    (
        $(#[doc = $line:literal])*
        $id:literal, $severity:ident, fix $fix:ident,
        $title:literal,
        needs [$($need:ident),* $(,)?]
    ) => {
        $crate::rule::declare_rule! {
            $(#[doc = $line])*
            $id, $severity, Subject, fix $fix,
            $title,
            needs [$($need),*]
        }
    };
    (
        $(#[doc = $line:literal])*
        $id:literal, $severity:ident, $affects:ident, fix $fix:ident,
        $title:literal,
        needs [$($need:ident),* $(,)?]
    ) => {
        $(#[doc = $line])*
        pub(crate) static RULE: $crate::rule::Rule<super::super::Symptom> = $crate::rule::Rule {
            about: $crate::rule::About {
                id: $id,
                severity: $crate::finding::Severity::$severity,
                affects: $crate::rule::Affects::$affects,
                fix: $crate::fix::FixClass::$fix,
                title: $title,
                needs: &[$($crate::snapshot::operations::$need),*],
                page: &[$($line),*],
                module: module_path!(),
                layer: $crate::rule::folder_of(module_path!()),
                sight: $crate::rule::Sight::Outside,
            },
            judge,
        };
    };
}
pub(crate) use declare_rule;

/// Declares a rule whose fault no API shows: the command that shows it stands in place of a judgement.
///
/// `settled by` names what proves that the fault is not there, a variant of the symptom's own `Settled`, which the `inside` of its case
/// weighs; `on` is a [`crate::finding::Place`]; where the subject is an instance, it may have another command on Windows. All of these
/// rules are tested together.
macro_rules! declare_inside {
    (
        $(#[doc = $line:literal])*
        $id:literal, $severity:ident, fix $fix:ident,
        $title:literal,
        settled by $settled:ident,
        on $place:ident run $command:literal,
        look for $look_for:literal
    ) => {
        $crate::rule::declare_inside! { @about $(#[doc = $line])* $id, $severity, fix $fix, $title }

        fn judge(case: &super::super::Case<'_>) -> Result<$crate::finding::Judgement, $crate::snapshot::Gap> {
            let place = $crate::finding::Place::$place;
            Ok(case.inside(super::super::Settled::$settled, place, $command, $look_for))
        }
    };
    (
        $(#[doc = $line:literal])*
        $id:literal, $severity:ident, fix $fix:ident,
        $title:literal,
        settled by $settled:ident,
        on $place:ident run $command:literal, on windows $windows:literal,
        look for $look_for:literal
    ) => {
        $crate::rule::declare_inside! { @about $(#[doc = $line])* $id, $severity, fix $fix, $title }

        fn judge(case: &super::super::Case<'_>) -> Result<$crate::finding::Judgement, $crate::snapshot::Gap> {
            let place = $crate::finding::Place::$place;
            let command = if case.instance.is_windows() { $windows } else { $command };
            Ok(case.inside(super::super::Settled::$settled, place, command, $look_for))
        }
    };
    (@about $(#[doc = $line:literal])* $id:literal, $severity:ident, fix $fix:ident, $title:literal) => {
        $(#[doc = $line])*
        pub(crate) static RULE: $crate::rule::Rule<super::super::Symptom> = $crate::rule::Rule {
            about: $crate::rule::About {
                id: $id,
                severity: $crate::finding::Severity::$severity,
                affects: $crate::rule::Affects::Subject,
                fix: $crate::fix::FixClass::$fix,
                title: $title,
                needs: &[],
                page: &[$($line),*],
                module: module_path!(),
                layer: $crate::rule::folder_of(module_path!()),
                sight: $crate::rule::Sight::Inside,
            },
            judge,
        };
    };
}
pub(crate) use declare_inside;

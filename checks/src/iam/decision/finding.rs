//! Statements of a policy that apply to a request, or may.

use super::types::{Missing, StatementRef};
use crate::iam::document::Policy;
use crate::iam::notes::Notes;
use crate::iam::policies::{EndpointKind, PolicySet, ToldEffect, UnreadablePolicy};
use crate::iam::principal::Principal;
use crate::iam::principal_element::{Levels, PrincipalElement};
use crate::iam::statement::{Effect, Question, Statement};
use crate::iam::truth::Truth;
use crate::iam::unsettled::Unsettled;

/// A statement of a policy.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hit<'p> {
    pub(crate) policy: &'p Policy,
    pub(crate) statement: &'p Statement,
}

impl Hit<'_> {
    pub(crate) fn reference(self) -> StatementRef {
        StatementRef {
            source: self.policy.source.clone(),
            is_deny: self.statement.effect == Effect::Deny,
            index: self.statement.index,
            sid: self.statement.sid.as_deref().map(str::to_owned),
            line: self.statement.line,
        }
    }
}

/// Whether any statement of a kind applies, by which, and what would have to be known to be sure.
#[derive(Debug)]
pub(crate) struct Finding<'p> {
    pub(crate) truth: Truth,
    pub(crate) by: Option<Hit<'p>>,
    pub(crate) missing: Vec<Missing>,
}

impl<'p> Finding<'p> {
    const NOTHING: Self = Self { truth: Truth::False, by: None, missing: Vec::new() };

    fn consider(&mut self, truth: Truth, by: Option<Hit<'p>>, missing: impl IntoIterator<Item = Missing>) {
        if truth > self.truth {
            self.truth = truth;
            self.by = by;
        }
        if truth.is_unknown() {
            self.missing.extend(missing);
        }
    }
}

/// What the policies of one layer say. Layers without a `Principal` element put their Allow on the direct level.
#[derive(Debug)]
pub(crate) struct Outcome<'p> {
    pub(crate) deny: Finding<'p>,
    pub(crate) direct: Finding<'p>,
    pub(crate) role: Finding<'p>,
    pub(crate) account: Finding<'p>,
}

impl<'p> Outcome<'p> {
    pub(crate) fn allow(&self) -> Truth {
        self.levels().any()
    }

    pub(crate) fn levels(&self) -> Levels {
        Levels { direct: self.direct.truth, role: self.role.truth, account: self.account.truth }
    }

    /// The findings that allow, strongest first.
    pub(crate) fn allows(&self) -> [&Finding<'p>; 3] {
        [&self.direct, &self.role, &self.account]
    }

    /// The statement that allows, or that may allow.
    pub(crate) fn allowed_by(&self) -> Option<Hit<'p>> {
        let allow = self.allow();
        self.allows().into_iter().find(|finding| finding.truth == allow).and_then(|finding| finding.by)
    }
}

/// How a layer reads `Principal`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Audience {
    /// The layer has no `Principal` element: the policy hangs on the caller.
    Attached,
    /// The policy hangs on the resource, and a missing `Resource` element means that resource.
    Resource,
    /// The policy names principals and resources.
    Named,
    /// A gateway endpoint policy.
    Gateway,
}

impl From<EndpointKind> for Audience {
    fn from(kind: EndpointKind) -> Self {
        match kind {
            EndpointKind::Gateway => Self::Gateway,
            EndpointKind::Interface => Self::Named,
        }
    }
}

/// Who asks, and whether a permissions boundary hangs on it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Caller<'a> {
    pub(crate) principal: &'a Principal,
    pub(crate) has_boundary: Truth,
}

/// Asks every statement of a set.
pub(crate) fn judge<'p>(
    set: &'p PolicySet,
    audience: Audience,
    caller: Caller<'_>,
    question: Question<'_>,
) -> Outcome<'p> {
    let nothing = || Finding::NOTHING;
    let mut outcome = Outcome { deny: nothing(), direct: nothing(), role: nothing(), account: nothing() };
    for policy in &set.policies {
        for statement in policy.document.statements.iter() {
            judge_statement(&mut outcome, Hit { policy, statement }, audience, caller, question);
        }
    }
    for grant in &set.unread_grants {
        outcome.direct.consider(Truth::Unknown, None, [Missing::Policy(grant.clone())]);
    }
    match set.told(question.action) {
        Some(ToldEffect::Allow) => outcome.direct.consider(Truth::True, None, []),
        Some(ToldEffect::ExplicitDeny) => outcome.deny.consider(Truth::True, None, []),
        Some(ToldEffect::ImplicitDeny) => {}
        Some(ToldEffect::Unknown(policy)) => leave_open(&mut outcome, policy),
        None => set.unreadable.iter().for_each(|policy| leave_open(&mut outcome, policy)),
    }
    outcome
}

/// Whatever is not known of a policy may allow as well as deny.
fn leave_open(outcome: &mut Outcome<'_>, policy: &UnreadablePolicy) {
    let missing = || [Missing::Policy(policy.clone())];
    outcome.deny.consider(Truth::Unknown, None, missing());
    outcome.direct.consider(Truth::Unknown, None, missing());
}

fn judge_statement<'p>(
    outcome: &mut Outcome<'p>,
    hit: Hit<'p>,
    audience: Audience,
    caller: Caller<'_>,
    question: Question<'_>,
) {
    let statement = hit.statement;
    let denies = statement.effect == Effect::Deny;
    if denies && outcome.deny.truth.is_true() {
        return;
    }
    let mut notes = Notes::default();
    let levels = levels(statement, audience, caller, &mut notes);
    if levels.any().is_false() {
        return;
    }
    let covers = statement.covers(question, audience == Audience::Resource, &mut notes);
    if covers.is_false() {
        return;
    }
    let missing = notes.into_missing();
    if denies {
        outcome.deny.consider(covers.and(levels.any()), Some(hit), missing);
        return;
    }
    outcome.direct.consider(covers.and(levels.direct), Some(hit), missing.iter().cloned());
    outcome.role.consider(covers.and(levels.role), Some(hit), missing.iter().cloned());
    outcome.account.consider(covers.and(levels.account), Some(hit), missing);
}

/// At which levels the statement speaks of the caller.
pub(crate) fn levels(statement: &Statement, audience: Audience, caller: Caller<'_>, notes: &mut Notes) -> Levels {
    let direct = |truth: Truth| Levels { direct: truth, ..Levels::NONE };
    let unsettled = |notes: &mut Notes, point: Unsettled| {
        notes.unsettled(point);
        direct(Truth::Unknown)
    };
    let Some(element) = &statement.principals else {
        return match audience {
            Audience::Attached => direct(Truth::True),
            _ => unsettled(notes, Unsettled::MissingElement { element: "Principal" }),
        };
    };
    match audience {
        Audience::Attached => unsettled(notes, Unsettled::UnexpectedPrincipal),
        Audience::Gateway => gateway_levels(element, caller.principal, notes),
        _ if !element.negated => element.levels(caller.principal, notes),
        _ if statement.effect == Effect::Allow => unsettled(notes, Unsettled::NotPrincipalWithAllow),
        _ => direct(element.excludes(caller.principal, caller.has_boundary, notes)),
    }
}

/// In a gateway endpoint policy `*` is everyone and an account is its root user (VPC user guide, gateway endpoints).
fn gateway_levels(element: &PrincipalElement, caller: &Principal, notes: &mut Notes) -> Levels {
    let levels = element.levels(caller, notes);
    let everyone = element.texts.iter().any(|text| &**text == "*");
    let root = matches!(caller, Principal::Root { .. }) && levels.account.is_true();
    if !element.negated && (everyone || root) {
        return Levels { direct: Truth::True, ..Levels::NONE };
    }
    if element.negated || !levels.direct.or(levels.role).is_false() {
        notes.unsettled(Unsettled::GatewayEndpointPrincipal);
        return Levels { direct: Truth::Unknown, ..Levels::NONE };
    }
    Levels::NONE
}

//! Allow statements that failed on one element: the best hint for people.

use super::finding::{Audience, Caller, Hit, levels};
use super::types::StatementRef;
use crate::iam::condition::Condition;
use crate::iam::context::ContextValue;
use crate::iam::notes::Notes;
use crate::iam::policies::PolicySet;
use crate::iam::request::Request;
use crate::iam::statement::{Effect, Question, Statement};
use crate::iam::truth::Truth;

/// The element of a statement on which it failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FailedElement {
    /// `Action`, or `NotAction` when negated.
    Action {
        /// The statement has `NotAction`.
        negated: bool,
    },
    /// `Resource`, or `NotResource` when negated.
    Resource {
        /// The statement has `NotResource`.
        negated: bool,
    },
    /// `Principal`.
    Principal,
    /// One operator and key of `Condition`.
    Condition {
        /// As written in the policy.
        operator: String,
        /// As written in the policy.
        key: String,
    },
}

/// An Allow statement that would have applied but for one element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NearMiss {
    /// The statement.
    pub statement: StatementRef,
    /// What failed.
    pub element: FailedElement,
    /// The values in the policy.
    pub expected: Vec<String>,
    /// The values of the request; empty when the request does not carry the condition key.
    pub actual: Vec<String>,
}

/// At most this many are listed: they are hints, and the first are the best.
const LIMIT: usize = 8;

/// Allow statements of the given sets that failed on exactly one element, conditions first, then resource and principal,
/// then actions of the same service.
pub(crate) fn find<'p>(
    sets: impl Iterator<Item = (&'p PolicySet, Audience)>,
    caller: Caller<'_>,
    request: &Request,
    question: Question<'_>,
) -> Vec<NearMiss> {
    let mut found: Vec<(Failure<'p>, Hit<'p>)> = Vec::new();
    for (set, audience) in sets {
        for policy in &set.policies {
            for statement in policy.document.statements.iter().filter(|statement| statement.effect == Effect::Allow) {
                if let Some(failure) = only_failure(statement, audience, caller, question) {
                    found.push((failure, Hit { policy, statement }));
                }
            }
        }
    }
    found.sort_by_key(|(failure, _)| failure.rank());
    let describe = |(failure, hit): (Failure<'_>, Hit<'_>)| {
        let (element, expected, actual) = failure.describe(hit.statement, request);
        NearMiss { statement: hit.reference(), element, expected, actual }
    };
    found.into_iter().take(LIMIT).map(describe).collect()
}

/// The element on which a statement failed, before its values are copied out.
#[derive(Clone, Copy)]
enum Failure<'p> {
    Action,
    Resource,
    Principal,
    Condition(&'p Condition),
}

/// The single element that fails while every other one holds for sure.
fn only_failure<'p>(
    statement: &'p Statement,
    audience: Audience,
    caller: Caller<'_>,
    question: Question<'_>,
) -> Option<Failure<'p>> {
    let notes = &mut Notes::default();
    let mut failed = None;
    // `None` ends the search: a second failure, or an element that is not decided.
    let mut check = |truth: Truth, failure: Failure<'p>| match truth {
        Truth::True => Some(()),
        Truth::Unknown => None,
        Truth::False => failed.replace(failure).is_none().then_some(()),
    };
    check(statement.actions.matches(question.action, notes), Failure::Action)?;
    check(statement.covers_resource(question, audience == Audience::Resource, notes), Failure::Resource)?;
    check(levels(statement, audience, caller, notes).any(), Failure::Principal)?;
    for condition in &statement.conditions {
        check(condition.holds(question.context, notes), Failure::Condition(condition))?;
    }
    let of_service = || statement.actions.entries.iter().any(|entry| entry.is_of_service(question.action));
    failed.filter(|failure| !matches!(failure, Failure::Action) || of_service())
}

impl Failure<'_> {
    /// How good a hint it is, the best first.
    fn rank(self) -> u8 {
        match self {
            Self::Condition(_) => 0,
            Self::Resource => 1,
            Self::Principal => 2,
            Self::Action => 3,
        }
    }

    /// The element with the values of the policy and of the request.
    fn describe(self, statement: &Statement, request: &Request) -> (FailedElement, Vec<String>, Vec<String>) {
        match self {
            Self::Action => {
                let expected = statement.actions.entries.iter().map(|entry| entry.text().to_owned()).collect();
                let element = FailedElement::Action { negated: statement.actions.negated };
                (element, expected, vec![request.action.clone()])
            }
            Self::Resource => {
                let entries = statement.resources.iter().flat_map(|element| &element.entries);
                let expected = entries.map(|entry| entry.text().to_owned()).collect();
                let negated = statement.resources.as_ref().is_some_and(|element| element.negated);
                (FailedElement::Resource { negated }, expected, vec![request.resource.clone()])
            }
            Self::Principal => {
                let texts = statement.principals.iter().flat_map(|element| &element.texts);
                let expected = texts.map(ToString::to_string).collect();
                (FailedElement::Principal, expected, vec![request.principal.to_string()])
            }
            Self::Condition(condition) => {
                let expected = condition.values().iter().map(ToString::to_string).collect();
                let actual = match request.context.value(condition.shown_key()) {
                    ContextValue::Values(values) => values,
                    ContextValue::Absent | ContextValue::Unknown => Vec::new(),
                };
                let (operator, key) = (condition.operator().to_owned(), condition.shown_key().to_owned());
                (FailedElement::Condition { operator, key }, expected, actual)
            }
        }
    }
}

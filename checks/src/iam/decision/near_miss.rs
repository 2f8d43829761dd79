use super::finding::{Audience, Caller, Hit, levels};
use super::types::StatementRef;
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
    let mut found: Vec<(u8, NearMiss)> = Vec::new();
    for (set, audience) in sets {
        for policy in &set.policies {
            for statement in policy.document.statements.iter().filter(|statement| statement.effect == Effect::Allow) {
                let hit = Hit { policy, statement };
                if let Some((rank, element, expected, actual)) =
                    only_failure(statement, audience, caller, request, question)
                {
                    found.push((rank, NearMiss { statement: hit.reference(), element, expected, actual }));
                }
            }
        }
    }
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().take(LIMIT).map(|(_, miss)| miss).collect()
}

type Failure = (u8, FailedElement, Vec<String>, Vec<String>);

/// The single element that fails while every other one holds for sure.
fn only_failure(
    statement: &Statement,
    audience: Audience,
    caller: Caller<'_>,
    request: &Request,
    question: Question<'_>,
) -> Option<Failure> {
    let notes = &mut Notes::default();
    let mut failures: Vec<Failure> = Vec::new();
    let mut check = |truth: Truth, failure: &dyn Fn() -> Failure| match truth {
        Truth::True => Some(()),
        Truth::Unknown => None,
        Truth::False => {
            failures.push(failure());
            (failures.len() == 1).then_some(())
        }
    };
    check(statement.actions.matches(question.action, notes), &|| {
        let expected = statement.actions.entries.iter().map(|entry| entry.text().to_owned()).collect();
        (3, FailedElement::Action { negated: statement.actions.negated }, expected, vec![request.action.clone()])
    })?;
    check(statement.covers_resource(question, audience == Audience::Resource, notes), &|| {
        let entries = statement.resources.as_ref().map(|element| &element.entries);
        let negated = statement.resources.as_ref().is_some_and(|element| element.negated);
        let expected = entries.into_iter().flatten().map(|entry| entry.text().to_owned()).collect();
        (1, FailedElement::Resource { negated }, expected, vec![request.resource.clone()])
    })?;
    check(levels(statement, audience, caller, notes).any(), &|| {
        let texts = statement.principals.as_ref().map(|element| &element.texts);
        let expected = texts.into_iter().flatten().map(|text| text.to_string()).collect();
        (2, FailedElement::Principal, expected, vec![caller.principal.to_string()])
    })?;
    for condition in &statement.conditions {
        check(condition.holds(question.context, notes), &|| {
            let expected = condition.values().iter().map(|text| text.to_string()).collect();
            let actual = match question.context.value(condition.shown_key()) {
                ContextValue::Values(values) => values,
                _ => Vec::new(),
            };
            let (operator, key) = (condition.operator().to_owned(), condition.shown_key().to_owned());
            (0, FailedElement::Condition { operator, key }, expected, actual)
        })?;
    }
    let failure = failures.pop()?;
    let of_service = || statement.actions.entries.iter().any(|entry| entry.is_of_service(question.action));
    (!matches!(failure.1, FailedElement::Action { .. }) || of_service()).then_some(failure)
}

//! Statements, compiled.

use super::action::{Action, ActionPattern};
use super::condition::Condition;
use super::context::Context;
use super::notes::Notes;
use super::principal_element::PrincipalElement;
use super::resource::{ResourceElement, ResourcePattern, Target};
use super::truth::Truth;
use super::unsettled::Unsettled;

/// `Effect`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    Allow,
    Deny,
}

/// One statement, compiled.
#[derive(Clone, Debug)]
pub(crate) struct Statement {
    /// Position in the document, from 0.
    pub(crate) index: usize,
    pub(crate) sid: Option<Box<str>>,
    /// Where the statement begins, from 1, when the document was read from text.
    pub(crate) line: Option<u32>,
    pub(crate) effect: Effect,
    pub(crate) principals: Option<PrincipalElement>,
    pub(crate) actions: ActionElement,
    /// Absent where the resource is implied: trust policies, repository policies.
    pub(crate) resources: Option<ResourceElement>,
    pub(crate) conditions: Vec<Condition>,
}

/// `Action` or `NotAction`.
#[derive(Clone, Debug)]
pub(crate) struct ActionElement {
    pub(crate) entries: Box<[ActionPattern]>,
    pub(crate) negated: bool,
}

impl ActionElement {
    pub(crate) fn matches(&self, action: Action<'_>, notes: &mut Notes) -> Truth {
        if self.negated && self.entries.is_empty() {
            notes.unsettled(Unsettled::EmptyElement { element: "NotAction".to_owned() });
            return Truth::Unknown;
        }
        Truth::from(self.entries.iter().any(|entry| entry.matches(action)) != self.negated)
    }
}

/// What the elements of a statement are compared with, apart from the principal.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Question<'a> {
    pub(crate) action: Action<'a>,
    pub(crate) target: Target<'a>,
    pub(crate) context: &'a Context,
}

impl Statement {
    /// Whether it has no conditions.
    pub(crate) fn has_no_conditions(&self) -> bool {
        self.conditions.is_empty()
    }

    /// Whether it has no conditions, no resources but `*`, and no principals.
    pub(crate) fn looks_at_action_only(&self) -> bool {
        let is_everything =
            |element: &ResourceElement| !element.negated && element.entries.iter().any(ResourcePattern::is_everything);
        self.conditions.is_empty() && self.principals.is_none() && self.resources.as_ref().is_none_or(is_everything)
    }

    /// Whether action, resource and conditions match. The principal is another matter, because it matches at levels.
    pub(crate) fn covers(&self, question: Question<'_>, implied_resource: bool, notes: &mut Notes) -> Truth {
        let action = self.actions.matches(question.action, notes);
        if action.is_false() {
            return Truth::False;
        }
        let resource = self.covers_resource(question, implied_resource, notes);
        if resource.is_false() {
            return Truth::False;
        }
        let mut all = action.and(resource);
        for condition in &self.conditions {
            all = all.and(condition.holds(question.context, notes));
            if all.is_false() {
                break;
            }
        }
        all
    }

    /// Whether the resource matches. Where the policy hangs on the resource, a missing element means that resource.
    pub(crate) fn covers_resource(&self, question: Question<'_>, implied: bool, notes: &mut Notes) -> Truth {
        match &self.resources {
            Some(element) => element.matches(question.target, question.context, notes),
            None if implied => Truth::True,
            None => {
                notes.unsettled(Unsettled::MissingElement { element: "Resource" });
                Truth::Unknown
            }
        }
    }
}

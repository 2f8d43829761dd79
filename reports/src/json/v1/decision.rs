//! From a decision to what the format says of it.

use super::{Decision, LayerDecision, NearMiss};
use checks::iam::{self, FailedElement, StatementRef};

impl From<&iam::Decision> for Decision {
    fn from(decision: &iam::Decision) -> Self {
        Self {
            result: decision.verdict.word().to_owned(),
            layers: decision.layers.iter().map(LayerDecision::from).collect(),
            missing: decision.missing.iter().map(ToString::to_string).collect(),
            assumptions: decision.assumptions.iter().map(ToString::to_string).collect(),
            near_misses: decision.near_misses.iter().map(NearMiss::from).collect(),
        }
    }
}

impl From<&iam::LayerDecision> for LayerDecision {
    fn from(part: &iam::LayerDecision) -> Self {
        let by = part.by.as_ref();
        Self {
            layer: part.layer.word().to_owned(),
            level: part.level,
            effect: part.effect.word().to_owned(),
            policy: by.map(|statement| statement.source.name.clone()),
            statement: by.map(|statement| statement.index),
            sid: by.and_then(|statement| statement.sid.clone()),
            line: by.and_then(|statement| statement.line),
        }
    }
}

impl From<&iam::NearMiss> for NearMiss {
    fn from(miss: &iam::NearMiss) -> Self {
        let StatementRef { source, index, sid, line, .. } = &miss.statement;
        let element = match &miss.element {
            FailedElement::Action { negated: false } => "Action".to_owned(),
            FailedElement::Action { negated: true } => "NotAction".to_owned(),
            FailedElement::Resource { negated: false } => "Resource".to_owned(),
            FailedElement::Resource { negated: true } => "NotResource".to_owned(),
            FailedElement::Principal => "Principal".to_owned(),
            FailedElement::Condition { operator, key } => format!("Condition.{operator}.{key}"),
        };
        Self {
            layer: source.layer.word().to_owned(),
            policy: source.name.clone(),
            statement: *index,
            sid: sid.clone(),
            line: *line,
            element,
            expected: miss.expected.clone(),
            actual: miss.actual.clone(),
        }
    }
}

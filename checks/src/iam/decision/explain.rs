//! A decision in words.

use std::fmt;

use super::near_miss::{FailedElement, NearMiss};
use super::types::{Assumption, Decision, LayerDecision, LayerEffect, Missing, StatementRef};
use crate::iam::layer::Layer;

impl Decision {
    /// The decision in short neutral pieces: what each layer with a part in it contributes, then what is missing, what is
    /// assumed, and the closest near miss.
    #[must_use]
    pub fn explain(&self) -> Vec<String> {
        let taking_part = self.layers.iter().filter(|layer| layer.effect != LayerEffect::NotApplicable);
        let mut pieces: Vec<String> = taking_part.map(ToString::to_string).collect();
        pieces.extend(self.missing.iter().map(|fact| format!("not known: {fact}")));
        pieces.extend(self.assumptions.iter().map(|assumption| format!("assumed: {assumption}")));
        pieces.extend(self.near_miss().map(|miss| format!("closest: {miss}")));
        pieces
    }
}

/// ``service control policy `p-guard`, statement 2 `Guard` (line 5): explicit deny (root of the organization)``
impl fmt::Display for LayerDecision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.by {
            Some(statement) => write!(f, "{statement}: ")?,
            None => write!(f, "{}: ", self.layer)?,
        }
        f.write_str(match (self.effect, self.by.is_some()) {
            (LayerEffect::Allows, true) => "allows",
            (LayerEffect::Allows, false) => "nothing denies",
            (LayerEffect::ExplicitDeny, _) => "explicit deny",
            (LayerEffect::ImplicitDeny, _) => "no statement allows the action",
            (LayerEffect::NoImpact, _) => "no statement allows the action, none is needed",
            (LayerEffect::Unknown, true) => "may apply",
            (LayerEffect::Unknown, false) => "not decided",
            (LayerEffect::Assumed, _) => "not read, taken to allow",
            (LayerEffect::NotApplicable, _) => "no part in this request",
        })?;
        match (self.layer, self.level) {
            (Layer::ServiceControl | Layer::ResourceControl, Some(0)) => f.write_str(" (root of the organization)"),
            (Layer::ServiceControl | Layer::ResourceControl, Some(level)) => {
                write!(f, " (level {level} below the root of the organization)")
            }
            _ => Ok(()),
        }
    }
}

/// ``identity-based policy `AmazonSSMManagedInstanceCore`, statement 2 `Messages` (line 14)``
impl fmt::Display for StatementRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, statement {}", self.source, self.index.saturating_add(1))?;
        if let Some(sid) = &self.sid {
            write!(f, " `{sid}`")?;
        }
        match self.line {
            Some(line) => write!(f, " (line {line})"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ContextKey(key) => write!(f, "condition key `{key}` of the request"),
            Self::Policy(policy) => write!(f, "{}: {}", policy.source, policy.why),
            Self::ResourceOwner => f.write_str("the account that owns the resource"),
            Self::Rule(point) => write!(f, "{point}"),
        }
    }
}

impl fmt::Display for Assumption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ServiceControlPoliciesAllow => "the service control policies of the organization allow the action",
            Self::ResourceControlPoliciesAllow => "no resource control policy of the organization denies the action",
            Self::NoSessionPolicy => "the session was made without a session policy",
            Self::NoSessionTags => "the session was made without tags of its own",
            Self::NoEndpointPolicy => "no policy of a VPC endpoint stops the request",
            Self::ObjectOfBucketOwner => "the object belongs to the owner of the bucket",
            Self::PublicAccessNotBlocked => "S3 Block Public Access does not stop anonymous requests",
        })
    }
}

/// ``… would allow but for `Resource`: `arn:aws:s3:::b/*`, the request has `arn:aws:s3:::b` ``
impl fmt::Display for NearMiss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} would allow but for ", self.statement)?;
        match &self.element {
            FailedElement::Action { negated: false } => f.write_str("`Action`")?,
            FailedElement::Action { negated: true } => f.write_str("`NotAction`")?,
            FailedElement::Resource { negated: false } => f.write_str("`Resource`")?,
            FailedElement::Resource { negated: true } => f.write_str("`NotResource`")?,
            FailedElement::Principal => f.write_str("`Principal`")?,
            FailedElement::Condition { operator, key } => write!(f, "`{operator}` on `{key}`")?,
        }
        write!(f, ": {}", quoted(&self.expected))?;
        if self.actual.is_empty() {
            f.write_str(", the request does not carry it")
        } else {
            write!(f, ", the request has {}", quoted(&self.actual))
        }
    }
}

fn quoted(values: &[String]) -> String {
    const SHOWN: usize = 4;
    let mut text = values.iter().take(SHOWN).map(|value| format!("`{value}`")).collect::<Vec<_>>().join(", ");
    if values.len() > SHOWN {
        text.push_str(" and more");
    }
    text
}

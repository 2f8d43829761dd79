//! What the policy of an endpoint says to a call, and how to mend it.

use super::Site;
use crate::fix::{Fix, FixClass};
use crate::iam::{
    EndpointKind, EndpointPolicy, Layer, LayerEffect, Missing, Policies, PolicySet, PolicySource, Request, evaluate,
};
use crate::snapshot::Gap;
use crate::snapshot::ec2::VpcEndpoint;
use serde_json::{Value, json};

/// What the policy of an endpoint says to a call, whatever other policies say.
#[derive(Debug, Clone, PartialEq)]
pub enum PolicySays {
    /// It lets the call through.
    Allows,
    /// It does not; `by` says why in words.
    Denies {
        /// The statement that denies, or the one that nearly allows.
        by: Option<String>,
        /// Whether a Deny statement applies.
        is_explicit: bool,
    },
    /// It depends on facts that are not known.
    Unknown(Vec<Gap>),
}

/// What the policy of an endpoint says to a request.
pub fn policy_says(endpoint: &VpcEndpoint, kind: EndpointKind, request: &Request) -> PolicySays {
    if is_full_access(&endpoint.policy_document) {
        return PolicySays::Allows;
    }
    let id = endpoint.vpc_endpoint_id.as_str();
    let mut policy = PolicySet::default();
    policy.add_text(PolicySource::new(Layer::Endpoint, id), &endpoint.policy_document);
    // Everything else allows, so that the verdict and its reasons are the endpoint's.
    let mut identity = PolicySet::default();
    identity.add_text(PolicySource::new(Layer::Identity, "any"), ALLOW_ALL);
    let policies = Policies { identity, endpoints: vec![EndpointPolicy { kind, policy }], ..Policies::default() };
    let decision = evaluate(request, &policies);
    let own = decision.layers.iter().find(|layer| layer.layer == Layer::Endpoint);
    match own.map(|layer| (layer.effect, layer.by.as_ref())) {
        Some((LayerEffect::ExplicitDeny, by)) => {
            PolicySays::Denies { by: by.map(ToString::to_string), is_explicit: true }
        }
        Some((LayerEffect::ImplicitDeny, _)) => {
            PolicySays::Denies { by: decision.near_miss().map(ToString::to_string), is_explicit: false }
        }
        Some((LayerEffect::Unknown, _)) => {
            let words = |missing: &Missing| Gap::opaque(format!("what endpoint policy `{id}` says: {missing}"));
            PolicySays::Unknown(decision.missing.iter().map(words).collect())
        }
        _ => PolicySays::Allows,
    }
}

const ALLOW_ALL: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;

/// Whether a policy is the default one, which lets everybody do everything.
///
/// Source: AWS PrivateLink guide, "Control access to VPC endpoints using endpoint policies".
pub fn is_full_access(document: &str) -> bool {
    if document.trim().is_empty() {
        return true;
    }
    let Ok(document) = serde_json::from_str::<Value>(document) else { return false };
    let statements = document.get("Statement");
    let only = match statements {
        Some(Value::Array(statements)) => match statements.as_slice() {
            [only] => only,
            _ => return false,
        },
        Some(only) => only,
        None => return false,
    };
    let is_any = |member: &str| match only.get(member) {
        Some(Value::String(text)) => text == "*",
        Some(Value::Array(texts)) => texts.iter().any(|text| text == "*"),
        Some(Value::Object(kinds)) => kinds.get("AWS").is_some_and(|text| text == "*"),
        _ => false,
    };
    only.get("Effect").is_some_and(|effect| effect == "Allow")
        && only.get("Condition").is_none()
        && ["Principal", "Action", "Resource"].into_iter().all(is_any)
}

/// A way to mend a policy: with one more statement, or, where a Deny stands, by hand.
pub fn mend(site: &Site<'_>, endpoint: &VpcEndpoint, is_explicit: bool, statement: &Value) -> Fix {
    let (id, who) = (endpoint.vpc_endpoint_id.as_str(), site.who);
    let show = site.command("describe-vpc-endpoints").args("vpc-endpoint-ids", [id]);
    let modify =
        |policy: &str| site.command("modify-vpc-endpoint").arg("vpc-endpoint-id", id).arg("policy-document", policy);
    match with_statement(&endpoint.policy_document, statement) {
        Some(policy) if !is_explicit => Fix::new(
            FixClass::A,
            format!("add a statement to the policy of endpoint `{id}`; the others stay as they are"),
        )
        .run(modify(&policy.to_string()))
        .undo(modify(&endpoint.policy_document)),
        _ => {
            Fix::new(FixClass::M, format!("have the owner of endpoint `{id}` take the {who} out of the Deny statement"))
                .run(show)
        }
    }
}

fn with_statement(document: &str, statement: &Value) -> Option<Value> {
    let mut document: Value = serde_json::from_str(document).ok()?;
    let statements = document.get_mut("Statement")?;
    match statements {
        Value::Array(statements) => statements.push(statement.clone()),
        only => *only = json!([only.clone(), statement]),
    }
    Some(document)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_policy_is_known_in_every_spelling() {
        let full = |document: &str| assert!(is_full_access(document), "{document}");
        full("");
        full(r#"{"Statement":{"Effect":"Allow","Principal":{"AWS":"*"},"Action":["*"],"Resource":"*"}}"#);
        for narrow in [
            r#"{"Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}]}"#,
            r#"{"Statement":[{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}]}"#,
            r#"{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*","Condition":{}}]}"#,
            "no policy",
        ] {
            assert!(!is_full_access(narrow), "{narrow}");
        }
    }
}

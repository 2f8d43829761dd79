//! A request with every policy that takes part in it: a test of policies.

use crate::iam::{
    Context, ContextValue, Decision, EndpointKind, EndpointPolicy, Layer, OrganizationPolicies, Policies, PolicySet,
    PolicySource, Principal, Request, Verdict, evaluate,
};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

/// A request as it is written in a file of cases, not checked yet.
///
/// `aim`, `tags`, `doubt` and `comment` are notes of whoever wrote it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Written {
    /// What the answer is called.
    #[serde(default)]
    pub id: Option<String>,
    /// Who calls: an ARN, a service principal, or `anonymous`.
    pub principal: String,
    /// `service:Name`.
    pub action: String,
    /// The ARN of the resource; `*` for an action without resource types.
    #[serde(default = "everything")]
    pub resource: String,
    /// The account that owns the resource, where its ARN does not say.
    #[serde(default)]
    pub resource_account: Option<String>,
    /// Every condition key of the request: a text, a list of texts, or null for one whose value is not known.
    #[serde(default)]
    pub context: Map<String, Value>,
    /// Policies of the user and its groups, or of the role.
    #[serde(default)]
    pub identity_policies: Vec<Value>,
    /// The policy of the resource; the trust policy where a role is assumed.
    #[serde(default)]
    pub resource_policy: Option<Value>,
    /// The permissions boundary.
    #[serde(default)]
    pub permission_boundary_policies: Option<Vec<Value>>,
    /// The policy that was passed when the session was made.
    #[serde(default)]
    pub session_policy: Option<Value>,
    /// Service control policies by level, the root first.
    #[serde(default)]
    pub service_control_policies: Option<Vec<Vec<Value>>>,
    /// Resource control policies by level, the root first.
    #[serde(default)]
    pub resource_control_policies: Option<Vec<Vec<Value>>>,
    /// Policies of the interface endpoints that the request passes.
    #[serde(default)]
    pub vpc_endpoint_policies: Vec<Value>,
    /// `Allowed`, `ExplicitlyDenied`, `ImplicitlyDenied` or `Unknown`.
    #[serde(default)]
    pub expected: Option<String>,
    #[serde(default, rename = "aim")]
    _aim: IgnoredAny,
    #[serde(default, rename = "tags")]
    _tags: IgnoredAny,
    #[serde(default, rename = "doubt")]
    _doubt: IgnoredAny,
    #[serde(default, rename = "comment")]
    _comment: IgnoredAny,
}

fn everything() -> String {
    "*".to_owned()
}

/// A request that can be decided, its policies compiled.
#[derive(Debug, Clone)]
pub struct Case {
    /// What the answer is called.
    pub id: Option<String>,
    /// The request.
    pub request: Request,
    /// Its policies.
    pub policies: Policies,
    /// What is expected.
    pub expected: Option<Expected>,
}

/// The verdict that a test expects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expected(pub Verdict);

impl Expected {
    /// The verdict that a word stands for.
    ///
    /// # Errors
    /// It is another word.
    pub fn parse(text: &str) -> Result<Self, String> {
        let known = Verdict::ALL.into_iter().find(|verdict| verdict.word() == text);
        let words = Verdict::ALL.map(|verdict| format!("`{}`", verdict.word())).join(", ");
        known.map(Self).ok_or_else(|| format!("expected one of {words} for `expected`, found `{text}`"))
    }

    /// Whether a verdict meets it; `None` when that is not known.
    pub fn is_met(self, verdict: Verdict) -> Option<bool> {
        (verdict != Verdict::Unknown || self.0 == Verdict::Unknown).then(|| verdict == self.0)
    }
}

impl Written {
    /// The request, when it makes sense. A policy that is none does not fail here: what it says is not known, and the decision says so.
    ///
    /// # Errors
    /// What was expected, as a lower-case sentence.
    pub fn checked(self) -> Result<Case, String> {
        let principal = Principal::parse(&self.principal).map_err(|error| format!("`principal`: {error}"))?;
        let action = action(&self.action).map_err(|error| format!("`action`: {error}"))?;
        let expected = self.expected.as_deref().map(Expected::parse).transpose()?;
        let mut context = Context::complete();
        for (key, value) in &self.context {
            context.set(key, context_value(value).map_err(|error| format!("`context`: `{key}`: {error}"))?);
        }
        let policies = self.policies();
        let mut request = Request::new(principal, action, self.resource, context);
        request.resource_account = self.resource_account.filter(|account| !account.is_empty());
        Ok(Case { id: self.id, request, policies, expected })
    }

    fn policies(&self) -> Policies {
        let single = |layer, name: &str, document: &Option<Value>| {
            document.as_ref().map(|document| set(layer, [(name.to_owned(), document)]))
        };
        let levels = |layer, name: &str, levels: &Option<Vec<Vec<Value>>>| match levels {
            Some(levels) => OrganizationPolicies::Levels(
                levels
                    .iter()
                    .enumerate()
                    .map(|(at, level)| set(layer, listed(&format!("{name}[{at}]"), level)))
                    .collect(),
            ),
            None => OrganizationPolicies::None,
        };
        let endpoints = listed("vpcEndpointPolicies", &self.vpc_endpoint_policies);
        let boundary = self.permission_boundary_policies.as_deref();
        Policies {
            identity: set(Layer::Identity, listed("identityPolicies", &self.identity_policies)),
            resource: single(Layer::Resource, "resourcePolicy", &self.resource_policy),
            boundary: boundary.map(|documents| set(Layer::Boundary, listed("permissionBoundaryPolicies", documents))),
            session: single(Layer::Session, "sessionPolicy", &self.session_policy),
            service_control: levels(Layer::ServiceControl, "serviceControlPolicies", &self.service_control_policies),
            resource_control: levels(
                Layer::ResourceControl,
                "resourceControlPolicies",
                &self.resource_control_policies,
            ),
            endpoints: endpoints
                .map(|named| EndpointPolicy { kind: EndpointKind::Interface, policy: set(Layer::Endpoint, [named]) })
                .collect(),
            management_account: None,
        }
    }
}

/// Documents with the names under which findings show them.
fn listed<'v>(name: &str, documents: &'v [Value]) -> impl Iterator<Item = (String, &'v Value)> {
    documents.iter().enumerate().map(move |(at, document)| (format!("{name}[{at}]"), document))
}

fn set<'v>(layer: Layer, documents: impl IntoIterator<Item = (String, &'v Value)>) -> PolicySet {
    let mut set = PolicySet::default();
    for (name, document) in documents {
        set.add_document(PolicySource::new(layer, name), document);
    }
    set
}

/// An action of a request: one, not a pattern.
///
/// # Errors
/// What was expected, as a lower-case sentence.
pub(super) fn action(text: &str) -> Result<String, String> {
    let is_one = text.split_once(':').is_some_and(|(service, name)| !service.is_empty() && !name.is_empty());
    match (is_one, text.contains(['*', '?'])) {
        (true, false) => Ok(text.to_owned()),
        (true, true) => Err(format!("a request has one action, such as `s3:GetObject`; `{text}` is a pattern")),
        (false, _) => Err(format!("expected `service:Name`, such as `s3:GetObject`, found `{text}`")),
    }
}

fn context_value(value: &Value) -> Result<ContextValue, String> {
    let text = |value: &Value| match value {
        Value::String(text) => Ok(text.clone()),
        Value::Bool(truth) => Ok(truth.to_string()),
        Value::Number(number) => Ok(number.to_string()),
        _ => Err("expected a text, a list of texts, or null where the value is not known".to_owned()),
    };
    match value {
        Value::Null => Ok(ContextValue::Unknown),
        Value::Array(list) => list.iter().map(text).collect::<Result<_, _>>().map(ContextValue::Values),
        single => Ok(ContextValue::Values(vec![text(single)?])),
    }
}

impl Case {
    /// The decision.
    pub fn decide(&self) -> Decision {
        evaluate(&self.request, &self.policies)
    }

    /// What the answer is called: its id, else the request in words.
    pub fn name(&self) -> String {
        let Request { principal, action, resource, .. } = &self.request;
        self.id.clone().unwrap_or_else(|| format!("{principal} {action} {resource}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const BOB: &str = "arn:aws:iam::111122223333:user/bob";

    fn case(change: Value) -> Result<Case, String> {
        let mut value = json!({ "id": "a", "principal": BOB, "action": "s3:GetObject", "resource": "arn:aws:s3:::b/k",
            "resourceAccount": "111122223333" });
        for (key, own) in change.as_object().unwrap() {
            value[key] = own.clone();
        }
        serde_json::from_value::<Written>(value).map_err(|error| error.to_string())?.checked()
    }

    fn allow(action: &str, condition: Value) -> Value {
        json!({ "Version": "2012-10-17", "Statement": { "Sid": "One", "Effect": "Allow", "Action": action, "Resource": "*", "Condition": condition } })
    }

    #[test]
    fn a_statement_goes_by_the_place_of_its_policy() {
        let decision = case(json!({ "identityPolicies": [allow("ec2:*", json!({})), allow("s3:*", json!({}))] }))
            .unwrap()
            .decide();
        assert_eq!(decision.verdict, Verdict::Allowed);
        let deciding = decision.deciding().unwrap();
        let by = deciding.by.as_ref().unwrap();
        assert_eq!((deciding.layer, by.source.name.as_str(), by.index), (Layer::Identity, "identityPolicies[1]", 0));
    }

    #[test]
    fn a_key_of_null_is_not_known_and_every_other_one_is_absent() {
        let condition = json!({ "StringEquals": { "aws:PrincipalTag/Team": "blue" } });
        let with = |context: Value| {
            case(json!({ "context": context, "identityPolicies": [allow("s3:*", condition.clone())] }))
                .unwrap()
                .decide()
        };
        assert_eq!(with(json!({})).verdict, Verdict::ImplicitlyDenied);
        assert_eq!(with(json!({ "aws:principaltag/team": ["blue"] })).verdict, Verdict::Allowed);
        let open = with(json!({ "aws:PrincipalTag/Team": null }));
        assert_eq!((open.verdict, open.missing.len()), (Verdict::Unknown, 1));
    }

    #[test]
    fn what_a_malformed_policy_says_is_not_known() {
        let decision = case(json!({ "identityPolicies": [{ "Statement": { "Effect": "Alow" } }] })).unwrap().decide();
        assert_eq!(decision.verdict, Verdict::Unknown);
        assert!(decision.missing[0].to_string().contains("`Effect` is `Alow`"), "{:?}", decision.missing);
    }

    #[test]
    fn a_case_that_makes_no_sense_is_refused() {
        let refused = |change: Value| case(change).unwrap_err();
        assert!(refused(json!({ "principal": "bob" })).starts_with("`principal`: `bob` is no caller"));
        assert!(refused(json!({ "action": "s3:*" })).ends_with("`s3:*` is a pattern"));
        assert!(refused(json!({ "action": "GetObject" })).contains("expected `service:Name`"));
        assert!(refused(json!({ "expected": "allowed" })).starts_with("expected one of `Allowed`, "));
        assert!(refused(json!({ "context": { "a": { "b": 1 } } })).starts_with("`context`: `a`: expected a text"));
        assert!(refused(json!({ "identityPolicys": [] })).contains("unknown field `identityPolicys`"));
    }

    #[test]
    fn an_expectation_is_met_missed_or_open() {
        let of = |word: &str| Expected::parse(word).unwrap();
        assert_eq!(of("Allowed").is_met(Verdict::Allowed), Some(true));
        assert_eq!(of("Allowed").is_met(Verdict::ImplicitlyDenied), Some(false));
        assert_eq!(of("ImplicitlyDenied").is_met(Verdict::ExplicitlyDenied), Some(false));
        assert_eq!(of("Allowed").is_met(Verdict::Unknown), None);
        assert_eq!(of("Unknown").is_met(Verdict::Unknown), Some(true));
    }
}

//! Reads the judged requests of `fixtures/iam/cases.ndjson` and builds small policies for tests.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "test support, compiled once per test file that needs a part of it"
)]

pub(crate) mod world;

use checks::iam::{
    Context, EndpointKind, EndpointPolicy, Layer, OrganizationPolicies, Policies, Policy, PolicyDocument, PolicySet,
    PolicySource, Principal, Request,
};
use serde_json::Value;

/// One judged request.
pub(crate) struct Case {
    pub(crate) id: String,
    pub(crate) request: Request,
    pub(crate) policies: Policies,
    pub(crate) expected: String,
}

/// The id alone: a failing property prints its case.
impl std::fmt::Debug for Case {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.id)
    }
}

/// Every judged request.
pub(crate) fn cases() -> Vec<Case> {
    texts().map(|line| case(&serde_json::from_str(line).expect("a case is JSON"))).collect()
}

/// The judged requests as text.
pub(crate) fn texts() -> impl Iterator<Item = &'static str> {
    include_str!("../fixtures/iam/cases.ndjson").lines()
}

fn text<'a>(case: &'a Value, field: &str) -> &'a str {
    case.get(field).and_then(Value::as_str).unwrap_or_else(|| panic!("field {field}"))
}

/// Reads one judged request.
pub(crate) fn case(value: &Value) -> Case {
    let mut context = Context::complete();
    for (key, value) in value.get("context").and_then(Value::as_object).expect("context") {
        context = match value {
            Value::Array(list) => context.with_values(key, list.iter().map(|item| item.as_str().expect("text"))),
            other => context.with(key, other.as_str().expect("text")),
        };
    }
    let principal = Principal::parse(text(value, "principal")).expect("a principal");
    Case {
        id: text(value, "id").to_owned(),
        request: Request::new(principal, text(value, "action"), text(value, "resource"), context)
            .owned_by(text(value, "resourceAccount")),
        policies: policies(value),
        expected: text(value, "expected").to_owned(),
    }
}

fn policies(case: &Value) -> Policies {
    let list = |layer, field: &str| case.get(field).and_then(Value::as_array).map(|documents| set(layer, documents));
    let single = |layer, field: &str| case.get(field).map(|document| set(layer, std::slice::from_ref(document)));
    let levels = |layer, field: &str| match case.get(field).and_then(Value::as_array) {
        Some(levels) => OrganizationPolicies::Levels(
            levels.iter().map(|level| set(layer, level.as_array().expect("a level"))).collect(),
        ),
        None => OrganizationPolicies::None,
    };
    let endpoints = case.get("vpcEndpointPolicies").and_then(Value::as_array).into_iter().flatten();
    Policies {
        identity: list(Layer::Identity, "identityPolicies").unwrap_or_default(),
        resource: single(Layer::Resource, "resourcePolicy"),
        boundary: list(Layer::Boundary, "permissionBoundaryPolicies"),
        session: single(Layer::Session, "sessionPolicy"),
        service_control: levels(Layer::ServiceControl, "serviceControlPolicies"),
        resource_control: levels(Layer::ResourceControl, "resourceControlPolicies"),
        endpoints: endpoints
            .map(|document| EndpointPolicy {
                kind: EndpointKind::Interface,
                policy: set(Layer::Endpoint, std::slice::from_ref(document)),
            })
            .collect(),
        management_account: None,
    }
}

/// A set of documents.
pub(crate) fn set(layer: Layer, documents: &[Value]) -> PolicySet {
    let policy = |(at, document): (usize, &Value)| {
        let parsed = PolicyDocument::parse(document).unwrap_or_else(|error| panic!("{error}: {document}"));
        Policy::new(PolicySource::new(layer, format!("{layer} {at}")), parsed)
    };
    PolicySet::of(documents.iter().enumerate().map(policy).collect())
}

//! Small worlds for tests: accounts A and B, the role `web`, and policies of one statement or a few.

use checks::iam::{
    Context, Decision, Layer, OrganizationPolicies, Policies, PolicySet, PolicySource, Principal, Request, Unreadable,
    evaluate,
};
use serde_json::{Value, json};

/// The account of the caller.
pub(crate) const A: &str = "111122223333";
/// Another account.
pub(crate) const B: &str = "444455556666";
/// The session of role `web` on an instance.
pub(crate) const SESSION: &str = "arn:aws:sts::111122223333:assumed-role/web/i-0abc";
/// The role of that session, which has a path.
pub(crate) const ROLE: &str = "arn:aws:iam::111122223333:role/ops/web";
/// A user of account A.
pub(crate) const USER: &str = "arn:aws:iam::111122223333:user/bob";
/// A bucket without an account in its ARN, as all buckets.
pub(crate) const BUCKET: &str = "arn:aws:s3:::b";
/// An object of it.
pub(crate) const OBJECT: &str = "arn:aws:s3:::b/k";
/// A function of account A.
pub(crate) const FUNCTION: &str = "arn:aws:lambda:eu-west-1:111122223333:function:f";
/// A role of account A that others assume.
pub(crate) const TARGET_ROLE: &str = "arn:aws:iam::111122223333:role/target";

/// A caller by its ARN or name.
pub(crate) fn caller(text: &str) -> Principal {
    Principal::parse(text).unwrap()
}

/// A request of which every condition key is known and absent, on a resource of account A.
pub(crate) fn request(principal: &str, action: &str, resource: &str) -> Request {
    Request::new(caller(principal), action, resource, Context::complete()).owned_by(A)
}

/// The session of role `web` reads an object of account A.
pub(crate) fn get_object() -> Request {
    request(SESSION, "s3:GetObject", OBJECT)
}

/// A set of one policy, version 2012-10-17, with one statement or a list.
pub(crate) fn policy(layer: Layer, statements: Value) -> PolicySet {
    super::set(layer, &[json!({"Version": "2012-10-17", "Statement": statements})])
}

/// A set of one policy of the older version.
pub(crate) fn old_policy(layer: Layer, statements: Value) -> PolicySet {
    super::set(layer, &[json!({"Statement": statements})])
}

/// `Allow` on everything for an action.
pub(crate) fn allow(action: &str) -> Value {
    json!({"Effect": "Allow", "Action": action, "Resource": "*"})
}

/// `Deny` on everything for an action.
pub(crate) fn deny(action: &str) -> Value {
    json!({"Effect": "Deny", "Action": action, "Resource": "*"})
}

/// `Allow` under a condition.
pub(crate) fn allow_if(action: &str, condition: Value) -> Value {
    json!({"Effect": "Allow", "Action": action, "Resource": "*", "Condition": condition})
}

/// `Deny` under a condition.
pub(crate) fn deny_if(action: &str, condition: Value) -> Value {
    json!({"Effect": "Deny", "Action": action, "Resource": "*", "Condition": condition})
}

/// A statement of a resource policy for a principal of the `AWS` list.
pub(crate) fn to(effect: &str, principal: &str, action: &str) -> Value {
    json!({"Effect": effect, "Principal": {"AWS": principal}, "Action": action, "Resource": "*"})
}

/// A statement of a trust policy.
pub(crate) fn trust(kind: &str, principal: &str) -> Value {
    json!({"Effect": "Allow", "Principal": {kind: principal}, "Action": "sts:AssumeRole"})
}

/// Identity policies of one policy.
pub(crate) fn identity(statements: Value) -> Policies {
    Policies { identity: policy(Layer::Identity, statements), ..Policies::default() }
}

/// A resource policy and nothing else.
pub(crate) fn resource(statements: Value) -> Policies {
    Policies { resource: Some(policy(Layer::Resource, statements)), ..Policies::default() }
}

/// Service control policies, one policy for each level.
pub(crate) fn levels(statements: Vec<Value>) -> OrganizationPolicies {
    OrganizationPolicies::Levels(statements.into_iter().map(|level| policy(Layer::ServiceControl, level)).collect())
}

/// A policy that its reader was not allowed to read.
pub(crate) fn unreadable(layer: Layer, action: &str) -> PolicySet {
    PolicySet::unreadable(PolicySource::new(layer, "p"), Unreadable::Permission(action.to_owned()))
}

/// The verdict as one letter: A, E, I, or U for unknown.
pub(crate) fn verdict(request: &Request, policies: &Policies) -> char {
    letter(&evaluate(request, policies))
}

/// The verdict of a decision as one letter.
pub(crate) fn letter(decision: &Decision) -> char {
    format!("{:?}", decision.verdict).chars().next().unwrap()
}

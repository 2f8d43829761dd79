//! The trust policy of a role: its proof, and how to let a service in.

use super::RoleFacts;
use crate::evidence::Evidence;
use crate::fix::{Aws, Fix, FixClass};
use crate::snapshot::operations as op;
use serde_json::{Value, json};

/// The document, as the answer that tells most of the role holds it.
pub fn trust_of(role: &RoleFacts<'_>) -> Evidence {
    let (source, field) = if role.is_whole {
        (op::GET_ROLE, "AssumeRolePolicyDocument")
    } else {
        (op::GET_INSTANCE_PROFILE, "Roles[0].AssumeRolePolicyDocument")
    };
    Evidence::new(source, &role.role.role_name, field, role.role.assume_role_policy_document.clone())
}

/// The present document with one statement more.
pub fn mend_trust(role: &RoleFacts<'_>, service: &str, words: &str) -> Fix {
    let name = role.role.role_name.as_str();
    let old = &role.role.assume_role_policy_document;
    let statement = json!({ "Effect": "Allow", "Principal": { "Service": service }, "Action": "sts:AssumeRole" });
    let mut statements = match old.get("Statement") {
        Some(Value::Array(statements)) => statements.clone(),
        Some(one) => vec![one.clone()],
        None => Vec::new(),
    };
    statements.push(statement);
    let version = old.get("Version").and_then(Value::as_str).unwrap_or("2012-10-17");
    let new = json!({ "Version": version, "Statement": statements });
    let write = |document: &Value| {
        Aws::new("iam", "update-assume-role-policy", "").arg("role-name", name).json("policy-document", document)
    };
    Fix::new(FixClass::A, format!("let {words} assume role `{name}`; its other statements stay"))
        .run(write(&new))
        .undo(write(old))
}

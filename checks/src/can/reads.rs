//! Which reads a question needs, given what is known already.
//!
//! The collector calls [`reads`] again after each round. Mostly three rounds suffice: the lists of policies, the policy of the resource and
//! the organization; the documents; and the simulation where nobody may read what the organization says.

use super::grants;
use super::organization::{self, Kind};
use super::question::{ENDPOINT, OWNER, Question};
use super::resource::{self, Target};
use crate::iam::Principal;
use crate::iam_facts::{self, simulated};
use crate::snapshot::{Gap, Operation, Read, Snapshot, operations as op};
use serde_json::{Value, json};

/// Every call of AWS that [`reads`] can ask for: the least privilege of the command.
pub const READS: &[Operation] = &[
    op::GET_CALLER_IDENTITY,
    op::GET_ROLE,
    op::LIST_ATTACHED_ROLE_POLICIES,
    op::LIST_ROLE_POLICIES,
    op::GET_ROLE_POLICY,
    op::GET_USER,
    op::LIST_ATTACHED_USER_POLICIES,
    op::LIST_USER_POLICIES,
    op::GET_USER_POLICY,
    op::LIST_GROUPS_FOR_USER,
    op::LIST_ATTACHED_GROUP_POLICIES,
    op::LIST_GROUP_POLICIES,
    op::GET_GROUP_POLICY,
    op::LIST_POLICIES,
    op::GET_POLICY_VERSION,
    op::SIMULATE_PRINCIPAL_POLICY,
    op::GET_BUCKET_POLICY,
    op::GET_FUNCTION_POLICY,
    op::GET_BUCKET_OWNERSHIP_CONTROLS,
    op::GET_KEY_POLICY,
    op::LIST_GRANTS,
    op::GET_QUEUE_ATTRIBUTES,
    op::GET_TOPIC_ATTRIBUTES,
    op::DESCRIBE_VPC_ENDPOINTS,
    op::DESCRIBE_ORGANIZATION,
    op::LIST_PARENTS,
    op::LIST_POLICIES_FOR_TARGET,
    op::DESCRIBE_POLICY,
];

/// The reads that can be asked now and have not been asked yet.
pub fn reads(snapshot: &Snapshot, question: &Question) -> Vec<Read> {
    let mut reads: Vec<Read> = Vec::new();
    let mut ask = |operation: Operation, parameters: Value| {
        let read = Read::new(operation, parameters);
        if !snapshot.has_asked(&read) && !reads.contains(&read) {
            reads.push(read);
        }
    };
    ask(op::GET_CALLER_IDENTITY, json!({}));
    of_principal(snapshot, question, &mut ask);
    of_resource(snapshot, question, &mut ask);
    of_organization(snapshot, question, &mut ask);
    if let Some(id) = question.given(ENDPOINT) {
        ask(op::DESCRIBE_VPC_ENDPOINTS, json!({ "Filters": [{ "Name": "vpc-endpoint-id", "Values": [id] }] }));
    }
    reads
}

fn of_principal(snapshot: &Snapshot, question: &Question, ask: &mut dyn FnMut(Operation, Value)) {
    let last = |name: &'_ str| name.rsplit('/').next().unwrap_or_default().to_owned();
    match &question.principal {
        Principal::RoleSession { role, .. } => iam_facts::of_role(snapshot, role, ask),
        Principal::Role { name, .. } => iam_facts::of_role(snapshot, &last(name), ask),
        Principal::User { name, .. } => iam_facts::of_user(snapshot, &last(name), ask),
        _ => {}
    }
}

fn of_resource(snapshot: &Snapshot, question: &Question, ask: &mut dyn FnMut(Operation, Value)) {
    let target = Target::of(question);
    grants::read(snapshot, question, &target, ask);
    let Target::Bucket(bucket) = &target else {
        if let Some((operation, parameters)) = target.read(None) {
            ask(operation, parameters);
        }
        return;
    };
    let owner = question.given(OWNER).or(question.principal.account());
    if let Some((operation, parameters)) = target.read(owner) {
        ask(operation, parameters);
    }
    // Refused: by the bucket's policy, or because somebody else owns it.
    if owner.is_some()
        && matches!(snapshot.bucket_policies.get(bucket), Err(Gap::Denied { .. }))
        && resource::owner(snapshot, question).is_none()
        && let Some((operation, parameters)) = target.read(None)
    {
        ask(operation, parameters);
    }
}

fn of_organization(snapshot: &Snapshot, question: &Question, ask: &mut dyn FnMut(Operation, Value)) {
    let Some(account) = question.principal.account() else { return };
    ask(op::DESCRIBE_ORGANIZATION, json!({}));
    let organization = snapshot.organization.get("");
    let is_member = match &organization {
        Ok(None) | Err(Gap::NotAsked { .. }) => return,
        Ok(Some(own)) => own.master_account_id != account,
        Err(_) => true,
    };
    if organization.is_ok() {
        let owner = question.given(OWNER).map(str::to_owned).or_else(|| resource::owner(snapshot, question));
        let of_arn = question.arn().map(|arn| arn.account.to_owned()).filter(|account| !account.is_empty());
        if is_member {
            organization::read(snapshot, account, Kind::ServiceControl, ask);
        }
        let owner = owner.or(of_arn).unwrap_or_else(|| account.to_owned());
        if organization::management_account(snapshot) != Some(&owner) {
            organization::read(snapshot, &owner, Kind::ResourceControl, ask);
        }
    }
    // Who may read the policies needs no simulation of them.
    let is_readable = snapshot.parents.get(account).is_ok();
    let is_asked = organization.is_err() || !matches!(snapshot.parents.get(account), Err(Gap::NotAsked { .. }));
    if is_member
        && is_asked
        && !is_readable
        && let Some(arn) = simulated_as(snapshot, &question.principal)
    {
        ask(op::SIMULATE_PRINCIPAL_POLICY, simulation(question, &arn));
    }
}

/// The ARN of the role or user that the simulator takes.
pub(super) fn simulated_as(snapshot: &Snapshot, principal: &Principal) -> Option<String> {
    match principal {
        Principal::Role { .. } | Principal::User { .. } => Some(principal.to_string()),
        Principal::RoleSession { role, .. } => Some(snapshot.roles.get(role).ok().flatten()?.arn.clone()),
        _ => None,
    }
}

fn simulation(question: &Question, arn: &str) -> Value {
    let entries: Vec<Value> = question
        .context
        .iter()
        .map(|(key, values)| {
            let kind = if values.len() > 1 { "stringList" } else { "string" };
            json!({ "ContextKeyName": key, "ContextKeyType": kind, "ContextKeyValues": values })
        })
        .collect();
    let mut input = json!({ "PolicySourceArn": arn, "ActionNames": [question.action, simulated::CONTROL] });
    if let Some(members) = input.as_object_mut() {
        if question.resource != "*" {
            members.insert("ResourceArns".to_owned(), json!([question.resource]));
        }
        if !entries.is_empty() {
            members.insert("ContextEntries".to_owned(), Value::Array(entries));
        }
    }
    input
}

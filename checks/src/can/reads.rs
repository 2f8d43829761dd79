//! Which reads a question needs, given what is known already.
//!
//! The collector calls [`reads`] again after each round. Mostly three rounds suffice: the lists of policies, the policy of the resource and
//! the organization; the documents; and the simulation where nobody may read what the organization says.

use super::context;
use super::grants;
use super::organization::{self, Kind};
use super::question::{ENDPOINT, OWNER, Question};
use super::reader::is_foreign;
use super::resource::{self, Target};
use crate::iam::{Principal, base_name};
use crate::iam_facts;
use crate::snapshot::{Gap, Operation, Read, Round, Snapshot, operations as op};
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
    let mut round = Round::new(snapshot);
    let mut ask = |operation: Operation, parameters: Value| round.ask(operation, parameters);
    ask(op::GET_CALLER_IDENTITY, json!({}));
    of_principal(snapshot, question, &mut ask);
    of_resource(snapshot, question, &mut ask);
    of_organization(snapshot, question, &mut ask);
    if let Some(id) = question.given(ENDPOINT) {
        ask(op::DESCRIBE_VPC_ENDPOINTS, json!({ "Filters": [{ "Name": "vpc-endpoint-id", "Values": [id] }] }));
    }
    round.into_reads()
}

fn of_principal(snapshot: &Snapshot, question: &Question, ask: &mut dyn FnMut(Operation, Value)) {
    if question.principal.account().is_some_and(|account| is_foreign(snapshot, account)) {
        return;
    }
    match &question.principal {
        Principal::RoleSession { role, .. } => iam_facts::of_role(snapshot, role, ask),
        Principal::Role { name, .. } => iam_facts::of_role(snapshot, base_name(name), ask),
        Principal::User { name, .. } => iam_facts::of_user(snapshot, base_name(name), ask),
        _ => {}
    }
}

fn of_resource(snapshot: &Snapshot, question: &Question, ask: &mut dyn FnMut(Operation, Value)) {
    let target = Target::of(question);
    grants::read(snapshot, question, &target, ask);
    if let (Target::Role(_), Some(arn)) = (&target, question.arn())
        && is_foreign(snapshot, arn.account)
    {
        return;
    }
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
        ask(op::SIMULATE_PRINCIPAL_POLICY, simulation(snapshot, question, &arn));
    }
}

/// The ARN of the role or user that the simulator takes.
pub(super) fn simulated_as(snapshot: &Snapshot, principal: &Principal) -> Option<String> {
    match principal {
        Principal::Role { .. } | Principal::User { .. } => Some(principal.to_string()),
        Principal::RoleSession { .. } => context::role_of(snapshot, principal).map(|known| known.arn.clone()),
        _ => None,
    }
}

/// The input of the simulation, with the keys that are known. It is made of nothing that a later round could change, so that the same
/// question is never asked twice.
fn simulation(snapshot: &Snapshot, question: &Question, arn: &str) -> Value {
    let kind = if matches!(question.principal, Principal::User { .. }) { "User" } else { "AssumedRole" };
    let known = [
        ("aws:principalarn", Some(arn.to_owned())),
        ("aws:principalaccount", question.principal.account().map(str::to_owned)),
        ("aws:principaltype", Some(kind.to_owned())),
        ("aws:requestedregion", context::region(snapshot, question)),
    ];
    let given = question.context.iter().map(|(key, values)| (key.as_str(), values.clone()));
    let known = known.into_iter().filter(|(key, _)| !question.context.contains_key(*key));
    let known = known.filter_map(|(key, value)| Some((key, vec![value?])));
    let entries = known.chain(given).map(|(key, values)| {
        let kind = if values.len() > 1 { "stringList" } else { "string" };
        json!({ "ContextKeyName": key, "ContextKeyType": kind, "ContextKeyValues": values })
    });
    let entries: Vec<Value> = entries.collect();
    let mut input = json!({ "PolicySourceArn": arn, "ActionNames": [question.action], "ContextEntries": entries });
    if let Some(members) = input.as_object_mut().filter(|_| question.resource != "*") {
        members.insert("ResourceArns".to_owned(), json!([question.resource]));
    }
    input
}

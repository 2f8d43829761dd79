//! Which reads bring the policies of a role or user, given what is known already.

use crate::snapshot::iam::AttachedBoundary;
use crate::snapshot::{Operation, Snapshot, operations as op};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A role with its policies, in two rounds: the lists, and the documents.
pub fn of_role(snapshot: &Snapshot, name: &str, ask: &mut dyn FnMut(Operation, Value)) {
    let own = json!({ "RoleName": name });
    ask(op::GET_ROLE, own.clone());
    ask(op::LIST_ATTACHED_ROLE_POLICIES, own.clone());
    ask(op::LIST_ROLE_POLICIES, own);
    ask(op::LIST_POLICIES, json!({ "OnlyAttached": true }));
    let attached = snapshot.attached_policies.get(name).ok().flatten();
    let attached = attached.iter().flat_map(|list| &list.attached_policies).map(|policy| policy.policy_arn.as_str());
    let role = snapshot.roles.get(name).ok().flatten();
    documents(snapshot, attached, role.and_then(|role| role.permissions_boundary.as_ref()), ask);
    let inline = snapshot.inline_policy_names.get(name).ok().flatten();
    for policy in inline.iter().flat_map(|names| &names.policy_names) {
        ask(op::GET_ROLE_POLICY, json!({ "RoleName": name, "PolicyName": policy }));
    }
}

/// A user with its policies and those of its groups, in three rounds: the lists, those of the groups, and the documents.
pub fn of_user(snapshot: &Snapshot, name: &str, ask: &mut dyn FnMut(Operation, Value)) {
    let own = json!({ "UserName": name });
    ask(op::GET_USER, own.clone());
    ask(op::LIST_ATTACHED_USER_POLICIES, own.clone());
    ask(op::LIST_USER_POLICIES, own.clone());
    ask(op::LIST_GROUPS_FOR_USER, own);
    ask(op::LIST_POLICIES, json!({ "OnlyAttached": true }));
    let attached = snapshot.attached_user_policies.get(name).ok().flatten();
    let attached = attached.iter().flat_map(|list| &list.attached_policies).map(|policy| policy.policy_arn.as_str());
    let user = snapshot.users.get(name).ok().flatten();
    documents(snapshot, attached, user.and_then(|user| user.permissions_boundary.as_ref()), ask);
    let inline = snapshot.inline_user_policy_names.get(name).ok().flatten();
    for policy in inline.iter().flat_map(|names| &names.policy_names) {
        ask(op::GET_USER_POLICY, json!({ "UserName": name, "PolicyName": policy }));
    }
    let groups = snapshot.groups_of_users.get(name).ok().flatten();
    for group in groups.iter().flat_map(|groups| &groups.groups) {
        of_group(snapshot, &group.group_name, ask);
    }
}

fn of_group(snapshot: &Snapshot, name: &str, ask: &mut dyn FnMut(Operation, Value)) {
    let own = json!({ "GroupName": name });
    ask(op::LIST_ATTACHED_GROUP_POLICIES, own.clone());
    ask(op::LIST_GROUP_POLICIES, own);
    let attached = snapshot.attached_group_policies.get(name).ok().flatten();
    let attached = attached.iter().flat_map(|list| &list.attached_policies).map(|policy| policy.policy_arn.as_str());
    documents(snapshot, attached, None, ask);
    let inline = snapshot.inline_group_policy_names.get(name).ok().flatten();
    for policy in inline.iter().flat_map(|names| &names.policy_names) {
        ask(op::GET_GROUP_POLICY, json!({ "GroupName": name, "PolicyName": policy }));
    }
}

/// The documents in force of managed policies. A boundary that nobody attaches is not in the list of attached policies: its first version
/// is asked for, and counts only if the answer says that it is the one in force. If not, the list of boundaries tells which one is.
fn documents<'s>(
    snapshot: &'s Snapshot,
    attached: impl Iterator<Item = &'s str>,
    boundary: Option<&'s AttachedBoundary>,
    ask: &mut dyn FnMut(Operation, Value),
) {
    let boundary = boundary.map(|own| own.permissions_boundary_arn.as_str()).filter(|arn| !arn.is_empty());
    let is_outdated = |arn: &str| {
        let known = snapshot.policy_versions.get(arn).ok().flatten();
        known.is_some_and(|known| known.is_default_version == Some(false))
    };
    if boundary.is_some_and(|arn| is_outdated(arn) && !matches!(snapshot.managed_policies.get(arn), Ok(Some(_)))) {
        ask(op::LIST_POLICIES, json!({ "PolicyUsageFilter": "PermissionsBoundary" }));
    }
    let policies: BTreeSet<&str> = attached.chain(boundary).collect();
    for arn in policies {
        let version = match snapshot.managed_policies.get(arn) {
            Ok(Some(policy)) => policy.default_version_id.as_str(),
            _ if Some(arn) == boundary && snapshot.managed_policies.all().is_ok() => "v1",
            _ => continue,
        };
        ask(op::GET_POLICY_VERSION, json!({ "PolicyArn": arn, "VersionId": version }));
    }
}

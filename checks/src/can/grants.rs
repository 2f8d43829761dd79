//! What allows beside policies: grants of a key, and access control lists of a bucket.

use super::question::Question;
use super::reads::simulated_as;
use super::resource::{OfResource, Target};
use crate::iam::{Layer, Policy, PolicyDocument, PolicySource, Principal, UnreadablePolicy};
use crate::iam_facts::{Document, reason};
use crate::snapshot::resource_policies::KeyGrant;
use crate::snapshot::{Gap, Operation, Snapshot, operations as op};
use serde_json::{Map, Value, json};
use std::borrow::Cow;

/// Actions that an access control list can allow.
///
/// Source: S3 user guide, "Access control list (ACL) overview", "Mapping of ACL permissions and access policy permissions".
const BY_LIST: &[&str] = &[
    "deleteobjectversion",
    "getbucketacl",
    "getobject",
    "getobjectacl",
    "getobjectversion",
    "getobjectversionacl",
    "listbucket",
    "listbucketmultipartuploads",
    "listbucketversions",
    "putbucketacl",
    "putobject",
    "putobjectacl",
    "putobjectversionacl",
];

/// Actions on an object that is there, of which another account may be the owner where lists count.
///
/// Source: S3 user guide, "Controlling ownership of objects and disabling ACLs for your bucket".
const ON_OBJECTS: &[&str] =
    &["getobject", "getobjectacl", "getobjectversion", "getobjectversionacl", "putobjectacl", "putobjectversionacl"];

/// The reads that tell of them.
pub(super) fn read(snapshot: &Snapshot, question: &Question, target: &Target, ask: &mut dyn FnMut(Operation, Value)) {
    match target {
        Target::Bucket(bucket) if is_by_list(question) => {
            ask(op::GET_BUCKET_OWNERSHIP_CONTROLS, json!({ "Bucket": bucket }));
        }
        Target::Key(key) => {
            for grantee in grantees(snapshot, question) {
                ask(op::LIST_GRANTS, json!({ "KeyId": key, "GranteePrincipal": grantee }));
            }
        }
        _ => {}
    }
}

/// Whether a request is about an object that the policies of the bucket's owner may not reach.
pub(super) fn may_be_of_others(snapshot: &Snapshot, question: &Question) -> bool {
    let Target::Bucket(bucket) = Target::of(question) else { return false };
    ON_OBJECTS.contains(&question.operation().as_str()) && !is_enforced(snapshot, &bucket).unwrap_or(false)
}

/// Whether the owner of a bucket owns every object in it, so that lists do not count.
///
/// # Errors
/// Why it is not known.
fn is_enforced(snapshot: &Snapshot, bucket: &str) -> Result<bool, Gap> {
    let controls = snapshot.bucket_ownership.get(bucket)?;
    let mut rules = controls.iter().flat_map(|controls| &controls.rules);
    Ok(rules.any(|rule| rule.object_ownership == "BucketOwnerEnforced"))
}

fn is_by_list(question: &Question) -> bool {
    BY_LIST.contains(&question.operation().as_str())
}

/// As whom a principal may be granted the use of a key: a session as itself and as its role.
fn grantees(snapshot: &Snapshot, question: &Question) -> Vec<String> {
    let principal = &question.principal;
    let own = match principal {
        Principal::RoleSession { .. } | Principal::FederatedUser { .. } | Principal::Service(_) => {
            Some(principal.to_string())
        }
        _ => None,
    };
    own.into_iter().chain(simulated_as(snapshot, principal)).collect()
}

/// Adds what was read to the policy of the resource, and leaves open what was not.
pub(super) fn add<'s>(snapshot: &'s Snapshot, question: &Question, of_resource: &mut OfResource<'s>) {
    let leave_open = |of_resource: &mut OfResource<'s>, what: String, gap: &Gap| {
        let source = PolicySource::new(Layer::Resource, what);
        let grant = UnreadablePolicy { source, why: reason(gap) };
        of_resource.policy.get_or_insert_default().unread_grants.push(grant);
    };
    match Target::of(question) {
        Target::Bucket(bucket) if is_by_list(question) => {
            let what = format!("access control lists of `{bucket}`");
            match is_enforced(snapshot, &bucket) {
                Ok(true) => {}
                Ok(false) => leave_open(of_resource, what.clone(), &Gap::opaque(format!("what the {what} allow"))),
                Err(gap) => leave_open(of_resource, what, &gap),
            }
        }
        Target::Key(key) => {
            for grantee in grantees(snapshot, question) {
                match snapshot.key_grants.get(&format!("{key}/{grantee}")) {
                    Ok(known) => {
                        let own = known.into_iter().flat_map(|known| &known.grants);
                        own.filter(|grant| grant.grantee_principal == grantee)
                            .for_each(|grant| of_resource.grant(&key, grant));
                    }
                    Err(gap) => leave_open(of_resource, format!("grants of `{key}` to `{grantee}`"), &gap),
                }
            }
        }
        _ => {}
    }
}

impl OfResource<'_> {
    /// A grant allows what a statement of the key policy would.
    ///
    /// Source: KMS developer guide, "Grants in AWS KMS".
    fn grant(&mut self, key: &str, grant: &KeyGrant) {
        let kind = if grant.grantee_principal.starts_with("arn:") { "AWS" } else { "Service" };
        let actions: Vec<String> = grant.operations.iter().map(|name| format!("kms:{name}")).collect();
        let statement = json!({ "Sid": "Grant", "Effect": "Allow", "Principal": { kind: grant.grantee_principal },
            "Action": actions, "Resource": "*", "Condition": condition(grant) });
        let document = json!({ "Version": "2008-10-17", "Statement": [statement] });
        let source = PolicySource::new(Layer::Resource, format!("grant {}", grant.grant_id));
        // Made of nothing that AWS would refuse.
        let Ok(parsed) = PolicyDocument::parse(&document) else { return };
        self.policy.get_or_insert_default().policies.push(Policy::new(source.clone(), parsed));
        let told = json!({ "GrantId": grant.grant_id, "GranteePrincipal": grant.grantee_principal, "Operations": grant.operations });
        self.documents.push(Document {
            source,
            operation: op::LIST_GRANTS,
            resource: key.to_owned(),
            member: "Grants[]",
            document: Cow::Owned(told),
            is_whole: true,
        });
    }
}

fn condition(grant: &KeyGrant) -> Value {
    let Some(constraints) = &grant.constraints else { return json!({}) };
    let pairs = constraints.encryption_context_subset.iter().chain(&constraints.encryption_context_equals);
    let keys: Map<String, Value> =
        pairs.map(|(key, value)| (format!("kms:EncryptionContext:{key}"), value.clone())).collect();
    let mut condition = json!({ "StringEquals": keys });
    // No other pair may be there.
    if let (Some(blocks), false) = (condition.as_object_mut(), constraints.encryption_context_equals.is_empty()) {
        let names: Vec<&String> = constraints.encryption_context_equals.keys().collect();
        blocks.insert("ForAllValues:StringEquals".to_owned(), json!({ "kms:EncryptionContextKeys": names }));
    }
    condition
}

#[cfg(test)]
mod tests {
    #[test]
    fn actions_are_listed_in_order() {
        assert!(super::BY_LIST.is_sorted());
    }
}

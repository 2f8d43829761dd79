//! What the organization lets the caller's account do, and others do with the resources of the owner's.
//!
//! Source: Organizations user guide, "SCP evaluation" and "RCP evaluation". Only the management account and accounts that it delegates
//! to can read the policies; to any other one IAM's simulator tells whether the service control policies let an action pass.

use super::reader::is_foreign;
use crate::iam::{
    Layer, OrganizationPolicies, PolicySet, PolicySource, Told, ToldEffect, Unreadable, UnreadablePolicy,
};
use crate::iam_facts::simulated::result;
use crate::iam_facts::{Document, reason};
use crate::snapshot::{Gap, Operation, Snapshot, operations as op};
use serde_json::{Value, json};
use std::borrow::Cow;

/// A root is at most this far above an account.
///
/// Source: Organizations user guide, "Quotas": organizational units nest five deep.
const MOST_LEVELS: usize = 8;

/// A kind of policy of an organization.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    ServiceControl,
    ResourceControl,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::ServiceControl => "SERVICE_CONTROL_POLICY",
            Self::ResourceControl => "RESOURCE_CONTROL_POLICY",
        }
    }

    fn layer(self) -> Layer {
        match self {
            Self::ServiceControl => Layer::ServiceControl,
            Self::ResourceControl => Layer::ResourceControl,
        }
    }
}

/// The policies of one kind over an account.
pub(super) struct Over<'s> {
    pub(super) policies: OrganizationPolicies,
    pub(super) documents: Vec<Document<'s>>,
}

impl Over<'_> {
    fn of(policies: OrganizationPolicies) -> Self {
        Self { policies, documents: Vec::new() }
    }
}

/// The management account, as far as it is known.
pub(super) fn management_account(snapshot: &Snapshot) -> Option<&str> {
    let organization = snapshot.organization.get("").ok().flatten()?;
    Some(organization.master_account_id.as_str()).filter(|id| !id.is_empty())
}

/// The service control policies over an account; `caller` is the ARN by which the simulator knows the principal.
pub(super) fn service_control<'s>(
    snapshot: &'s Snapshot,
    account: Option<&str>,
    caller: Option<&str>,
    action: &str,
) -> Over<'s> {
    let Some(account) = account else { return Over::of(OrganizationPolicies::None) };
    if is_foreign(snapshot, account) {
        return Over::of(OrganizationPolicies::Assumed);
    }
    match snapshot.organization.get("") {
        Ok(None) => return Over::of(OrganizationPolicies::None),
        Ok(Some(own)) if own.master_account_id == account => return Over::of(OrganizationPolicies::None),
        _ => {}
    }
    let known = levels(snapshot, account, Kind::ServiceControl);
    known.unwrap_or_else(|| {
        caller.map_or(Over::of(OrganizationPolicies::Assumed), |arn| simulated(snapshot, arn, action))
    })
}

/// What the simulator tells. It takes every key that it is not given to be absent: an Allow stays an assumption, and a denial may rest on a
/// condition that the real request fulfils.
fn simulated<'s>(snapshot: &'s Snapshot, arn: &str, action: &str) -> Over<'s> {
    let open = |why: Unreadable| {
        let source = PolicySource::new(Layer::ServiceControl, "of the organization");
        let effect = ToldEffect::Unknown(UnreadablePolicy { source, why });
        let told = vec![Told { action: action.to_owned(), effect }];
        OrganizationPolicies::Told(PolicySet { told, ..PolicySet::default() })
    };
    match snapshot.simulations.get(arn) {
        Ok(Some(simulation)) => {
            let Some((_, own)) = result(simulation, action) else { return Over::of(OrganizationPolicies::Assumed) };
            match own.organizations_decision_detail.as_ref().and_then(|detail| detail.allowed_by_organizations) {
                Some(false) => {
                    let why = "the simulator says that they deny it, which a condition on a key of the real request may change";
                    Over::of(open(Unreadable::Other(why.to_owned())))
                }
                Some(true) => Over::of(OrganizationPolicies::Assumed),
                // An account in no organization, or its management account.
                None if snapshot.organization.get("").is_err() => Over::of(OrganizationPolicies::None),
                None => Over::of(OrganizationPolicies::Assumed),
            }
        }
        Ok(None) | Err(Gap::NotAsked { .. }) => Over::of(OrganizationPolicies::Assumed),
        Err(gap) => Over::of(open(reason(&gap))),
    }
}

/// The resource control policies over an account; taken to allow where nobody may read them.
pub(super) fn resource_control<'s>(snapshot: &'s Snapshot, account: Option<&str>) -> Over<'s> {
    let assumed = || Over::of(OrganizationPolicies::Assumed);
    match account {
        Some(account) if !is_foreign(snapshot, account) && matches!(snapshot.organization.get(""), Ok(None)) => {
            Over::of(OrganizationPolicies::None)
        }
        Some(account) => levels(snapshot, account, Kind::ResourceControl).unwrap_or_else(assumed),
        None => assumed(),
    }
}

/// The account and what is above it, the root last; `None` where that is not known.
fn chain<'a>(snapshot: &'a Snapshot, account: &'a str) -> Option<Vec<&'a str>> {
    let mut chain = vec![account];
    while chain.len() < MOST_LEVELS {
        let own = *chain.last()?;
        let parent = snapshot.parents.get(own).ok().flatten()?.parents.first()?;
        chain.push(&parent.id);
        if parent.r#type == "ROOT" {
            return Some(chain);
        }
    }
    None
}

fn levels<'s>(snapshot: &'s Snapshot, account: &str, kind: Kind) -> Option<Over<'s>> {
    let mut over = Over::of(OrganizationPolicies::None);
    let mut sets = Vec::new();
    for target in chain(snapshot, account)?.iter().rev() {
        let attached = snapshot.policies_for_targets.get(&format!("{target}/{}", kind.word())).ok().flatten()?;
        let mut set = PolicySet::default();
        for policy in &attached.policies {
            let source = PolicySource::new(kind.layer(), format!("{} ({})", policy.name, policy.id));
            match snapshot.organization_policies.get(&policy.id) {
                Ok(Some(known)) => {
                    set.add_text(source.clone(), &known.content);
                    let document = Cow::Owned(Value::String(known.content.clone()));
                    let (operation, member) = (op::DESCRIBE_POLICY, "Policy.Content");
                    over.documents.push(Document {
                        source,
                        operation,
                        resource: policy.id.clone(),
                        member,
                        document,
                        is_whole: false,
                    });
                }
                unread => {
                    let gap = unread.err().unwrap_or_else(|| Gap::opaque(format!("policy `{}`", policy.id)));
                    set.add_unreadable(source, reason(&gap));
                }
            }
        }
        sets.push(set);
    }
    // Where the kind is enabled every level has a policy: `FullAWSAccess` is attached when it is.
    if sets.iter().all(|set| set.policies.is_empty() && set.unreadable.is_empty()) {
        return Some(over);
    }
    over.policies = OrganizationPolicies::Levels(sets);
    Some(over)
}

/// What brings the policies over an account, as far as the reader may have them: one round for each level.
pub(super) fn read(snapshot: &Snapshot, account: &str, kind: Kind, ask: &mut dyn FnMut(Operation, Value)) {
    let mut own = account;
    for _ in 0..MOST_LEVELS {
        ask(op::LIST_PARENTS, json!({ "ChildId": own }));
        // Who may not see the parents may not see the policies.
        let Some(parents) = snapshot.parents.get(own).ok().flatten() else { return };
        policies(snapshot, own, kind, ask);
        let Some(parent) = parents.parents.first() else { return };
        own = &parent.id;
        if parent.r#type == "ROOT" {
            return policies(snapshot, own, kind, ask);
        }
    }
}

fn policies(snapshot: &Snapshot, target: &str, kind: Kind, ask: &mut dyn FnMut(Operation, Value)) {
    ask(op::LIST_POLICIES_FOR_TARGET, json!({ "TargetId": target, "Filter": kind.word() }));
    let attached = snapshot.policies_for_targets.get(&format!("{target}/{}", kind.word())).ok().flatten();
    for policy in attached.iter().flat_map(|attached| &attached.policies) {
        ask(op::DESCRIBE_POLICY, json!({ "PolicyId": policy.id }));
    }
}

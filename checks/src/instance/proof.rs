//! What the policies of a role lack, and the proof of what they say.

use super::{Grant, Host, RoleFacts};
use crate::evidence::Evidence;
use crate::fix::Aws;
use crate::iam::{Decision, Layer, StatementRef};
use crate::iam_facts::{self, PolicyName};
use crate::snapshot::{Gap, Snapshot, operations as op};
use serde_json::Value;
use std::sync::Arc;

impl RoleFacts<'_> {
    /// Those of `actions` that no identity policy of the role allows, each with the decision.
    ///
    /// # Errors
    /// None is known to be lacking, and for some it is not known: the facts that would tell.
    pub fn lacking<'b>(&self, host: &Host<'_>, actions: &[&'b str]) -> Result<Vec<(&'b str, Arc<Decision>)>, Vec<Gap>> {
        let mut lacking = Vec::new();
        let mut open: Vec<Gap> = Vec::new();
        for action in actions {
            match self.grant(host, action) {
                Grant::Lacking(decision) => lacking.push((*action, decision)),
                Grant::Open(gaps) => add_new(&mut open, gaps),
                Grant::Given | Grant::Refused => {}
            }
        }
        if lacking.is_empty() && !open.is_empty() { Err(open) } else { Ok(lacking) }
    }

    /// The names of the role's policies, as the answers list them.
    pub fn listed(&self) -> Vec<Evidence> {
        let role = self.role.role_name.as_str();
        let of = |is_managed: bool| -> Value {
            let names = self.names.iter().filter(|policy| policy.arn.is_empty() != is_managed);
            names.map(|policy| Value::from(policy.name.as_str())).collect::<Vec<_>>().into()
        };
        vec![
            Evidence::new(op::LIST_ATTACHED_ROLE_POLICIES, role, "AttachedPolicies[].PolicyName", of(true)),
            Evidence::new(op::LIST_ROLE_POLICIES, role, "PolicyNames", of(false)),
        ]
    }

    /// The statement that a decision names, as the answers hold it.
    pub fn statement(&self, statement: &StatementRef) -> Option<Evidence> {
        iam_facts::proof(&self.documents, statement)
    }

    /// The command that shows the policy which a decision names.
    pub fn show_policy(&self, snapshot: &Snapshot, statement: &StatementRef) -> Option<String> {
        let name = statement.source.name.as_str();
        let role = self.role.role_name.as_str();
        let managed = |arn: &str| {
            let version = snapshot.managed_policies.get(arn).ok().flatten();
            let version = version.map_or("v1", |policy| policy.default_version_id.as_str());
            Aws::new("iam", "get-policy-version", "").arg("policy-arn", arn).arg("version-id", version).into()
        };
        match statement.source.layer {
            Layer::Boundary => {
                self.role.permissions_boundary.as_ref().map(|boundary| managed(&boundary.permissions_boundary_arn))
            }
            Layer::Identity => match self.names.iter().find(|policy| policy.name == name)? {
                PolicyName { arn, .. } if !arn.is_empty() => Some(managed(arn)),
                _ => {
                    Some(Aws::new("iam", "get-role-policy", "").arg("role-name", role).arg("policy-name", name).into())
                }
            },
            _ => None,
        }
    }
}

/// Whether two ids are known and differ.
pub fn is_other(one: &str, other: &str) -> bool {
    !one.is_empty() && !other.is_empty() && one != other
}

/// Adds those gaps that are not in the list yet.
pub fn add_new(open: &mut Vec<Gap>, more: Vec<Gap>) {
    for gap in more {
        if !open.contains(&gap) {
            open.push(gap);
        }
    }
}

/// Names of calls for a sentence: in backticks, joined with commas.
pub fn calls_in_words(actions: &[&str]) -> String {
    actions.iter().map(|action| format!("`{action}`")).collect::<Vec<_>>().join(", ")
}

/// The closest near miss of a decision, for the end of a sentence; empty without one.
pub fn nearly(decision: &Decision) -> String {
    decision.near_miss().map_or_else(String::new, |miss| format!("; {miss}"))
}

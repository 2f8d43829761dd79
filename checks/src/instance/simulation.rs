//! The simulation of an agent's calls, which tells what the organization lets a role do.

use super::Host;
use crate::iam_facts::simulated::{CONTROL, result};
use crate::snapshot::Snapshot;
use serde_json::{Value, json};

/// The input of the simulation: every action at once, with the condition keys that a call of the agent is known to carry.
///
/// It is made of nothing but the instance, the role's name and the actions, so that the same question is never asked twice.
pub fn input(host: &Host<'_>, role_arn: &str, actions: &[&str]) -> Value {
    let account = host.account();
    let keys = [
        ("aws:RequestedRegion", "string", host.region().to_owned()),
        ("aws:PrincipalArn", "string", role_arn.to_owned()),
        ("aws:PrincipalAccount", "string", account.to_owned()),
        ("aws:PrincipalType", "string", "AssumedRole".to_owned()),
        ("aws:PrincipalIsAWSService", "boolean", "false".to_owned()),
        ("aws:ResourceAccount", "string", account.to_owned()),
        ("aws:SecureTransport", "boolean", "true".to_owned()),
        ("aws:ViaAWSService", "boolean", "false".to_owned()),
        ("aws:Ec2InstanceSourceVpc", "string", host.instance.vpc_id.clone()),
        ("ec2:SourceInstanceARN", "string", host.arn()),
    ];
    let entry = |(name, kind, value): (&str, &str, String)| json!({ "ContextKeyName": name, "ContextKeyType": kind, "ContextKeyValues": [value] });
    let known = keys.into_iter().filter(|(_, _, value)| !value.is_empty());
    json!({
        "PolicySourceArn": role_arn,
        "ActionNames": actions.iter().copied().chain([CONTROL]).collect::<Vec<_>>(),
        "ContextEntries": known.map(entry).collect::<Vec<_>>(),
    })
}

/// ARN of a role by its path and name, as the setting of Default Host Management holds them.
pub fn role_arn(host: &Host<'_>, path: &str) -> String {
    format!("arn:{}:iam::{}:role/{}", host.partition(), host.account(), path.trim_start_matches('/'))
}

/// Whether a simulation lets a role do something, everything considered; `None` where it does not tell.
pub fn allows(snapshot: &Snapshot, role_arn: &str, action: &str) -> Option<bool> {
    let simulation = snapshot.simulations.get(role_arn).ok().flatten()?;
    Some(result(simulation, action)?.1.eval_decision == "allowed")
}

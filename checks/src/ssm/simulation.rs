//! What the organization lets the role do. Its service control policies cannot be read from a member account; IAM's own simulator
//! knows them, and tells for each action whether they let it pass.
//!
//! Source: IAM API reference, `SimulatePrincipalPolicy` and `OrganizationsDecisionDetail`. The simulator judges conditions with the keys
//! that it is given, and takes every other key to be absent, without saying so.

use super::Case;
use super::identity::{CHANNELS, REGISTER};
use crate::iam::{
    Layer, OrganizationPolicies, PolicySet, PolicySource, Told, ToldEffect, Unreadable, UnreadablePolicy,
};
use crate::snapshot::iam::{EvaluationResult, Simulation};
use crate::snapshot::{Gap, Observed, Snapshot};
use serde_json::{Value, json};

/// An action that no account can do without, and that the agent never needs. Where the organization seems to deny even this, a policy
/// denies everything to requests without some key (a network, an organization), which the simulated request lacks and the real one may
/// have.
pub const CONTROL: &str = "ec2:DescribeInstances";

/// The actions of the agent that are simulated.
pub fn actions() -> impl Iterator<Item = &'static str> {
    [REGISTER].into_iter().chain(CHANNELS.iter().copied())
}

/// The input of the simulation: every action at once, with the condition keys that a call of the agent is known to carry.
///
/// It is made of nothing but the instance and the role's name, so that the same question is never asked twice.
pub fn input(case: &Case<'_>, role_arn: &str) -> Value {
    let account = case.account();
    let keys = [
        ("aws:RequestedRegion", "string", case.region().to_owned()),
        ("aws:PrincipalArn", "string", role_arn.to_owned()),
        ("aws:PrincipalAccount", "string", account.to_owned()),
        ("aws:PrincipalType", "string", "AssumedRole".to_owned()),
        ("aws:PrincipalIsAWSService", "boolean", "false".to_owned()),
        ("aws:ResourceAccount", "string", account.to_owned()),
        ("aws:SecureTransport", "boolean", "true".to_owned()),
        ("aws:ViaAWSService", "boolean", "false".to_owned()),
        ("aws:Ec2InstanceSourceVpc", "string", case.instance.vpc_id.clone()),
        ("ec2:SourceInstanceARN", "string", case.arn()),
    ];
    let entry = |(name, kind, value): (&str, &str, String)| json!({ "ContextKeyName": name, "ContextKeyType": kind, "ContextKeyValues": [value] });
    let known = keys.into_iter().filter(|(_, _, value)| !value.is_empty());
    json!({
        "PolicySourceArn": role_arn,
        "ActionNames": actions().chain([CONTROL]).collect::<Vec<_>>(),
        "ContextEntries": known.map(entry).collect::<Vec<_>>(),
    })
}

/// The service control policies as the simulation of a role shows them; taken to allow where nobody simulated.
///
/// The gap is that of a simulation which was asked for and failed.
pub fn service_control(snapshot: &Snapshot, role_arn: &str) -> (OrganizationPolicies, Option<Gap>) {
    match snapshot.simulations.get(role_arn) {
        Ok(Some(simulation)) => (organization(simulation), None),
        Ok(None) | Err(Gap::NotAsked { .. }) => (OrganizationPolicies::Assumed, None),
        Err(gap) => {
            let why = gap
                .action()
                .map_or_else(|| Unreadable::Other(gap.to_string()), |action| Unreadable::Permission(action.to_owned()));
            (OrganizationPolicies::Told(told(|_| Some(unknown(Layer::ServiceControl, why.clone())))), Some(gap))
        }
    }
}

fn organization(simulation: &Simulation) -> OrganizationPolicies {
    let allows =
        |action: &str| result(simulation, action)?.1.organizations_decision_detail.as_ref()?.allowed_by_organizations;
    if actions().all(|action| allows(action).is_none()) {
        // An account in no organization, or its management account.
        return OrganizationPolicies::None;
    }
    let is_blanket = allows(CONTROL) == Some(false);
    OrganizationPolicies::Told(told(|action| match allows(action) {
        None | Some(true) => Some(ToldEffect::Allow),
        Some(false) if is_blanket => {
            let why = format!(
                "it denies even `{CONTROL}` in a simulation, which a condition on a key of the real request (its network, its \
                 organization) would explain as well"
            );
            Some(unknown(Layer::ServiceControl, Unreadable::Other(why)))
        }
        Some(false) => {
            let is_explicit =
                result(simulation, action).is_some_and(|(_, result)| result.eval_decision == "explicitDeny");
            Some(if is_explicit { ToldEffect::ExplicitDeny } else { ToldEffect::ImplicitDeny })
        }
    }))
}

/// ARN of a role by its path and name, as the setting of Default Host Management holds them.
pub fn role_arn(case: &Case<'_>, path: &str) -> String {
    format!("arn:{}:iam::{}:role/{}", case.partition(), case.account(), path.trim_start_matches('/'))
}

/// Whether a simulation lets a role do something, everything considered; `None` where it does not tell.
pub fn allows(snapshot: &Snapshot, role_arn: &str, action: &str) -> Option<bool> {
    let simulation = snapshot.simulations.get(role_arn).ok().flatten()?;
    Some(result(simulation, action)?.1.eval_decision == "allowed")
}

/// What the simulation tells of identity policies that nobody listed. Where organization or boundary stop an action it tells nothing of
/// them.
pub fn identity(snapshot: &Snapshot, role_arn: &str) -> Vec<Told> {
    let Ok(Some(simulation)) = snapshot.simulations.get(role_arn) else { return Vec::new() };
    let effect = |action: &str| {
        let (_, result) = result(simulation, action)?;
        let organization =
            result.organizations_decision_detail.as_ref().and_then(|detail| detail.allowed_by_organizations);
        let boundary = result.permissions_boundary_decision_detail.as_ref();
        let boundary = boundary.and_then(|detail| detail.allowed_by_permissions_boundary);
        match result.eval_decision.as_str() {
            "allowed" => Some(ToldEffect::Allow),
            _ if organization == Some(false) || boundary == Some(false) => None,
            "explicitDeny" => Some(ToldEffect::ExplicitDeny),
            _ => Some(ToldEffect::ImplicitDeny),
        }
    };
    told(effect).told
}

/// What the simulation tells of a permissions boundary whose text is not at hand.
pub fn boundary(snapshot: &Snapshot, role_arn: &str) -> Vec<Told> {
    let simulation: Observed<&Simulation> = snapshot.simulations.get(role_arn);
    let Ok(Some(simulation)) = simulation else { return Vec::new() };
    let allows = |action: &str| {
        let detail = result(simulation, action)?.1.permissions_boundary_decision_detail.as_ref()?;
        detail.allowed_by_permissions_boundary
    };
    told(|action| Some(if allows(action)? { ToldEffect::Allow } else { ToldEffect::ImplicitDeny })).told
}

/// Position and result of an action.
pub fn result<'s>(simulation: &'s Simulation, action: &str) -> Option<(usize, &'s EvaluationResult)> {
    let mut results = simulation.evaluation_results.iter().enumerate();
    results.find(|(_, result)| result.eval_action_name.eq_ignore_ascii_case(action))
}

fn told(effect: impl Fn(&str) -> Option<ToldEffect>) -> PolicySet {
    let told = actions().filter_map(|action| Some(Told { action: action.to_owned(), effect: effect(action)? }));
    PolicySet { told: told.collect(), ..PolicySet::default() }
}

fn unknown(layer: Layer, why: Unreadable) -> ToldEffect {
    ToldEffect::Unknown(UnreadablePolicy { source: PolicySource::new(layer, "of the organization"), why })
}

//! What IAM's own simulator tells of policies whose text is not at hand: those of an organization cannot be read from a member account,
//! and the simulator knows whether they let an action pass.
//!
//! Source: IAM API reference, `SimulatePrincipalPolicy` and `OrganizationsDecisionDetail`. The simulator judges conditions with the keys
//! that it is given, and takes every other key to be absent, without saying so.

use super::reason;
use crate::iam::{
    Layer, OrganizationPolicies, PolicySet, PolicySource, Told, ToldEffect, Unreadable, UnreadablePolicy,
};
use crate::snapshot::iam::{EvaluationResult, Simulation};
use crate::snapshot::{Gap, Observed, Snapshot};

/// An action that no account can do without, and that is simulated beside those that are asked about. Where the organization seems to deny even this, a policy
/// denies everything to requests without some key (a network, an organization), which the simulated request lacks and the real one may
/// have.
pub const CONTROL: &str = "ec2:DescribeInstances";

/// The service control policies as the simulation of a principal shows them; taken to allow where nobody simulated.
///
/// The gap is that of a simulation which was asked for and failed.
pub fn service_control(snapshot: &Snapshot, arn: &str, actions: &[&str]) -> (OrganizationPolicies, Option<Gap>) {
    match snapshot.simulations.get(arn) {
        Ok(Some(simulation)) => (organization(simulation, actions), None),
        Ok(None) | Err(Gap::NotAsked { .. }) => (OrganizationPolicies::Assumed, None),
        Err(gap) => {
            let why = reason(&gap);
            (
                OrganizationPolicies::Told(told(actions, |_| Some(unknown(Layer::ServiceControl, why.clone())))),
                Some(gap),
            )
        }
    }
}

fn organization(simulation: &Simulation, actions: &[&str]) -> OrganizationPolicies {
    let allows =
        |action: &str| result(simulation, action)?.1.organizations_decision_detail.as_ref()?.allowed_by_organizations;
    if actions.iter().all(|action| allows(action).is_none()) {
        // An account in no organization, or its management account.
        return OrganizationPolicies::None;
    }
    let is_blanket = allows(CONTROL) == Some(false);
    OrganizationPolicies::Told(told(actions, |action| match allows(action) {
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

/// What the simulation tells of identity policies that nobody listed. Where organization or boundary stop an action it tells nothing of
/// them.
pub fn identity(snapshot: &Snapshot, arn: &str, actions: &[&str]) -> Vec<Told> {
    let Ok(Some(simulation)) = snapshot.simulations.get(arn) else { return Vec::new() };
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
    told(actions, effect).told
}

/// What the simulation tells of a permissions boundary whose text is not at hand.
pub fn boundary(snapshot: &Snapshot, arn: &str, actions: &[&str]) -> Vec<Told> {
    let simulation: Observed<&Simulation> = snapshot.simulations.get(arn);
    let Ok(Some(simulation)) = simulation else { return Vec::new() };
    let allows = |action: &str| {
        let detail = result(simulation, action)?.1.permissions_boundary_decision_detail.as_ref()?;
        detail.allowed_by_permissions_boundary
    };
    told(actions, |action| Some(if allows(action)? { ToldEffect::Allow } else { ToldEffect::ImplicitDeny })).told
}

/// Position and result of an action.
pub fn result<'s>(simulation: &'s Simulation, action: &str) -> Option<(usize, &'s EvaluationResult)> {
    let mut results = simulation.evaluation_results.iter().enumerate();
    results.find(|(_, result)| result.eval_action_name.eq_ignore_ascii_case(action))
}

fn told(actions: &[&str], effect: impl Fn(&str) -> Option<ToldEffect>) -> PolicySet {
    let told = actions.iter().filter_map(|action| Some(Told { action: (*action).to_owned(), effect: effect(action)? }));
    PolicySet { told: told.collect(), ..PolicySet::default() }
}

fn unknown(layer: Layer, why: Unreadable) -> ToldEffect {
    ToldEffect::Unknown(UnreadablePolicy { source: PolicySource::new(layer, "of the organization"), why })
}

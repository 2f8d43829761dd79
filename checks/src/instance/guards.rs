//! What stands above every permission of a role: a Deny, a permissions boundary without an Allow, the organization.

use super::{Host, RoleFacts, add_new, calls_in_words};
use crate::evidence::Evidence;
use crate::finding::Finding;
use crate::fix::{Aws, Fix, FixClass};
use crate::iam::{Layer, LayerDecision, LayerEffect};
use crate::iam_facts::simulated;
use crate::rule::Affects;
use crate::snapshot::{Gap, operations as op};

/// A layer that stops calls, and which.
#[derive(Debug)]
pub struct Stop {
    part: LayerDecision,
    /// The calls.
    pub actions: Vec<&'static str>,
}

/// What stops calls of a role, whatever its permissions are, and what is not known about it.
pub fn stops(host: &Host<'_>, role: &RoleFacts<'_>, actions: &[&'static str]) -> (Vec<Stop>, Vec<Gap>) {
    let mut stops: Vec<Stop> = Vec::new();
    let mut open: Vec<Gap> = Vec::new();
    for action in actions.iter().copied() {
        let decision = role.decide_by_itself(host, action);
        for part in decision.denying().filter(|part| is_stop(part)) {
            match stops.iter_mut().find(|stop| stop.part == *part) {
                Some(stop) => stop.actions.push(action),
                None => stops.push(Stop { part: part.clone(), actions: vec![action] }),
            }
        }
        if decision.layers.iter().any(|part| part.effect == LayerEffect::Unknown) {
            add_new(&mut open, role.open(&decision));
        }
    }
    (stops, open)
}

/// A Deny anywhere, or a missing Allow in a layer that only caps.
fn is_stop(part: &LayerDecision) -> bool {
    part.effect == LayerEffect::ExplicitDeny || part.layer != Layer::Identity
}

/// What is found: who stops which calls, with the proof and whom to ask. `register` is the call that registers; the others open the
/// channel.
pub fn finding(host: &Host<'_>, role: &RoleFacts<'_>, stop: &Stop, register: &str) -> Finding {
    let name = role.role.role_name.as_str();
    let actions = calls_in_words(&stop.actions);
    let boundary = role.role.permissions_boundary.as_ref().map(|boundary| boundary.permissions_boundary_arn.as_str());
    let detail = match (&stop.part.by, stop.part.layer) {
        (Some(by), _) => format!("{by} denies role `{name}` {actions}"),
        (None, Layer::Boundary) => {
            format!("permissions boundary `{}` of role `{name}` allows none of {actions}", boundary.unwrap_or_default())
        }
        (None, Layer::ServiceControl) => {
            format!("the service control policies of the organization do not let role `{name}` call {actions}")
        }
        (None, layer) => format!("a {layer} stops role `{name}` from {actions}"),
    };
    let mut finding = Finding::new(format!("{detail}; no other permission outweighs that")).about("role", name);
    let registers = stop.actions.contains(&register);
    let opens = stop.actions.iter().any(|action| *action != register);
    finding.affects = Some(match (registers, opens) {
        (true, false) => Affects::Registration,
        (false, _) => Affects::Channel,
        (true, true) => Affects::Agent,
    });
    if let Some(by) = &stop.part.by {
        finding = finding.proofs(role.statement(by));
        if by.source.layer != Layer::Boundary {
            finding = finding.about("policy", &by.source.name);
        }
    }
    if let (Layer::Boundary, Some(arn)) = (stop.part.layer, boundary) {
        let field = "PermissionsBoundary.PermissionsBoundaryArn";
        finding = finding.about("policy", arn).proof(Evidence::new(op::GET_ROLE, name, field, arn));
        if !matches!(host.snapshot.policy_versions.get(arn), Ok(Some(version)) if version.is_default_version != Some(false))
        {
            finding = finding.proofs(simulated(host, role, stop));
        }
    }
    if let (None, Layer::ServiceControl) = (&stop.part.by, stop.part.layer) {
        return finding.proofs(simulated(host, role, stop)).fix(ask_organization(host, role, stop));
    }
    let mut fix = Fix::new(FixClass::M, "ask whoever owns the policy to let these calls pass; this shows it");
    fix.commands.extend(stop.part.by.as_ref().and_then(|by| role.show_policy(host.snapshot, by)));
    if let (true, Layer::Boundary, Some(arn)) = (fix.commands.is_empty(), stop.part.layer, boundary) {
        fix = fix.run(Aws::new("iam", "get-policy", "").arg("policy-arn", arn));
    }
    finding.fix(fix)
}

/// The results of the simulation in which the layer does not let the calls pass.
fn simulated(host: &Host<'_>, role: &RoleFacts<'_>, stop: &Stop) -> Vec<Evidence> {
    let arn = role.role.arn.as_str();
    let field = match stop.part.layer {
        Layer::Boundary => "PermissionsBoundaryDecisionDetail.AllowedByPermissionsBoundary",
        _ => "OrganizationsDecisionDetail.AllowedByOrganizations",
    };
    let Ok(Some(simulation)) = host.snapshot.simulations.get(arn) else { return Vec::new() };
    let results = stop.actions.iter().filter_map(|action| simulated::result(simulation, action));
    let evidence =
        |(at, _)| Evidence::new(op::SIMULATE_PRINCIPAL_POLICY, arn, format!("EvaluationResults[{at}].{field}"), false);
    results.map(evidence).collect()
}

fn ask_organization(host: &Host<'_>, role: &RoleFacts<'_>, stop: &Stop) -> Fix {
    let summary = "ask the administrators of the organization to let these calls pass; the first command shows what is denied here, the \
                   second, in the management account, the policies on the account (and on each organizational unit above it)";
    let simulate = Aws::new("iam", "simulate-principal-policy", "").arg("policy-source-arn", &role.role.arn);
    let policies = Aws::new("organizations", "list-policies-for-target", "").arg("target-id", host.account());
    Fix::new(FixClass::M, summary)
        .run(simulate.args("action-names", &stop.actions))
        .run(policies.arg("filter", "SERVICE_CONTROL_POLICY"))
}

//! A role with its policies, and what it may do.

use super::Host;
use crate::iam::{
    Context, Decision, EndpointKind, EndpointPolicy, Layer, LayerEffect, Missing, OrganizationPolicies, Policies,
    PolicySet, PolicySource, Principal, Request, Unreadable, evaluate,
};
use crate::iam_facts::{Document, Held, PolicyName, simulated};
use crate::snapshot::ec2::VpcEndpoint;
use crate::snapshot::iam::Role;
use crate::snapshot::{Gap, Snapshot};
use foldhash::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// A role with its policies, ready to be asked what it may do.
#[derive(Debug)]
pub struct RoleFacts<'a> {
    /// The role; from `GetRole`, or as its profile shows it.
    pub role: &'a Role,
    /// Whether `GetRole` was read: only it tells the boundary and tags.
    pub is_whole: bool,
    /// Its policies by name, those that could not be read among them.
    pub names: Vec<PolicyName>,
    /// The documents of its policies.
    pub documents: Vec<Document<'a>>,
    /// Reads that failed on the way to its policies.
    pub gaps: Vec<Gap>,
    policies: Policies,
    /// Its trust policy.
    trust: PolicySet,
    /// Decisions about its calls that hold for every instance with the role.
    decisions: Option<Decisions>,
    /// Decisions about services that hand out its credentials, where they hold for every instance.
    trusts: Option<Decisions>,
}

/// Decisions by action, or by service.
#[derive(Debug, Default)]
struct Decisions(RwLock<HashMap<String, Arc<Decision>>>);

impl Decisions {
    /// The decision about `name` that is known, or else is made and kept.
    fn of(&self, name: &str, decide: impl FnOnce() -> Decision) -> Arc<Decision> {
        if let Some(decision) = self.0.read().unwrap_or_else(PoisonError::into_inner).get(name) {
            return decision.clone();
        }
        let decision = Arc::new(decide());
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), decision.clone());
        decision
    }
}

impl<'a> RoleFacts<'a> {
    /// A role as its profile or IAM shows it, with its policies; `simulated` are the actions whose simulation may have been asked for.
    pub fn of(snapshot: &'a Snapshot, shown: &'a Role, simulated: &[&str]) -> Self {
        let name = shown.role_name.as_str();
        let known = snapshot.roles.get(name).ok().flatten();
        let Held { names, identity, boundary, documents, gaps } = Held::by_role(snapshot, name);
        let mut facts = Self {
            role: known.unwrap_or(shown),
            is_whole: known.is_some(),
            names,
            documents,
            gaps,
            policies: Policies { identity, boundary, ..Policies::default() },
            trust: PolicySet::default(),
            decisions: None,
            trusts: None,
        };
        facts.add_told(snapshot, simulated);
        let policies = &facts.policies;
        let is_same_for_all = policies.identity.looks_at_actions_only()
            && policies.boundary.as_ref().is_none_or(PolicySet::looks_at_actions_only)
            && policies.service_control.look_at_actions_only();
        facts.decisions = is_same_for_all.then(Decisions::default);
        let source = PolicySource::new(Layer::Trust, &facts.role.role_name);
        facts.trust.add_document(source, &facts.role.assume_role_policy_document);
        facts.trusts = facts.trust.has_no_conditions().then(Decisions::default);
        facts
    }

    /// Whether the policies were listed; where nobody asked for them, what they do is known from a simulation at best.
    pub fn is_listed(&self, snapshot: &Snapshot) -> bool {
        !matches!(snapshot.attached_policies.get(&self.role.role_name), Err(Gap::NotAsked { .. }))
    }

    /// What a simulation tells of policies whose text is not at hand.
    fn add_told(&mut self, snapshot: &Snapshot, actions: &[&str]) {
        let arn = &self.role.arn;
        if !self.is_listed(snapshot) {
            self.policies.identity.told = simulated::identity(snapshot, arn, actions);
        }
        if self.role.permissions_boundary.is_some()
            && let Some(boundary) = self.policies.boundary.as_mut().filter(|boundary| !boundary.unreadable.is_empty())
        {
            boundary.told = simulated::boundary(snapshot, arn, actions);
        }
        let (policies, gap) = simulated::service_control(snapshot, arn, actions);
        self.policies.service_control = policies;
        self.gaps.extend(gap);
    }

    /// Whether the role may make a call; `endpoint` is the VPC endpoint that the call passes, when it passes one.
    pub fn decide(&self, host: &Host<'_>, action: &str, endpoint: Option<&VpcEndpoint>) -> Decision {
        let request = host.request(self, action, endpoint);
        let mut policies = self.policies.clone();
        policies.endpoints = endpoint.into_iter().filter_map(endpoint_policy).collect();
        evaluate(&request, &policies)
    }

    /// Whether the role's own policies, boundary included, allow a call, whatever way it takes.
    pub fn decide_by_itself(&self, host: &Host<'_>, action: &str) -> Arc<Decision> {
        let decide = || evaluate(&host.request(self, action, host.endpoint_of(action)), &self.policies);
        self.decisions.as_ref().map_or_else(|| Arc::new(decide()), |known| known.of(action, decide))
    }

    /// Whether the role's own policies, boundary included, allow a call on a resource; `of_resource` is the resource's own policy.
    ///
    /// The resource counts as the account's own unless its ARN names another one.
    pub fn decide_on(&self, host: &Host<'_>, action: &str, resource: &str, of_resource: Option<PolicySet>) -> Decision {
        let mut request = host.request(self, action, host.endpoint_of(action));
        request.resource = resource.to_owned();
        let owner = resource.split(':').nth(4).filter(|account| !account.is_empty());
        request.resource_account = Some(owner.unwrap_or(host.account()).to_owned());
        evaluate(&request, &Policies { resource: of_resource, ..self.policies.clone() })
    }

    /// What the identity policies alone say of a call: boundary and the like left aside.
    pub fn grant(&self, host: &Host<'_>, action: &str) -> Grant {
        let decision = self.decide_by_itself(host, action);
        match effect(&decision, Layer::Identity) {
            LayerEffect::ExplicitDeny => Grant::Refused,
            LayerEffect::ImplicitDeny => Grant::Lacking(decision),
            LayerEffect::Unknown if !self.readable_allow(host, action) => Grant::Open(self.open(&decision)),
            _ => Grant::Given,
        }
    }

    /// Whether a policy that could be read allows a call; one that could not may still deny it.
    fn readable_allow(&self, host: &Host<'_>, action: &str) -> bool {
        let identity = PolicySet::of(self.policies.identity.policies.clone());
        let decision = evaluate(
            &host.request(self, action, host.endpoint_of(action)),
            &Policies { identity, service_control: OrganizationPolicies::Assumed, ..Policies::default() },
        );
        effect(&decision, Layer::Identity) == LayerEffect::Allows
    }

    /// Why a decision about this role is open; never empty.
    pub fn open(&self, decision: &Decision) -> Vec<Gap> {
        let mut open = gaps(decision, &self.gaps);
        if open.is_empty() {
            open.clone_from(&self.gaps);
        }
        if open.is_empty() {
            open.push(Gap::opaque(format!("what decides about role `{}`", self.role.role_name)));
        }
        open
    }

    /// Whether a service may hand out the role's credentials; `services` are the names it goes by, of which one suffices.
    ///
    /// Whether EC2 tells the account and the instance on that call is not documented: a trust policy that asks for them is decided
    /// only where both cases agree.
    pub fn decide_trust(&self, host: &Host<'_>, services: &[&str]) -> Arc<Decision> {
        let decide = |service: &str| {
            let decide = || self.decide_trust_in(host, service);
            self.trusts.as_ref().map_or_else(|| Arc::new(decide()), |known| known.of(service, decide))
        };
        let decisions: Vec<Arc<Decision>> = services.iter().map(|service| decide(service)).collect();
        let best = decisions.iter().position(|decision| decision.is_allowed());
        let best = best.or_else(|| decisions.iter().position(|decision| !decision.is_denied())).unwrap_or_default();
        decisions.into_iter().nth(best).unwrap_or_else(|| decide("ec2.amazonaws.com"))
    }

    fn decide_trust_in(&self, host: &Host<'_>, service: &str) -> Decision {
        let ask = |told: &dyn Fn(Context) -> Context| {
            let principal = Principal::Service(service.to_owned());
            let context = told(Context::complete().with_principal(&principal));
            let request = Request::new(principal, "sts:AssumeRole", &self.role.arn, context);
            evaluate(&request, &Policies { resource: Some(self.trust.clone()), ..Policies::default() })
        };
        let plain = ask(&|context| context);
        let told = ask(&|context| context.with("aws:SourceAccount", host.account()).with("aws:SourceArn", host.arn()));
        if plain.verdict == told.verdict {
            return plain;
        }
        ask(&|context| context.with_unknown("aws:SourceAccount").with_unknown("aws:SourceArn"))
    }
}

/// What the identity policies of a role say of a call.
#[derive(Debug, Clone, PartialEq)]
pub enum Grant {
    /// One of them allows it.
    Given,
    /// None of them allows it; the decision holds the near misses.
    Lacking(Arc<Decision>),
    /// One of them denies it.
    Refused,
    /// Not known, for want of these facts.
    Open(Vec<Gap>),
}

/// What a layer contributes to a decision; of several levels the first.
pub fn effect(decision: &Decision, layer: Layer) -> LayerEffect {
    let part = decision.layers.iter().find(|part| part.layer == layer);
    part.map_or(LayerEffect::NotApplicable, |part| part.effect)
}

/// The names by which EC2 goes in trust policies of a partition.
///
/// Source: IAM user guide, "AWS JSON policy elements: Principal"; China Regions take the name with and without suffix.
pub fn ec2_services(partition: &str) -> &'static [&'static str] {
    match partition {
        "aws-cn" => &["ec2.amazonaws.com", "ec2.amazonaws.com.cn"],
        "aws-iso" => &["ec2.amazonaws.com", "ec2.c2s.ic.gov"],
        "aws-iso-b" => &["ec2.amazonaws.com", "ec2.sc2s.sgov.gov"],
        _ => &["ec2.amazonaws.com"],
    }
}

/// The policy of an endpoint, unless it has the default one.
fn endpoint_policy(endpoint: &VpcEndpoint) -> Option<EndpointPolicy> {
    if endpoint.policy_document.trim().is_empty() {
        return None;
    }
    let mut policy = PolicySet::default();
    policy.add_text(PolicySource::new(Layer::Endpoint, &endpoint.vpc_endpoint_id), &endpoint.policy_document);
    Some(EndpointPolicy { kind: EndpointKind::Interface, policy })
}

/// Why an undecided decision is undecided, as gaps: the refused reads among `known`, and everything else in words.
pub fn gaps(decision: &Decision, known: &[Gap]) -> Vec<Gap> {
    let mut gaps: Vec<Gap> = decision
        .missing
        .iter()
        .map(|missing| match missing {
            Missing::Policy(policy) => match &policy.why {
                Unreadable::Permission(action) => known
                    .iter()
                    .find(|gap| gap.action() == Some(action))
                    .cloned()
                    .unwrap_or_else(|| Gap::NotAsked { action: action.clone() }),
                other => Gap::opaque(format!("what {} says ({other})", policy.source)),
            },
            other => Gap::opaque(other.to_string()),
        })
        .collect();
    gaps.dedup();
    gaps
}

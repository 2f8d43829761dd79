//! One instance under diagnosis: its facts, and what several rules need of them, worked out once.

use super::{calls, registration};
use crate::finding::{Judgement, Place};
use crate::iam::base_name;
use crate::instance::{Host, Identity, RoleFacts};
use crate::net::Network;
use crate::rule::Symptom;
use crate::snapshot::autoscaling::AutoScalingInstance;
use crate::snapshot::ec2::{Instance, is};
use crate::snapshot::ecs::{Cluster, ContainerInstance};
use crate::snapshot::{Gap, Observed};
use std::borrow::Cow;
use std::sync::Arc;

/// The symptom "an EC2 instance does not register as a container instance, or is disconnected".
pub enum Ecs {}

impl Symptom for Ecs {
    type Case<'a> = Case<'a>;
}

/// The services that the agent needs, by the short name in an endpoint's service name: where it waits for tasks, where it sends metrics, and
/// where it registers. In this order their endpoints are to be made, where container instances run already.
///
/// Source: ECS developer guide, "Amazon ECS interface VPC endpoints (AWS PrivateLink)".
pub const SERVICES: &[&str] = &["ecs-agent", "ecs-telemetry", "ecs"];

/// What is asked: a cluster, and an instance that is to be in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Name or ARN of the cluster.
    pub cluster: String,
    /// Id of the instance.
    pub instance: String,
}

impl Question {
    /// Name of the cluster.
    pub fn cluster_name(&self) -> &str {
        base_name(&self.cluster)
    }
}

/// What proves that a fault is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// The instance is registered in the cluster.
    Registered,
    /// The connection of its agent is open.
    Connected,
    /// Nothing that can be read.
    Nothing,
}

/// What was found of it, with everything its rules look at.
pub struct Case<'a> {
    /// The instance.
    pub host: Host<'a>,
    /// What is asked.
    pub question: &'a Question,
    /// The cluster; absent when there is none of that name in this account and Region.
    pub cluster: Observed<&'a Cluster>,
    /// The entries of the instance in the cluster, the one that counts first: more than one when it was registered anew.
    pub entries: Result<Vec<&'a ContainerInstance>, Gap>,
    /// Who the agent is to AWS.
    pub identity: Identity<'a>,
}

/// Gives what every case of an instance has: `case.instance`, `case.region()`.
impl<'a> std::ops::Deref for Case<'a> {
    type Target = Host<'a>;

    fn deref(&self) -> &Host<'a> {
        &self.host
    }
}

impl<'a> Case<'a> {
    /// Prepares the case of an instance.
    pub fn new(network: &'a Network<'a>, question: &'a Question, instance: &'a Instance) -> Self {
        let snapshot = network.snapshot;
        let name = question.cluster_name();
        let entries = registration::entries(snapshot, name, &instance.instance_id);
        let read = |role| Arc::new(RoleFacts::of(snapshot, role, calls::ALL));
        let mut case = Self {
            host: Host::new("ecs", network, instance).with_ways_to(SERVICES),
            question,
            cluster: snapshot.clusters.get(name),
            entries,
            identity: Identity::of(snapshot, instance, read),
        };
        let known = case.entry().ok().flatten().map(|entry| entry.container_instance_arn.clone());
        let entry = known.unwrap_or_else(|| case.arn_of(&format!("container-instance/{name}/*")));
        let targets = calls::targets(&case.cluster_arn(), &entry);
        case.host = targets.into_iter().fold(case.host, Host::with_target);
        case
    }

    /// ARN of a thing of ECS in the account and Region.
    fn arn_of(&self, thing: &str) -> String {
        format!("arn:{}:ecs:{}:{}:{thing}", self.partition(), self.region(), self.account())
    }

    /// ARN of the cluster.
    pub fn cluster_arn(&self) -> String {
        let known = self.cluster.as_ref().ok().copied().flatten().map(|cluster| cluster.cluster_arn.clone());
        let told = || self.arn_of(&format!("cluster/{}", self.question.cluster_name()));
        known.filter(|arn| !arn.is_empty()).unwrap_or_else(told)
    }

    /// The role of the instance; absent where it has none.
    ///
    /// # Errors
    /// Why it is not known.
    pub fn role(&self) -> Observed<&RoleFacts<'a>> {
        self.identity.role.as_ref().map(Option::as_deref).map_err(Clone::clone)
    }

    /// The Auto Scaling group that the instance is in, and its place in the life cycle there; absent where it is in none.
    ///
    /// # Errors
    /// Why it is not known.
    pub fn scaling(&self) -> Observed<&'a AutoScalingInstance> {
        self.snapshot.auto_scaling_instances.get(&self.instance.instance_id)
    }

    /// Whether the instance waits in the warm pool of its group, as far as that is known.
    pub fn is_warmed(&self) -> bool {
        let state = |place: &'a AutoScalingInstance| place.lifecycle_state.as_str();
        let state = self.scaling().ok().flatten().map(state).unwrap_or_default();
        state.starts_with("Warmed:") && !state.contains("Terminat")
    }

    /// The entries of the instance in other clusters, with the names of these.
    ///
    /// # Errors
    /// None is known, and not every cluster could be looked into: why.
    pub fn entries_elsewhere(&self) -> Result<Vec<(&'a str, &'a ContainerInstance)>, Gap> {
        registration::elsewhere(self.snapshot, self.question.cluster_name(), &self.instance.instance_id)
    }

    /// The entry of the instance in the cluster, in whatever status; absent when the cluster lists none.
    ///
    /// # Errors
    /// Why it is not known.
    pub fn entry(&self) -> Observed<&'a ContainerInstance> {
        self.entries.as_ref().map(|entries| entries.first().copied()).map_err(Clone::clone)
    }

    /// The entry, where it says that the registration was completed: the instance is active or drains.
    pub fn registered(&self) -> Option<&'a ContainerInstance> {
        self.entry().ok().flatten().filter(|entry| registration::is_complete(entry))
    }

    /// Whether the agent's connection to ECS is open; `None` where nothing tells.
    pub fn is_connected(&self) -> Option<bool> {
        self.registered()?.agent_connected
    }

    /// How the registration shows, in a few words.
    pub fn sign(&self) -> String {
        let cluster = self.question.cluster_name();
        match self.entry() {
            Err(gap) => format!("it is not known whether the instance is registered in cluster `{cluster}`: {gap}"),
            Ok(None) => format!("cluster `{cluster}` does not list the instance"),
            Ok(Some(entry)) if registration::is_complete(entry) => {
                let connected = match entry.agent_connected {
                    Some(true) => " and its agent is connected",
                    Some(false) => " but its agent is not connected",
                    None => "",
                };
                format!("the instance is registered in cluster `{cluster}`{connected}")
            }
            Ok(Some(entry)) => format!("cluster `{cluster}` lists the instance in status `{}`", entry.status),
        }
    }

    /// Whether the fault that something settles cannot be there.
    fn is_settled_by(&self, settled: Settled) -> bool {
        match settled {
            Settled::Registered => self.registered().is_some(),
            Settled::Connected => self.is_connected() == Some(true),
            Settled::Nothing => false,
        }
    }

    /// A question that only the inside of the instance or the client answers, unless the registration settles it.
    pub(crate) fn inside(
        &self,
        settled: Settled,
        place: Place,
        command: impl Into<Cow<'static, str>>,
        look_for: impl Into<Cow<'static, str>>,
    ) -> Judgement {
        if place == Place::Instance && self.is_asleep() {
            return self.follows_from_its_state();
        }
        if self.is_settled_by(settled) {
            return Judgement::pass(format!("{}, which this fault would not let happen", self.sign()));
        }
        Judgement::Elsewhere { place, command: command.into(), look_for: look_for.into() }
    }

    /// Whether the cluster is known not to be there, or not to take instances: every question about the instance follows from that. The
    /// first agent that asks for cluster `default` makes it.
    pub fn lacks_cluster(&self) -> bool {
        match &self.cluster {
            _ if self.wants_default() => false,
            Ok(None) => true,
            Ok(Some(cluster)) => is(&cluster.status, "INACTIVE"),
            Err(_) => false,
        }
    }
}

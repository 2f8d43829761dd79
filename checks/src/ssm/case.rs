//! One instance under diagnosis: its facts, and what several rules need of them, worked out once.

use super::estate::Estate;
use super::heartbeat::Heartbeat;
use super::identity::{Identity, RoleFacts};
use super::names::AgentVersion;
use super::sessions::Preferences;
use crate::iam::{Context, Principal, Request};
use crate::net::{Network, ServicePath};
use crate::rule::Symptom;
use crate::snapshot::ec2::{Instance, InstanceStatus, VpcEndpoint};
use crate::snapshot::ssm::{ConsoleOutput, InstanceInformation};
use crate::snapshot::{Gap, Observed, Snapshot, time};
use jiff::Timestamp;
use std::sync::Arc;

/// The symptom "not managed by Systems Manager".
pub enum Ssm {}

impl Symptom for Ssm {
    type Case<'a> = Case<'a>;
}

/// An instance that was found, with everything its rules look at.
pub struct Case<'a> {
    estate: &'a Estate<'a>,
    /// All facts.
    pub snapshot: &'a Snapshot,
    /// The network that they show.
    pub network: &'a Network<'a>,
    /// The instance.
    pub instance: &'a Instance,
    /// Whether the node answers.
    pub heartbeat: Heartbeat<'a>,
    /// Who the agent is to AWS.
    pub identity: Identity<'a>,
    /// The way to each service that the agent needs, from the primary interface; none for an instance without interfaces.
    pub paths: Vec<Arc<ServicePath>>,
}

impl<'a> Case<'a> {
    /// Prepares the case of an instance.
    pub fn new(estate: &'a Estate<'a>, instance: &'a Instance) -> Self {
        let Estate { snapshot, network, .. } = estate;
        let mut case = Self {
            estate,
            snapshot,
            network,
            instance,
            heartbeat: Heartbeat::of(snapshot, &instance.instance_id),
            identity: Identity::of(estate, instance),
            paths: Vec::new(),
        };
        case.paths = super::paths::of_case(&case);
        case
    }

    /// The Region's Session Manager preferences: the defaults when the document does not exist.
    ///
    /// # Errors
    /// Why they are not known.
    pub fn preferences(&self) -> Result<&'a Preferences, Gap> {
        self.estate.preferences()
    }

    /// The hybrid nodes with the private address of the instance.
    pub(super) fn hybrid_nodes(&self) -> &'a [&'a InstanceInformation] {
        self.estate.hybrid_nodes(&self.instance.private_ip_address)
    }

    /// Region of the instance; empty when the facts do not tell.
    pub fn region(&self) -> &str {
        &self.snapshot.header.region
    }

    /// Account of the instance; empty when the facts do not tell.
    pub fn account(&self) -> &str {
        if self.instance.owner_id.is_empty() { &self.snapshot.header.account } else { &self.instance.owner_id }
    }

    /// Partition of the account.
    pub fn partition(&self) -> &str {
        if self.snapshot.header.partition.is_empty() { "aws" } else { &self.snapshot.header.partition }
    }

    /// ARN of the instance.
    pub fn arn(&self) -> String {
        let id = &self.instance.instance_id;
        format!("arn:{}:ec2:{}:{}:instance/{id}", self.partition(), self.region(), self.account())
    }

    /// Version of the agent, when the node ever told it or the console shows it.
    pub fn agent_version(&self) -> Option<AgentVersion> {
        let told = self.heartbeat.node().and_then(|node| AgentVersion::parse(&node.agent_version));
        told.or_else(|| {
            let console = self.console().ok().flatten()?;
            crate::os::console::agent_version(&console.output).and_then(AgentVersion::parse)
        })
    }

    /// Status checks and scheduled events.
    ///
    /// # Errors
    /// Why they are not known.
    pub fn status(&self) -> Observed<&'a InstanceStatus> {
        self.snapshot.instance_statuses.get(&self.instance.instance_id)
    }

    /// What the instance wrote to its serial console, reduced to the lines that are signs of something.
    ///
    /// # Errors
    /// Why it is not known.
    pub fn console(&self) -> Observed<&'a ConsoleOutput> {
        self.snapshot.console_outputs.get(&self.instance.instance_id)
    }

    /// Whether the instance is in state `running`.
    pub fn is_running(&self) -> bool {
        crate::snapshot::ec2::is(&self.instance.state.name, "running")
    }

    /// When it was launched.
    pub fn launched(&self) -> Option<Timestamp> {
        time(&self.instance.launch_time)
    }

    /// Whole seconds since it was launched, at the time of the facts.
    pub fn age(&self) -> Option<i64> {
        let (now, launched) = (self.snapshot.now()?, self.launched()?);
        Some(now.as_second().saturating_sub(launched.as_second()))
    }

    /// The endpoint that calls of an action pass, when they pass one.
    pub fn endpoint_of(&self, action: &str) -> Option<&'a VpcEndpoint> {
        self.endpoint_for(action.split_once(':').map_or(action, |(service, _)| service))
    }

    /// A call of the agent with the role's credentials, and every condition key of it that the facts tell.
    ///
    /// Keys: IAM user guide, "AWS global condition context keys"; `ec2:SourceInstanceARN` is on every call with the credentials of an
    /// instance.
    pub(super) fn request(&self, role: &RoleFacts<'_>, action: &str, endpoint: Option<&VpcEndpoint>) -> Request {
        let (partition, account) = (self.partition(), self.account());
        let id = self.instance.instance_id.as_str();
        let principal = Principal::RoleSession {
            partition: partition.to_owned(),
            account: account.to_owned(),
            role: role.role.role_name.clone(),
            session: id.to_owned(),
        };
        let mut context = Context::partial()
            .with_principal(&principal)
            .with("aws:PrincipalArn", &role.role.arn)
            .with("aws:SecureTransport", "true")
            .with("aws:ViaAWSService", "false")
            .with("ec2:SourceInstanceARN", self.arn())
            .with("aws:EC2InstanceSourceVPC", &self.instance.vpc_id)
            .with("aws:EC2InstanceSourcePrivateIPv4", &self.instance.private_ip_address)
            .without("aws:MultiFactorAuthPresent")
            .without("aws:MultiFactorAuthAge")
            .without("aws:SourceArn")
            .without("aws:SourceAccount")
            .without("aws:CalledVia")
            .without("aws:FederatedProvider");
        if !self.region().is_empty() {
            context = context.with("aws:RequestedRegion", self.region());
        }
        if !role.role.role_id.is_empty() {
            context = context.with("aws:userid", format!("{}:{id}", role.role.role_id));
        }
        if let Some(now) = self.snapshot.now() {
            context =
                context.with("aws:CurrentTime", now.to_string()).with("aws:EpochTime", now.as_second().to_string());
        }
        for tag in &role.role.tags {
            context = context.with(&format!("aws:PrincipalTag/{}", tag.key), &tag.value);
        }
        context = match endpoint {
            Some(endpoint) => context
                .with("aws:SourceVpce", &endpoint.vpc_endpoint_id)
                .with("aws:SourceVpc", &self.instance.vpc_id)
                .with("aws:VpcSourceIp", &self.instance.private_ip_address)
                .without("aws:SourceIp"),
            None => context,
        };
        let resource = if action == super::identity::REGISTER { self.arn() } else { "*".to_owned() };
        Request::new(principal, action, resource, context).owned_by(account)
    }
}

//! One instance under diagnosis: its facts, and what several rules need of them, worked out once.

use super::estate::Estate;
use super::heartbeat::Heartbeat;
use super::identity::{Identity, RoleFacts};
use super::names::AgentVersion;
use super::sessions::Preferences;
use crate::iam::{Context, Principal, Request};
use crate::instance::Host;
use crate::net::{Network, ServicePath};
use crate::rule::Symptom;
use crate::snapshot::Gap;
use crate::snapshot::ec2::{Instance, VpcEndpoint};
use crate::snapshot::ssm::InstanceInformation;
use std::sync::Arc;

/// The symptom "not managed by Systems Manager".
pub enum Ssm {}

impl Symptom for Ssm {
    type Case<'a> = Case<'a>;
}

/// An instance that was found, with everything its rules look at.
pub struct Case<'a> {
    estate: &'a Estate<'a>,
    /// The instance.
    pub host: Host<'a>,
    /// The network that the facts show.
    pub network: &'a Network<'a>,
    /// Whether the node answers.
    pub heartbeat: Heartbeat<'a>,
    /// Who the agent is to AWS.
    pub identity: Identity<'a>,
    /// The way to each service that the agent needs, from the primary interface; none for an instance without interfaces.
    pub paths: Vec<Arc<ServicePath>>,
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
    pub fn new(estate: &'a Estate<'a>, instance: &'a Instance) -> Self {
        let Estate { snapshot, network, .. } = estate;
        let mut case = Self {
            estate,
            host: Host { symptom: "ssm", snapshot, instance },
            network,
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

    /// Version of the agent, when the node ever told it or the console shows it.
    pub fn agent_version(&self) -> Option<AgentVersion> {
        let told = self.heartbeat.node().and_then(|node| AgentVersion::parse(&node.agent_version));
        told.or_else(|| {
            let console = self.console().ok().flatten()?;
            crate::os::console::agent_version(&console.output).and_then(AgentVersion::parse)
        })
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

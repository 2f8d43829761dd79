//! One instance under diagnosis: its facts, and what several rules need of them, worked out once.

use super::calls;
use super::default_host::DefaultHost;
use super::estate::Estate;
use super::heartbeat::Heartbeat;
use super::names::AgentVersion;
use super::sessions::Preferences;
use crate::instance::{Host, Identity, Target};
use crate::rule::Symptom;
use crate::snapshot::Gap;
use crate::snapshot::ec2::Instance;
use crate::snapshot::ssm::InstanceInformation;

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
    /// Whether the node answers.
    pub heartbeat: Heartbeat<'a>,
    /// Who the agent is to AWS.
    pub identity: Identity<'a>,
    /// What stands in where that does not suffice.
    pub default_host: DefaultHost<'a>,
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
        let host = Host::new("ssm", network, instance);
        let target = Target { action: calls::REGISTER, resource: host.arn(), keys: Vec::new() };
        let mut case = Self {
            estate,
            host: host.with_target(target),
            heartbeat: Heartbeat::of(snapshot, &instance.instance_id),
            identity: Identity::of(snapshot, instance, |role| estate.role(role)),
            default_host: DefaultHost::of(estate),
        };
        let services = super::services(case.agent_version(), case.region());
        case.host = case.host.with_ways_to(&services);
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
}

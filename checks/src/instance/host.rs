//! One instance with its account and Region, its state, and what it wrote to its console.

use super::Target;
use crate::diagnosis::SubjectGap;
use crate::finding::Judgement;
use crate::net::{Network, ServicePath};
use crate::os::console::{SignKind, signs};
use crate::snapshot::ec2::{Instance, InstanceStatus, is};
use crate::snapshot::ssm::ConsoleOutput;
use crate::snapshot::{Observed, Snapshot, time};
use jiff::Timestamp;
use std::sync::Arc;

/// The instance with this id.
///
/// # Errors
/// It does not exist, or nobody knows.
pub fn find<'a>(snapshot: &'a Snapshot, id: &str) -> Result<&'a Instance, SubjectGap> {
    snapshot.instances.get(id).map_err(SubjectGap::NotReadable)?.ok_or(SubjectGap::NotFound)
}

/// An instance under diagnosis; the case of each symptom about one gives access to it.
#[derive(Debug, Clone)]
pub struct Host<'a> {
    /// The symptom, such as `ssm`: the first part of the ids of its rules.
    pub symptom: &'static str,
    /// All facts.
    pub snapshot: &'a Snapshot,
    /// The network that they show.
    pub network: &'a Network<'a>,
    /// The instance.
    pub instance: &'a Instance,
    /// The way to each service that its software needs, from the primary interface; none for an instance without interfaces.
    pub paths: Vec<Arc<ServicePath>>,
    /// What actions of its software are called on, other than `*`.
    pub(super) targets: Vec<Target>,
}

impl<'a> Host<'a> {
    /// An instance whose ways nobody has asked about yet.
    pub fn new(symptom: &'static str, network: &'a Network<'a>, instance: &'a Instance) -> Self {
        Self { symptom, snapshot: network.snapshot, network, instance, paths: Vec::new(), targets: Vec::new() }
    }

    /// With the ways to services, by their short names.
    #[must_use]
    pub fn with_ways_to(self, services: &[&str]) -> Self {
        let paths = super::paths::of(&self, services);
        Self { paths, ..self }
    }

    /// Region of the instance; empty when the facts do not tell.
    pub fn region(&self) -> &'a str {
        &self.snapshot.header.region
    }

    /// Account of the instance; empty when the facts do not tell.
    pub fn account(&self) -> &'a str {
        if self.instance.owner_id.is_empty() { &self.snapshot.header.account } else { &self.instance.owner_id }
    }

    /// Partition of the account.
    pub fn partition(&self) -> &'a str {
        if self.snapshot.header.partition.is_empty() { "aws" } else { &self.snapshot.header.partition }
    }

    /// ARN of the instance.
    pub fn arn(&self) -> String {
        let id = &self.instance.instance_id;
        format!("arn:{}:ec2:{}:{}:instance/{id}", self.partition(), self.region(), self.account())
    }

    /// Status checks and scheduled events.
    ///
    /// # Errors
    /// Why they are not known.
    pub fn status(&self) -> Observed<&'a InstanceStatus> {
        self.snapshot.instance_statuses.get(&self.instance.instance_id)
    }

    /// Whether the instance is in state `running`.
    pub fn is_running(&self) -> bool {
        is(&self.instance.state.name, "running")
    }

    /// Whether the facts say that nothing runs on the instance: it is in another state than `running`.
    pub fn is_asleep(&self) -> bool {
        !self.instance.state.name.is_empty() && !self.is_running()
    }

    /// What a rule about a machine that does not run says: another rule tells why.
    pub(crate) fn follows_from_its_state(&self) -> Judgement {
        Judgement::follows_from(&format!("{}/instance-not-running", self.symptom))
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

    /// What the instance wrote to its serial console, reduced to the lines that are signs of something.
    ///
    /// # Errors
    /// Why it is not known.
    pub fn console(&self) -> Observed<&'a ConsoleOutput> {
        self.snapshot.console_outputs.get(&self.instance.instance_id)
    }

    /// Whether a console text was taken before the instance was last started, so that it tells of an earlier life.
    ///
    /// `LaunchTime` is the time of the last start, not of a reboot (EC2 API reference, `Instance`); a text without a time counts as new.
    pub(crate) fn is_outdated(&self, console: &ConsoleOutput) -> bool {
        matches!((time(&console.timestamp), self.launched()), (Some(taken), Some(launched)) if taken < launched)
    }

    /// The console text of the present start; none while the instance does not run.
    ///
    /// # Errors
    /// Why it is not known.
    pub(crate) fn console_since_start(&self) -> Observed<&'a ConsoleOutput> {
        if self.is_asleep() {
            return Ok(None);
        }
        Ok(self.console()?.filter(|console| !self.is_outdated(console)))
    }
}

/// The last line of a kind in a console text, unless a line of a kind in `undone_by` follows it.
pub(crate) fn last_sign<'a>(console: &'a ConsoleOutput, kind: SignKind, undone_by: &[SignKind]) -> Option<&'a str> {
    let mut found = None;
    for sign in signs(&console.output) {
        if sign.kind == kind {
            found = Some(sign.line);
        } else if undone_by.contains(&sign.kind) {
            found = None;
        }
    }
    found
}

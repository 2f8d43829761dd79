//! One instance under diagnosis: its facts, and what several rules need of them, worked out once.

use super::path::{self, Road};
use super::question::Question;
use super::source::Source;
use crate::instance::Host;
use crate::net::Network;
use crate::rule::Symptom;
use crate::snapshot::ec2::Instance;

/// The symptom "SSH to an instance fails".
pub enum Ssh {}

impl Symptom for Ssh {
    type Case<'a> = Case<'a>;
}

/// What was found of it, with everything its rules look at.
pub struct Case<'a> {
    /// The instance.
    pub host: Host<'a>,
    /// What is asked.
    pub question: &'a Question,
    /// From where connections come.
    pub source: Source,
    /// The ways from there to the port of the instance, one for each address family; none where nobody says which way is meant.
    pub roads: Vec<Road>,
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
        let host = Host::new("ssh", network, instance);
        let source = Source::of(snapshot, question);
        let mut case = Self { host, question, source, roads: Vec::new() };
        case.roads = path::of_case(&case);
        case
    }
}

//! One instance under diagnosis: its facts, and what several rules need of them, worked out once.

use crate::instance::Host;
use crate::net::Network;
use crate::rule::Symptom;
use crate::snapshot::ec2::Instance;

/// The symptom "SSH to an instance fails".
pub enum Ssh {}

impl Symptom for Ssh {
    type Case<'a> = Case<'a>;
}

/// What is asked: an instance, and how it is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Id of the instance.
    pub instance: String,
    /// The port of the SSH server.
    pub port: u16,
}

/// What was found of it, with everything its rules look at.
pub struct Case<'a> {
    /// The instance.
    pub host: Host<'a>,
    /// What is asked.
    pub question: &'a Question,
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
        Self { host: Host::new("ssh", network, instance), question }
    }
}

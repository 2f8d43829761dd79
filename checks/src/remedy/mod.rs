//! How to mend a network: one file for each mechanism, for the rules of every symptom.

pub mod acl;
pub mod endpoint;
pub mod endpoint_policy;
pub mod nat;
pub mod route;
pub mod security_group;
pub mod vpc;

use crate::fix::Aws;
use crate::instance::Host;
use crate::net::Network;
use crate::snapshot::Snapshot;

/// Where something is to be mended, and for whom.
#[derive(Debug, Clone, Copy)]
pub struct Site<'a> {
    /// The network.
    pub network: &'a Network<'a>,
    /// The VPC.
    pub vpc: &'a str,
    /// The subnet whose ways are to work.
    pub subnet: &'a str,
    /// Who sends the packets, in a word: `instance`, `function`.
    pub who: &'static str,
}

impl<'a> Site<'a> {
    /// The place of an instance.
    pub fn of(host: &Host<'a>) -> Self {
        let instance = host.instance;
        Self { network: host.network, vpc: &instance.vpc_id, subnet: &instance.subnet_id, who: "instance" }
    }

    /// All facts.
    pub fn snapshot(&self) -> &'a Snapshot {
        self.network.snapshot
    }

    /// `aws ec2 NAME`, in the Region of the facts.
    pub fn command(&self, name: &str) -> Aws {
        Aws::new("ec2", name, &self.snapshot().header.region)
    }
}

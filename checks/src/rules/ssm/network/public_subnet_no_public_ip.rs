//! A public subnet is of no use to an interface without a public address.

use crate::finding::Judgement;
use crate::instance::findings;
use crate::net::Cause;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssm::Case;
use crate::walls::Watch;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the route out leads to an internet gateway while the interface has no public IPv4 address (`Association.PublicIp` of the
    /// interface; `MapPublicIpOnLaunch` of the subnet says nothing about a running instance).
    ///
    /// ## Why it matters
    ///
    /// An internet gateway carries only packets of a private address that is paired with a public one, and drops the others.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-instances --instance-ids ID --query 'Reservations[].Instances[].NetworkInterfaces[].Association'`
    ///
    /// ## False positives
    ///
    /// IPv6 needs no such pair: an agent that uses the dual-stack names over IPv6 works all the same, and is judged apart.
    ///
    /// ## Fix
    ///
    /// An Elastic IP address (class B), or better a private subnet with a NAT gateway or with endpoints. To undo, disassociate and release
    /// by the ids that the calls gave back.
    ///
    /// ## References
    ///
    /// - VPC user guide, "Enable internet access for a VPC using an internet gateway"
    "ssm/public-subnet-no-public-ip", Blocker, Agent, fix B,
    "The way out is an internet gateway, but the instance has no public address",
    needs [DESCRIBE_INSTANCES, DESCRIBE_ROUTE_TABLES]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let watch = Watch {
        about: &RULE.about,
        causes: &|cause| cause == Cause::NoPublicAddress,
        opaque: &|_| false,
        pass: "the way out does not need a public address that is not there",
    };
    watch.judge(case, |wall| findings::no_public_address(case, wall))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, findings, missing};
    use serde_json::Value;

    #[test]
    fn fires_without_a_public_address() {
        let mut world = testkit::public();
        let eni = "/Reservations/0/Instances/0/NetworkInterfaces/0";
        world.patch(op::DESCRIBE_INSTANCES, &format!("{eni}/Association"), Value::Null);
        world.patch(op::DESCRIBE_INSTANCES, &format!("{eni}/PrivateIpAddresses/0/Association"), Value::Null);
        world.patch(op::DESCRIBE_INSTANCES, "/Reservations/0/Instances/0/PublicIpAddress", Value::Null);
        let found = findings(world.judge(&RULE));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].reachability_code, Some("IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS"));
    }

    #[test]
    fn silent_with_one_and_behind_a_nat_gateway() {
        assert!(matches!(testkit::public().judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(testkit::nat().judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_tables_are_denied() {
        let mut world = testkit::public();
        world.deny(op::DESCRIBE_ROUTE_TABLES);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:DescribeRouteTables"]);
    }
}

//! An interface endpoint that the service's own name does not lead to.

use crate::finding::Judgement;
use crate::instance::endpoints::Unused;
use crate::instance::findings;
use crate::net::Cause;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssm::Case;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether an interface endpoint of a service that the agent needs has private DNS off (`PrivateDnsEnabled`), while no private
    /// hosted zone of the VPC leads the name there and the public addresses are not reachable.
    ///
    /// ## Why it matters
    ///
    /// The agent asks for `ssm.REGION.amazonaws.com`. Without private DNS that name has public addresses, and the endpoint stands
    /// there unused.
    ///
    /// ## How to confirm
    ///
    /// On an instance of the subnet: `nslookup ssm.REGION.amazonaws.com` gives public addresses instead of those of the endpoint.
    ///
    /// ## False positives
    ///
    /// A hub design with a private hosted zone needs no private DNS. Where the zones of the VPC could not be read the rule cannot tell.
    ///
    /// ## Fix
    ///
    /// Switch it on (class A). It fails when another endpoint of the VPC or a private hosted zone already has the name. To undo,
    /// switch it off.
    ///
    /// ## References
    ///
    /// - AWS PrivateLink guide, "Access an AWS service using an interface VPC endpoint", private DNS
    /// - Systems Manager user guide, "Improve the security of EC2 instances by using VPC endpoints for Systems Manager"
    "ssm/endpoint-private-dns-off", Blocker, Agent, fix A,
    "The service's name does not lead to the endpoint",
    needs [DESCRIBE_VPC_ENDPOINTS, LIST_HOSTED_ZONES_BY_VPC]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let unused = Unused {
        causes: |cause| cause == Cause::EndpointPrivateDnsOff,
        pass: "private DNS is on for every endpoint of the agent's services",
    };
    Ok(unused.judge(case, case, |wall| findings::private_dns_off(case, wall)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, World, findings, missing};
    use serde_json::json;

    fn off() -> World {
        let mut world = testkit::closed();
        world.lost().patch(op::DESCRIBE_VPC_ENDPOINTS, "/VpcEndpoints/1/PrivateDnsEnabled", json!(false));
        world
    }

    #[test]
    fn fires_in_a_closed_vpc() {
        let found = findings(off().judge(&RULE));
        assert!(found[0].detail.contains("`ssmmessages.eu-west-1.amazonaws.com`"), "{}", found[0].detail);
        let fix = found[0].fix.as_ref().unwrap();
        assert!(fix.commands[0].ends_with("--vpc-endpoint-id vpce-ssmmessages --private-dns-enabled"));
        assert!(fix.rollback[0].ends_with("--no-private-dns-enabled"));
    }

    #[test]
    fn silent_when_on() {
        assert!(matches!(testkit::closed().judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(testkit::nat().judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn silent_on_a_node_that_answers_over_a_zone_nobody_asked_for() {
        let mut world = testkit::closed();
        world.patch(op::DESCRIBE_VPC_ENDPOINTS, "/VpcEndpoints/0/PrivateDnsEnabled", json!(false));
        world.forget(op::LIST_HOSTED_ZONES_BY_VPC);
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_zones_are_denied() {
        let mut world = off();
        world.deny(op::LIST_HOSTED_ZONES_BY_VPC);
        assert_eq!(missing(world.judge(&RULE)), ["route53:ListHostedZonesByVPC"]);
    }

    #[test]
    fn unknown_when_a_zone_leads_somewhere() {
        let mut world = off();
        let zone = json!([{ "HostedZoneId": "Z1", "Name": "amazonaws.com.", "Owner": { "OwningAccount": "1" } }]);
        world.patch(op::LIST_HOSTED_ZONES_BY_VPC, "/HostedZoneSummaries", zone);
        assert!(missing(world.judge(&RULE))[0].contains("hosted zone"));
    }
}

//! A firewall or appliance is on the way, whose rules are no facts here.

use crate::finding::{Finding, Judgement};
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssh::Case;
use crate::ssh::path::is_appliance;
use crate::walls::Watch;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether packets or replies pass a Network Firewall, a Gateway Load Balancer endpoint, an instance that forwards, or a load
    /// balancer: what those let through is not readable here.
    ///
    /// ## Why it matters
    ///
    /// Everything that AWS shows of the network can be open while a firewall drops TCP 22 or loses the replies, most of all where only
    /// one direction passes it.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-route-tables --filters Name=vpc-id,Values=VPC --query 'RouteTables[].Routes[?GatewayId]'` and the log of the firewall
    ///
    /// ## False positives
    ///
    /// None of it is a proof of a fault. A connection that got through proves that it lets SSH pass.
    ///
    /// ## Fix
    ///
    /// Ask the owner of the firewall for the flow: source, address of the instance, port (class M). Both directions have to pass the same
    /// firewall.
    ///
    /// ## References
    ///
    /// - Network Firewall developer guide, "Symmetric routing"
    /// - VPC user guide, "Middlebox routing"
    "ssh/firewall-inspection", CannotTell, Path, fix M,
    "A firewall or appliance on the way decides",
    needs [DESCRIBE_ROUTE_TABLES, DESCRIBE_VPC_ENDPOINTS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let watch = Watch {
        about: &RULE.about,
        causes: &|_| false,
        opaque: &is_appliance,
        pass: "no firewall or appliance is known on the way",
    };
    watch.judge(case, |wall| Finding::new(wall.by()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::missing;
    use crate::testkit::ssh::public;
    use serde_json::json;

    #[test]
    fn fires_as_an_open_question_when_replies_pass_a_firewall() {
        let mut world = public();
        let route = json!({ "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "vpce-firewall", "State": "active" });
        world.patch(op::DESCRIBE_ROUTE_TABLES, "/RouteTables/0/Routes/1", route);
        let firewall = json!({ "VpcEndpointId": "vpce-firewall", "VpcEndpointType": "GatewayLoadBalancer", "VpcId": "vpc-1", "State": "available" });
        world.patch(op::DESCRIBE_VPC_ENDPOINTS, "/VpcEndpoints", json!([firewall]));
        let unseen = missing(world.judge(&RULE));
        assert!(unseen[0].contains("vpce-firewall"), "{unseen:?}");
    }

    #[test]
    fn silent_without_one() {
        assert!(matches!(public().judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_routes_are_denied() {
        let mut world = public();
        world.deny(op::DESCRIBE_ROUTE_TABLES);
        assert!(missing(world.judge(&RULE)).contains(&"ec2:DescribeRouteTables".to_owned()));
    }
}

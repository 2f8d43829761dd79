//! The instance's subnet leads nowhere.

use crate::finding::Judgement;
use crate::instance::findings;
use crate::instance::is_claimed;
use crate::net::{Cause, Verdict};
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssm::Case;
use crate::ssm::endpoints::ENDPOINTS;
use crate::walls::Watch;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the route table of the instance's subnet (its own, or the VPC's main table) leads to the services that the agent needs:
    /// an interface endpoint inside the VPC, or a route to the internet over a NAT gateway, an internet gateway, an egress-only gateway or
    /// a transit gateway. The longest prefix decides; two halves of the address space make a default route as well.
    ///
    /// ## Why it matters
    ///
    /// Without a route packets are dropped in the VPC, and the agent's connections time out.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-route-tables --filters Name=association.subnet-id,Values=SUBNET` (nothing found: the main table counts,
    /// `Name=association.main,Values=true`).
    ///
    /// ## False positives
    ///
    /// Behind a transit gateway, a virtual private gateway or an appliance nobody can look from here: *cannot tell*, unless the node
    /// answers. Endpoints in a hub VPC work through a private hosted zone that is associated with this VPC.
    ///
    /// ## Fix
    ///
    /// Interface endpoints for `ssm` and `ssmmessages`, or a NAT gateway (class B: both cost money by the hour). To undo, delete what was
    /// created, in reverse order.
    ///
    /// ## References
    ///
    /// - VPC user guide, "Configure route tables"
    /// - Systems Manager user guide, "Improve the security of EC2 instances by using VPC endpoints for Systems Manager"
    "ssm/no-egress-path", Blocker, Agent, fix B,
    "The subnet of the instance has no way to Systems Manager",
    needs [DESCRIBE_ROUTE_TABLES, DESCRIBE_SUBNETS, DESCRIBE_VPC_ENDPOINTS, LIST_HOSTED_ZONES_BY_VPC, DESCRIBE_PREFIX_LISTS,
        DESCRIBE_VPC_PEERING_CONNECTIONS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let watch = Watch {
        about: &RULE.about,
        causes: &|cause| {
            matches!(cause, Cause::NoRoute | Cause::PeeringNoInternet | Cause::NoReturnRoute | Cause::NoAddress)
        },
        opaque: &|what| !is_claimed(what),
        pass: "the routes lead to every service that the agent needs",
    };
    if case.has_endpoints() && case.paths.iter().any(|path| path.verdict == Verdict::Blocked) {
        let gaps = watch.gaps(case);
        return Ok(if gaps.is_empty() {
            Judgement::not_applicable(
                "the VPC reaches Systems Manager over endpoints; the rules on endpoints say what is wrong with them",
            )
        } else {
            Judgement::open(gaps)
        });
    }
    watch.judge(case, |wall| findings::no_route(case, wall, "Systems Manager", ENDPOINTS))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, findings, missing};
    use serde_json::{Value, json};

    const DEFAULT: &str = "/RouteTables/0/Routes/1";

    #[test]
    fn fires_without_a_default_route() {
        let mut world = testkit::nat();
        world.lost().patch(op::DESCRIBE_ROUTE_TABLES, DEFAULT, Value::Null);
        let found = findings(world.judge(&RULE));
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].fix.as_ref().unwrap().commands.len(),
            4,
            "a group, its rule, and an endpoint for each service"
        );
    }

    #[test]
    fn fires_on_a_default_route_to_a_peering_connection() {
        let mut world = testkit::nat();
        let route =
            json!({ "DestinationCidrBlock": "0.0.0.0/0", "VpcPeeringConnectionId": "pcx-1", "State": "active" });
        world.lost().patch(op::DESCRIBE_ROUTE_TABLES, DEFAULT, route);
        let found = findings(world.judge(&RULE));
        let words = "leads to `pcx-1`, which is a peering connection";
        assert!(found[0].detail.contains(words), "{}", found[0].detail);
        assert_eq!(
            found[0].fix.as_ref().unwrap().commands.len(),
            4,
            "a group, its rule, and an endpoint for each service"
        );
    }

    #[test]
    fn silent_with_a_split_default_route() {
        let mut world = testkit::nat();
        let half = |block: &str| json!({ "DestinationCidrBlock": block, "NatGatewayId": "nat-1", "State": "active" });
        world.lost().patch(op::DESCRIBE_ROUTE_TABLES, DEFAULT, half("0.0.0.0/1"));
        world.patch(op::DESCRIBE_ROUTE_TABLES, "/RouteTables/0/Routes/-", half("128.0.0.0/1"));
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn silent_where_endpoints_are_the_way() {
        let mut world = testkit::closed();
        world.lost().patch(op::DESCRIBE_VPC_ENDPOINTS, "/VpcEndpoints/0", Value::Null);
        assert!(matches!(world.judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_behind_a_transit_gateway() {
        let mut world = testkit::nat();
        let route = json!({ "DestinationCidrBlock": "0.0.0.0/0", "TransitGatewayId": "tgw-1", "State": "active" });
        world.lost().patch(op::DESCRIBE_ROUTE_TABLES, DEFAULT, route);
        let gaps = missing(world.judge(&RULE));
        assert_eq!(gaps.len(), 1);
        assert!(gaps[0].contains("tgw-1"), "{gaps:?}");
    }

    #[test]
    fn unknown_when_tables_are_denied() {
        let mut world = testkit::nat();
        world.deny(op::DESCRIBE_ROUTE_TABLES);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:DescribeRouteTables"]);
    }
}

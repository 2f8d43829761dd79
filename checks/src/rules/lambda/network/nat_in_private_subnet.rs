//! The NAT gateway lies in a subnet without a way to the internet.

use crate::finding::Judgement;
use crate::lambda::{Case, obstacles};
use crate::net::Family;
use crate::rule::declare_rule;
use crate::snapshot::Gap;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the route table of the NAT gateway's own subnet leads to an internet gateway, over a route whose target is there.
    ///
    /// ## Why it matters
    ///
    /// A public NAT gateway translates and then follows the routes of its own subnet. In a private subnet what it sends goes nowhere.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-route-tables --filters Name=association.subnet-id,Values=SUBNET` with the `SubnetId` of the gateway.
    ///
    /// ## False positives
    ///
    /// A regional NAT gateway has no subnet and a table of its own. Where the gateway sends on to an appliance, what is behind it cannot
    /// be seen.
    ///
    /// ## Fix
    ///
    /// Give the subnet of the gateway a table with a route to the internet gateway (class A), or make a new gateway in a public subnet
    /// (class B). To undo, put the old table back.
    ///
    /// ## References
    ///
    /// - VPC user guide, "NAT gateways" and "Troubleshoot NAT gateways"
    "lambda/nat-in-private-subnet", Blocker, fix A,
    "The NAT gateway lies in a subnet without a route to an internet gateway",
    needs [DESCRIBE_NAT_GATEWAYS, DESCRIBE_ROUTE_TABLES]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if case.lacks_internet_gateway() {
        return Ok(Judgement::follows_from("lambda/igw-missing"));
    }
    obstacles::judge(case, &RULE.about, Family::Ipv4, "every NAT gateway on the way lies in a public subnet", |wall| {
        case.nat_finding(wall)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::lambda as worlds;
    use crate::testkit::{findings, missing};
    use serde_json::json;

    #[test]
    fn fires_on_the_fault() {
        let mut world = worlds::nat();
        world.patch(op::DESCRIBE_ROUTE_TABLES, "/RouteTables/2/Routes/1", json!(null));
        let found = findings(world.judge(&RULE));
        assert!(found[0].detail.contains("without a route to an internet gateway"), "{}", found[0].detail);
        assert!(found.iter().all(|own| !own.evidence.is_empty()), "{found:?}");
    }

    #[test]
    fn silent_while_the_gateways_work() {
        assert!(matches!(worlds::nat().judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(worlds::outside().judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_when_gateways_are_denied() {
        let mut world = worlds::nat();
        world.deny(op::DESCRIBE_NAT_GATEWAYS);
        assert!(missing(world.judge(&RULE)).contains(&"ec2:DescribeNatGateways".to_owned()));
    }
}

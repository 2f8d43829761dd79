//! The subnet of the NAT gateway sends packets back to the gateway.

use crate::finding::Judgement;
use crate::lambda::{Case, obstacles};
use crate::net::Family;
use crate::rule::declare_rule;
use crate::snapshot::Gap;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the default route of the NAT gateway's own subnet leads to that gateway: the function and the gateway share a subnet, or a
    /// table.
    ///
    /// ## Why it matters
    ///
    /// The gateway sends what it translated to itself, and nothing leaves the VPC. It happens when one table serves all subnets.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-route-tables --filters Name=association.subnet-id,Values=SUBNET` with the `SubnetId` of the gateway: the target
    /// of `0.0.0.0/0` is the gateway.
    ///
    /// ## False positives
    ///
    /// A regional NAT gateway has no subnet; the rule does not speak of it.
    ///
    /// ## Fix
    ///
    /// A table of its own for the subnet of the gateway, with a route to the internet gateway (class A); where the function shares the
    /// subnet, a gateway in another one (class B). To undo, put the old table back.
    ///
    /// ## References
    ///
    /// - VPC user guide, "Troubleshoot NAT gateways"
    "lambda/nat-points-to-itself", Blocker, fix A,
    "The subnet of the NAT gateway leads back to the same gateway",
    needs [DESCRIBE_NAT_GATEWAYS, DESCRIBE_ROUTE_TABLES]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    obstacles::judge(case, &RULE.about, Family::Ipv4, "no NAT gateway leads back to itself", |wall| {
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
        world.patch(op::DESCRIBE_NAT_GATEWAYS, "/NatGateways/0/SubnetId", json!("subnet-a"));
        let found = findings(world.judge(&RULE));
        assert!(found[0].detail.contains("leads back to itself"), "{}", found[0].detail);
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

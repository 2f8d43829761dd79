//! The NAT gateway on the way is a private one.

use crate::finding::Judgement;
use crate::lambda::{Case, obstacles};
use crate::net::Family;
use crate::rule::declare_rule;
use crate::snapshot::Gap;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the NAT gateway that a route of the function to the internet leads to has `ConnectivityType` `private`.
    ///
    /// ## Why it matters
    ///
    /// A private NAT gateway translates to a private address of its VPC. An internet gateway drops packets from such an address.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-nat-gateways --nat-gateway-ids NAT --query 'NatGateways[].ConnectivityType'`
    ///
    /// ## False positives
    ///
    /// Right in front of a transit gateway or virtual private gateway, for networks with overlapping addresses: the rule speaks only of
    /// ways to the internet.
    ///
    /// ## Fix
    ///
    /// A public NAT gateway in a public subnet (class B: it costs money by the hour), and the route pointed at it. To undo, point the
    /// route back, delete the gateway, release its address.
    ///
    /// ## References
    ///
    /// - VPC user guide, "NAT gateways"
    "lambda/nat-private-type", Blocker, fix B,
    "The NAT gateway on the way is private and reaches no internet",
    needs [DESCRIBE_NAT_GATEWAYS, DESCRIBE_ROUTE_TABLES]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    obstacles::judge(
        case,
        &RULE.about,
        Family::Ipv4,
        "no private NAT gateway stands on the way to the internet",
        |wall| case.nat_finding(wall),
    )
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
        world.patch(op::DESCRIBE_NAT_GATEWAYS, "/NatGateways/0/ConnectivityType", json!("private"));
        let found = findings(world.judge(&RULE));
        assert!(found[0].detail.contains("is a private NAT gateway"), "{}", found[0].detail);
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

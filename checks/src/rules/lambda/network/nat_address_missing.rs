//! The NAT gateway has no public address that works.

use crate::finding::Judgement;
use crate::lambda::{Case, obstacles};
use crate::net::Family;
use crate::rule::declare_rule;
use crate::snapshot::Gap;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the NAT gateway on the way holds an Elastic IP address whose association succeeded (`NatGatewayAddresses`), and a regional
    /// gateway one in the zone of the function's subnet.
    ///
    /// ## Why it matters
    ///
    /// Without a public address there is nothing to translate to. An address that failed to be associated looks like one at first sight.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-nat-gateways --nat-gateway-ids NAT --query 'NatGateways[].NatGatewayAddresses'`
    ///
    /// ## False positives
    ///
    /// An address that is being associated takes a minute. Older answers tell no status, which counts as working.
    ///
    /// ## Fix
    ///
    /// A new gateway with an address of its own, and the route pointed at it (class B). To undo, point the route back, delete the
    /// gateway, release its address.
    ///
    /// ## References
    ///
    /// - VPC user guide, "NAT gateways" and "Regional NAT gateways"
    "lambda/nat-address-missing", Blocker, fix B,
    "The NAT gateway on the way has no working public address",
    needs [DESCRIBE_NAT_GATEWAYS, DESCRIBE_ROUTE_TABLES]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    obstacles::judge(case, &RULE.about, Family::Ipv4, "every NAT gateway on the way has a public address", |wall| {
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
        world.patch(op::DESCRIBE_NAT_GATEWAYS, "/NatGateways/0/NatGatewayAddresses/0/PublicIp", json!(""));
        let found = findings(world.judge(&RULE));
        assert!(found[0].detail.contains("has no working public address"), "{}", found[0].detail);
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

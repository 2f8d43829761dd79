//! The NAT gateway on the way is not available.

use crate::finding::Judgement;
use crate::lambda::{Case, obstacles};
use crate::net::Family;
use crate::rule::declare_rule;
use crate::snapshot::Gap;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether each NAT gateway that a route of the function leads to is in state `available`. The failure code of one that failed is
    /// among the proofs.
    ///
    /// ## Why it matters
    ///
    /// A gateway that is pending, failed or being deleted passes nothing on, while the route to it looks fine.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-nat-gateways --nat-gateway-ids NAT --query 'NatGateways[].[State,FailureCode,FailureMessage]'`
    ///
    /// ## False positives
    ///
    /// A gateway that was just made is `pending` for some minutes. One that failed vanishes after about an hour; then the route is a
    /// black hole, which another rule reports.
    ///
    /// ## Fix
    ///
    /// A new NAT gateway in a public subnet, and the route pointed at it (class B: it costs money by the hour). To undo, point the route
    /// back, delete the gateway, then release its address.
    ///
    /// ## References
    ///
    /// - VPC user guide, "Troubleshoot NAT gateways"
    "lambda/nat-not-available", Blocker, fix B,
    "The NAT gateway on the way is not available",
    needs [DESCRIBE_NAT_GATEWAYS, DESCRIBE_ROUTE_TABLES]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    obstacles::judge(case, &RULE.about, Family::Ipv4, "every NAT gateway on the way is available", |wall| {
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
        world.patch(op::DESCRIBE_NAT_GATEWAYS, "/NatGateways/0/State", json!("failed"));
        let found = findings(world.judge(&RULE));
        assert!(found[0].detail.contains("`nat-a` is not available"), "{}", found[0].detail);
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

//! VPC Block Public Access stops the way out.

use crate::finding::Finding;
use crate::finding::Judgement;
use crate::lambda::{Case, obstacles};
use crate::net::Family;
use crate::remedy::vpc::exclusion;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::walls::Wall;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether VPC Block Public Access in mode `block-bidirectional` stops what the function sends through NAT gateways and egress-only
    /// internet gateways. Exclusions of the VPC and of the subnets count.
    ///
    /// ## Why it matters
    ///
    /// It is a guardrail of the account and Region that no route table, group or ACL shows.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-vpc-block-public-access-options` and `aws ec2 describe-vpc-block-public-access-exclusions`
    ///
    /// ## False positives
    ///
    /// With `block-ingress` a NAT gateway still works. Endpoints, peering connections and transit gateways are not touched. A change
    /// takes minutes.
    ///
    /// ## Fix
    ///
    /// The guardrail belongs to whoever set it (class M). With their consent, exclusions with `allow-egress` for the subnets of the
    /// function and of its NAT gateway. To undo, delete the exclusions.
    ///
    /// ## References
    ///
    /// - VPC user guide, "Block public access to VPCs and subnets"
    "lambda/vpc-block-public-access", Blocker, fix M,
    "VPC Block Public Access stops the way over the internet",
    needs [DESCRIBE_SUBNETS, DESCRIBE_VPC_BLOCK_PUBLIC_ACCESS_OPTIONS, DESCRIBE_VPC_BLOCK_PUBLIC_ACCESS_EXCLUSIONS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    obstacles::judge(case, &RULE.about, Family::Ipv4, "VPC Block Public Access is not in the way", |wall| {
        finding(case, wall)
    })
}

fn finding(case: &Case<'_>, wall: &Wall<'_>) -> Finding {
    let site = case.site_of(wall);
    case.finding(wall, "VPC Block Public Access stops packets to and from the internet").fix(exclusion(&site, wall))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::lambda as worlds;
    use crate::testkit::{findings, missing};
    use serde_json::json;

    fn with_mode(mode: &str) -> crate::testkit::World {
        let mut world = worlds::nat();
        for subnet in 0..4 {
            let place = format!("/Subnets/{subnet}/BlockPublicAccessStates");
            world.patch(op::DESCRIBE_SUBNETS, &place, json!({ "InternetGatewayBlockMode": mode }));
        }
        world.patch(op::DESCRIBE_VPCS, "/Vpcs/0/BlockPublicAccessStates", json!({ "InternetGatewayBlockMode": mode }));
        world
    }

    #[test]
    fn fires_on_the_bidirectional_mode() {
        let found = findings(with_mode("block-bidirectional").judge(&RULE));
        assert!(
            found[0].fix.as_ref().unwrap().commands[0].contains("--internet-gateway-exclusion-mode allow-egress"),
            "{found:?}"
        );
    }

    #[test]
    fn silent_with_a_nat_gateway_in_the_ingress_mode() {
        assert!(matches!(with_mode("block-ingress").judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(worlds::nat().judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_subnets_are_denied() {
        let mut world = worlds::nat();
        world.deny(op::DESCRIBE_SUBNETS);
        assert!(missing(world.judge(&RULE)).contains(&"ec2:DescribeSubnets".to_owned()));
    }
}

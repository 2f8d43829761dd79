//! VPC Block Public Access stops the way over the internet.

use crate::ecs::Case;
use crate::finding::Judgement;
use crate::instance::findings;
use crate::net::Cause;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::walls::Watch;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether VPC Block Public Access is on in mode `block-bidirectional` for the subnet that the way to ECS leaves through, without an
    /// exclusion for it or its VPC.
    ///
    /// ## Why it matters
    ///
    /// The switch is set once for an account and Region and stops internet gateways and egress-only gateways, NAT gateways behind them
    /// included, whatever route tables and groups say.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-vpc-block-public-access-options`
    ///
    /// ## False positives
    ///
    /// Mode `block-ingress` lets connections out, and their replies in. Interface endpoints need no internet and are not touched.
    ///
    /// ## Fix
    ///
    /// Create an exclusion that lets the subnet out (class A, with the consent of whoever set the switch), or use interface endpoints. To
    /// undo, delete the exclusion.
    ///
    /// ## References
    ///
    /// - VPC user guide, "Block public access to VPCs and subnets"
    "ecs/vpc-block-public-access", Blocker, Agent, fix A,
    "VPC Block Public Access stops the way to ECS",
    needs [DESCRIBE_VPCS, DESCRIBE_SUBNETS, DESCRIBE_VPC_BLOCK_PUBLIC_ACCESS_OPTIONS, DESCRIBE_VPC_BLOCK_PUBLIC_ACCESS_EXCLUSIONS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if let Some(judgement) = case.aside() {
        return Ok(judgement);
    }
    let watch = Watch {
        about: &RULE.about,
        causes: &|cause| cause == Cause::BlockPublicAccess,
        opaque: &|what| what.contains("Block Public Access"),
        pass: "VPC Block Public Access is not in the way",
    };
    watch.judge(case, |wall| findings::public_access(case, wall))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, World, missing};
    use serde_json::json;

    fn with(mode: &str) -> World {
        let mut world = testkit::ecs::nat();
        testkit::ecs::never(&mut world);
        for subnet in 0..3 {
            let pointer = format!("/Subnets/{subnet}/BlockPublicAccessStates/InternetGatewayBlockMode");
            world.patch(op::DESCRIBE_SUBNETS, &pointer, json!(mode));
        }
        world
    }

    #[test]
    fn fires_in_both_directions() {
        let found = testkit::findings(with("block-bidirectional").judge(&RULE));
        assert!(found[0].detail.contains("VPC Block Public Access stops"), "{}", found[0].detail);
    }

    #[test]
    fn silent_when_off_or_for_ingress_only() {
        assert!(matches!(with("off").judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(with("block-ingress").judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(testkit::ecs::closed().judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_subnets_are_denied() {
        let mut world = with("off");
        world.deny(op::DESCRIBE_SUBNETS);
        assert!(missing(world.judge(&RULE)).contains(&"ec2:DescribeSubnets".to_owned()));
    }
}

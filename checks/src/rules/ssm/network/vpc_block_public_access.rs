//! VPC Block Public Access stops the way over the internet.

use crate::finding::Judgement;
use crate::instance::findings;
use crate::net::Cause;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssm::Case;
use crate::walls::Watch;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether VPC Block Public Access stops the agent's way out: `block-bidirectional` stops every internet and egress-only gateway of the
    /// Region, NAT gateways included, and `block-ingress` the instances that have a public address of their own. Exclusions of the VPC
    /// or the subnet count.
    ///
    /// ## Why it matters
    ///
    /// It is an account-wide guardrail that no route table, group or ACL shows.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-vpc-block-public-access-options` and `aws ec2 describe-vpc-block-public-access-exclusions`
    ///
    /// ## False positives
    ///
    /// With `block-ingress` a NAT gateway still works. Endpoints, peering and transit gateways are not touched. A change takes minutes.
    ///
    /// ## Fix
    ///
    /// The guardrail belongs to whoever set it (class M). With their consent, exclusions that let traffic out for the subnets of the
    /// instance and of its NAT gateway; they count only while the mode is `block-bidirectional`. For an instance with a public address a
    /// NAT gateway or endpoints instead: an exclusion would open the subnet to the internet. To undo, delete the exclusions.
    ///
    /// ## References
    ///
    /// - VPC user guide, "Block public access to VPCs and subnets"
    "ssm/vpc-block-public-access", Blocker, Agent, fix M,
    "VPC Block Public Access stops the way over the internet",
    needs [DESCRIBE_SUBNETS, DESCRIBE_VPC_BLOCK_PUBLIC_ACCESS_OPTIONS, DESCRIBE_VPC_BLOCK_PUBLIC_ACCESS_EXCLUSIONS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
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
    use crate::fix::FixClass;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, World, findings, missing};
    use serde_json::{Value, json};

    fn with_mode(mut world: World, mode: &str) -> World {
        for subnet in 0..3 {
            let place = format!("/Subnets/{subnet}/BlockPublicAccessStates");
            world.patch(op::DESCRIBE_SUBNETS, &place, json!({ "InternetGatewayBlockMode": mode }));
        }
        world.patch(op::DESCRIBE_VPCS, "/Vpcs/0/BlockPublicAccessStates", json!({ "InternetGatewayBlockMode": mode }));
        world
    }

    #[test]
    fn fires_in_both_directions_and_on_public_instances() {
        let found = findings(with_mode(testkit::nat(), "block-bidirectional").judge(&RULE));
        assert_eq!(found[0].reachability_code, Some("VPC_BLOCK_PUBLIC_ACCESS_ENABLED"));
        let commands = &found[0].fix.as_ref().unwrap().commands;
        assert_eq!(commands.len(), 2, "{commands:?}");
        for (command, subnet) in commands.iter().zip(["subnet-public", "subnet-private"]) {
            let end = format!("--subnet-id {subnet} --internet-gateway-exclusion-mode allow-egress");
            assert!(command.contains(&end), "{command}");
        }
        let found = findings(with_mode(testkit::public(), "block-ingress").judge(&RULE));
        let fix = found[0].fix.as_ref().unwrap();
        assert_eq!(fix.class, FixClass::M);
        assert!(fix.commands[0].contains("--internet-gateway-exclusion-mode allow-bidirectional"), "{fix:?}");
        assert!(fix.summary.contains("comes in from the internet"), "{fix:?}");
    }

    #[test]
    fn silent_behind_a_nat_gateway_with_block_ingress() {
        assert!(matches!(with_mode(testkit::nat(), "block-ingress").judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(with_mode(testkit::closed(), "block-bidirectional").judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_subnets_do_not_tell_and_the_options_are_denied() {
        let mut world = testkit::public();
        for subnet in 0..3 {
            world.patch(op::DESCRIBE_SUBNETS, &format!("/Subnets/{subnet}/BlockPublicAccessStates"), Value::Null);
        }
        world.patch(op::DESCRIBE_VPCS, "/Vpcs/0/BlockPublicAccessStates", Value::Null);
        world.answer(op::DESCRIBE_VPC_BLOCK_PUBLIC_ACCESS_OPTIONS, json!({}), json!({}));
        world.deny(op::DESCRIBE_VPC_BLOCK_PUBLIC_ACCESS_OPTIONS);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:DescribeVpcBlockPublicAccessOptions"]);
    }
}

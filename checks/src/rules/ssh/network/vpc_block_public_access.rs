//! VPC Block Public Access stops connections from the internet.

use crate::finding::{Finding, Judgement};
use crate::fix::{Aws, Fix, FixClass};
use crate::net::Cause;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssh::Case;
use crate::walls::{Wall, Watch};

declare_rule! {
    /// ## What it checks
    ///
    /// Whether VPC Block Public Access stops what comes in over the internet gateway: both `block-ingress` and `block-bidirectional` do.
    /// Exclusions of the VPC or the subnet count.
    ///
    /// ## Why it matters
    ///
    /// It is a guardrail of the whole account in a Region, and no route table, group or ACL shows it.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-vpc-block-public-access-options` and `aws ec2 describe-vpc-block-public-access-exclusions`
    ///
    /// ## False positives
    ///
    /// EC2 Instance Connect Endpoints, Session Manager over endpoints, VPN, peering and transit gateways are not touched. An exclusion in
    /// mode `allow-egress` does not let anybody in. A change takes minutes.
    ///
    /// ## Fix
    ///
    /// Come in by another way. The exclusion shown opens the subnet to the internet, so only the owner of the guardrail can consent to it
    /// (class M). To undo, delete the exclusion.
    ///
    /// ## References
    ///
    /// - VPC user guide, "Block public access to VPCs and subnets"
    "ssh/vpc-block-public-access", Blocker, Path, fix M,
    "VPC Block Public Access stops connections from the internet",
    needs [DESCRIBE_SUBNETS, DESCRIBE_VPC_BLOCK_PUBLIC_ACCESS_OPTIONS, DESCRIBE_VPC_BLOCK_PUBLIC_ACCESS_EXCLUSIONS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if !case.is_from_internet() {
        return Ok(Judgement::not_applicable("connections come from a private network, which it does not touch"));
    }
    let watch = Watch {
        about: &RULE.about,
        causes: &|cause| cause == Cause::BlockPublicAccess,
        opaque: &|what| what.contains("Block Public Access"),
        pass: "VPC Block Public Access is not in the way",
    };
    watch.judge(case, |wall| finding(case, wall))
}

fn finding(case: &Case<'_>, wall: &Wall<'_>) -> Finding {
    let subnet = &case.instance.subnet_id;
    let detail = format!(
        "VPC Block Public Access stops what comes from the internet to instance `{}`{}",
        case.instance.instance_id,
        wall.by()
    );
    let command = |name: &str| Aws::new("ec2", name, case.region());
    let create = command("create-vpc-block-public-access-exclusion")
        .arg("subnet-id", subnet)
        .arg("internet-gateway-exclusion-mode", "allow-bidirectional");
    let fix = Fix::new(
        FixClass::M,
        "come in by Session Manager or an EC2 Instance Connect Endpoint; only with the consent of the owner of the guardrail, exclude the subnet",
    )
    .run(create.keep("exclusion", "VpcBlockPublicAccessExclusion.ExclusionId"))
    .undo(command("delete-vpc-block-public-access-exclusion").made("exclusion-id", "exclusion"));
    wall.finding(detail).about("subnet", subnet).fix(fix)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::ssh::{BASTION, asked, bastion, from, public};
    use crate::testkit::{World, findings, missing};
    use serde_json::{Value, json};

    fn with_mode(mut world: World, mode: &Value) -> World {
        for subnet in 0..3 {
            world.patch(op::DESCRIBE_SUBNETS, &format!("/Subnets/{subnet}/BlockPublicAccessStates"), mode.clone());
        }
        world.patch(op::DESCRIBE_VPCS, "/Vpcs/0/BlockPublicAccessStates", mode.clone());
        world
    }

    #[test]
    fn fires_in_both_modes() {
        for mode in ["block-ingress", "block-bidirectional"] {
            let found = findings(with_mode(public(), &json!({ "InternetGatewayBlockMode": mode })).judge(&RULE));
            assert_eq!(found[0].reachability_code, Some("VPC_BLOCK_PUBLIC_ACCESS_ENABLED"));
        }
    }

    #[test]
    fn silent_when_off_and_inside_the_vpc() {
        assert!(matches!(public().judge(&RULE), Judgement::Pass(_)));
        let world = with_mode(bastion(), &json!({ "InternetGatewayBlockMode": "block-bidirectional" }));
        assert!(matches!(asked(&world, &RULE, from(BASTION)), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_when_subnets_do_not_tell_and_the_options_are_denied() {
        let mut world = with_mode(public(), &Value::Null);
        world.answer(op::DESCRIBE_VPC_BLOCK_PUBLIC_ACCESS_OPTIONS, json!({}), json!({}));
        world.deny(op::DESCRIBE_VPC_BLOCK_PUBLIC_ACCESS_OPTIONS);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:DescribeVpcBlockPublicAccessOptions"]);
    }
}

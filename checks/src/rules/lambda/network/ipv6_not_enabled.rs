//! The function does not use IPv6, or not in every subnet.

use crate::evidence::Evidence;
use crate::finding::Finding;
use crate::finding::Judgement;
use crate::fix::{Aws, Fix, FixClass};
use crate::lambda::Case;
use crate::lambda::obstacles::owner;
use crate::net::Family;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::snapshot::operations as op;
use crate::walls::{Wall, Watch};

declare_rule! {
    /// ## What it checks
    ///
    /// Where the destination is an IPv6 address, or the function may use IPv6: whether `Ipv6AllowedForDualStack` is on and every subnet
    /// of the function has an IPv6 block.
    ///
    /// ## Why it matters
    ///
    /// A dual-stack subnet alone gives a function no IPv6 address: it has to be allowed, and every subnet must be dual-stack.
    ///
    /// ## How to confirm
    ///
    /// `aws lambda get-function-configuration --function-name NAME --query VpcConfig.Ipv6AllowedForDualStack`
    ///
    /// ## False positives
    ///
    /// A function that reaches only IPv4 addresses needs no IPv6: the question arises only for IPv6 destinations.
    ///
    /// ## Fix
    ///
    /// Allow IPv6 for the function (class A), or give each subnet a block. To undo, write the old value.
    ///
    /// ## References
    ///
    /// - Lambda developer guide, "Giving Lambda functions access to resources in an Amazon VPC", IPv6 support
    "lambda/ipv6-not-enabled", Blocker, fix A,
    "The function has no IPv6 address to reach the destination from",
    needs [DESCRIBE_SUBNETS, GET_FUNCTION_CONFIGURATION]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let watch = Watch {
        about: &RULE.about,
        causes: &|cause| owner(cause, Family::Ipv6) == RULE.about.id,
        opaque: &|what| what.is_empty(),
        pass: "the function has an IPv6 address in every subnet",
    };
    watch.judge(&case.ipv6(), |wall| finding(case, wall))
}

fn finding(case: &Case<'_>, wall: &Wall<'_>) -> Finding {
    let is_allowed = case.vpc().is_some_and(|config| config.ipv6_allowed_for_dual_stack);
    let what =
        if is_allowed { "the subnet has no IPv6 block" } else { "`Ipv6AllowedForDualStack` of the function is off" };
    let proof =
        Evidence::new(op::GET_FUNCTION_CONFIGURATION, case.name(), "VpcConfig.Ipv6AllowedForDualStack", is_allowed);
    let finding = case.finding(wall, what).proof(proof);
    let config = case.vpc().filter(|_| !is_allowed);
    let Some(config) = config else { return finding };
    let command = |is_on: bool| {
        let value = format!(
            "SubnetIds={},SecurityGroupIds={},Ipv6AllowedForDualStack={is_on}",
            config.subnet_ids.join(","),
            config.security_group_ids.join(",")
        );
        Aws::new("lambda", "update-function-configuration", case.region())
            .arg("function-name", case.name())
            .arg("vpc-config", value)
    };
    finding.fix(
        Fix::new(FixClass::A, "allow IPv6 for the function; every subnet must be dual-stack")
            .run(command(true))
            .undo(command(false)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::lambda as worlds;
    use crate::testkit::{findings, missing};
    use serde_json::json;

    fn to_ipv6(allowed: bool) -> crate::testkit::World {
        let mut world = worlds::dual_stack();
        world.patch(op::GET_FUNCTION_CONFIGURATION, "/VpcConfig/Ipv6AllowedForDualStack", json!(allowed));
        worlds::asking(&mut world, "2a00:1450::1");
        world
    }

    #[test]
    fn fires_where_it_is_off_for_an_ipv6_destination() {
        let found = findings(to_ipv6(false).judge(&RULE));
        let command = &found[0].fix.as_ref().unwrap().commands[0];
        assert!(command.contains("Ipv6AllowedForDualStack=true"), "{command}");
    }

    #[test]
    fn silent_where_it_is_on_or_not_needed() {
        assert!(matches!(to_ipv6(true).judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(worlds::nat().judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_when_subnets_are_denied() {
        let mut world = to_ipv6(true);
        world.deny(op::DESCRIBE_SUBNETS);
        assert!(missing(world.judge(&RULE)).contains(&"ec2:DescribeSubnets".to_owned()));
    }
}

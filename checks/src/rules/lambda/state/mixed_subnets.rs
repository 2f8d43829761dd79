//! Some subnets of the function have a way, others have none.

use crate::finding::Judgement;
use crate::fix::{Fix, FixClass};
use crate::lambda::Case;
use crate::net::{Family, Verdict};
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::walls::in_words;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the target is reached from some subnets of the function and not from others.
    ///
    /// ## Why it matters
    ///
    /// Any call may use any of the subnets. One without a way out makes the function fail now and then, one time in two or three, which
    /// looks like a fault of the other side.
    ///
    /// ## How to confirm
    ///
    /// Compare the route tables and network ACLs of the subnets: `aws ec2 describe-route-tables --filters
    /// Name=association.subnet-id,Values=SUBNETS`.
    ///
    /// ## False positives
    ///
    /// Subnets that nobody can look through are left open. Which subnet a call uses is Lambda's affair, and a warm function stays where
    /// it is: the part of calls that fails can be any.
    ///
    /// ## Fix
    ///
    /// Repair the way out of the bad subnets, which other rules name, or attach the function to the good ones alone (class A): it then
    /// has fewer zones. To undo, the subnets that it had.
    ///
    /// ## References
    ///
    /// - Lambda developer guide, "Giving Lambda functions access to resources in an Amazon VPC"
    "lambda/mixed-subnets", Degraded, fix A,
    "Some subnets of the function reach the target and others do not",
    needs [GET_FUNCTION_CONFIGURATION, DESCRIBE_SUBNETS, DESCRIBE_ROUTE_TABLES]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let Some(config) = case.vpc() else { return Ok(crate::lambda::paths::not_in_vpc()) };
    let mut findings = Vec::new();
    let mut gaps = Vec::new();
    for family in [Family::Ipv4, Family::Ipv6] {
        let with = |verdict: Verdict| -> Vec<&str> {
            case.over(family).filter(|way| way.verdict == verdict).map(|way| way.subnet.as_str()).collect()
        };
        let (good, bad) = (with(Verdict::Reachable), with(Verdict::Blocked));
        if bad.is_empty() {
            continue;
        }
        if good.is_empty() {
            gaps.extend(
                case.over(family).filter(|way| way.verdict == Verdict::Unknown).flat_map(|way| way.gaps.clone()),
            );
            continue;
        }
        let kept: Vec<String> = config.subnet_ids.iter().filter(|id| good.contains(&id.as_str())).cloned().collect();
        let attach = Fix::new(FixClass::A, "attach the function to the subnets with a way alone, or repair the others")
            .run(case.attach(&kept))
            .undo(case.attach(&config.subnet_ids));
        let detail = format!(
            "function `{}` reaches {} from {} and not from {}, so it fails now and then",
            case.name(),
            case.target.words(),
            in_words(&good),
            in_words(&bad)
        );
        let subnets = serde_json::json!(config.subnet_ids);
        let finding = case.found(detail).proof(case.shows("VpcConfig.SubnetIds", subnets)).fix(attach);
        findings.push(bad.iter().fold(finding, |finding, id| finding.about("subnet", *id)));
    }
    if findings.is_empty() && !gaps.is_empty() {
        return Ok(Judgement::open(gaps));
    }
    Ok(Judgement::of(findings, "the subnets of the function do not differ"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, findings, missing};
    use serde_json::json;

    #[test]
    fn fires_when_one_table_lacks_its_route() {
        let mut world = testkit::lambda::nat();
        world.patch(op::DESCRIBE_ROUTE_TABLES, "/RouteTables/1/Routes/1", serde_json::Value::Null);
        let found = findings(world.judge(&RULE));
        assert!(found[0].detail.contains("from `subnet-a` and not from `subnet-b`"), "{}", found[0].detail);
        assert!(found[0].fix.as_ref().unwrap().commands[0].contains("SubnetIds=subnet-a,"));
    }

    #[test]
    fn silent_when_all_are_alike() {
        let mut none = testkit::lambda::nat();
        none.patch(op::DESCRIBE_SECURITY_GROUPS, "/SecurityGroups/0/IpPermissionsEgress", json!([]));
        for world in [testkit::lambda::nat(), testkit::lambda::dual_stack(), none] {
            assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
        }
        assert!(matches!(testkit::lambda::outside().judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_when_the_other_subnet_is_not_seen_through() {
        let mut world = testkit::lambda::nat();
        world.patch(op::DESCRIBE_ROUTE_TABLES, "/RouteTables/1/Routes/1", serde_json::Value::Null);
        world.forget(op::DESCRIBE_NAT_GATEWAYS);
        assert!(!missing(world.judge(&RULE)).is_empty());
    }
}

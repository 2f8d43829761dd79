//! The function refers to subnets or groups that are gone.

use crate::evidence::Evidence;
use crate::finding::{Judgement, Severity};
use crate::fix::{Fix, FixClass};
use crate::lambda::Case;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::snapshot::operations as op;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether Lambda could not apply the configuration with the code `InvalidSubnet` or `InvalidSecurityGroup`, or a subnet or group
    /// of `VpcConfig` is in the VPC no more.
    ///
    /// ## Why it matters
    ///
    /// Lambda makes its interfaces in these subnets and with these groups. Where one is gone, it cannot: an idle function does not wake
    /// up, and every update fails.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-subnets --subnet-ids IDS` and `aws ec2 describe-security-groups --group-ids IDS` answer
    /// `InvalidSubnetID.NotFound` and `InvalidGroup.NotFound`.
    ///
    /// ## False positives
    ///
    /// Subnets that another account shares are in the list only while they are shared. A function that is called all the time may go on
    /// with the interfaces that it has.
    ///
    /// ## Fix
    ///
    /// Name subnets and groups that exist (class M: whoever owns the network knows which). The ids that are gone cannot be set again.
    ///
    /// ## References
    ///
    /// - Lambda developer guide, "Lambda function states"
    /// - Lambda developer guide, "Giving Lambda functions access to resources in an Amazon VPC"
    /// - Lambda API reference, `VpcConfig`
    "lambda/subnet-or-sg-deleted", Blocker, fix M,
    "The function refers to a subnet or security group that does not exist",
    needs [GET_FUNCTION_CONFIGURATION, DESCRIBE_SUBNETS, DESCRIBE_SECURITY_GROUPS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let failure = case.failure_with(&["InvalidSubnet", "InvalidSecurityGroup"])?;
    let Some(config) = case.vpc() else { return Ok(crate::lambda::paths::not_in_vpc()) };
    let snapshot = case.snapshot;
    let subnets = snapshot.subnets.select("vpc-id", &config.vpc_id, |_| true);
    let groups = snapshot.security_groups.select("vpc-id", &config.vpc_id, |_| true);
    let (subnets, groups) = match (subnets, groups) {
        (Ok(subnets), Ok(groups)) => (subnets, groups),
        (Err(gap), _) | (_, Err(gap)) => match failure {
            Some(failure) => return Ok(failed(case, &failure)),
            None => return Err(gap),
        },
    };
    let mut gone = Vec::new();
    for id in &config.subnet_ids {
        if !subnets.iter().any(|own| own.subnet_id == *id) {
            gone.push(("subnet", op::DESCRIBE_SUBNETS, id));
        }
    }
    // A group that another VPC shares by an association has its own VPC in the list.
    for id in &config.security_group_ids {
        let is_known =
            groups.iter().any(|own| own.group_id == *id) || matches!(snapshot.security_groups.get(id), Ok(Some(_)));
        if !is_known && snapshot.security_group_vpc_associations.covers("vpc-id", &config.vpc_id).is_ok() {
            let associated = snapshot.security_group_vpc_associations.known().iter().any(|own| own.group_id == *id);
            if !associated {
                gone.push(("security-group", op::DESCRIBE_SECURITY_GROUPS, id));
            }
        }
    }
    let Some((first_kind, _, first)) = gone.first() else {
        return Ok(match failure {
            Some(failure) => failed(case, &failure),
            None => Judgement::pass("every subnet and group of the function exists"),
        });
    };
    let name = case.name();
    let detail = format!("{} `{first}` of function `{name}` does not exist in its VPC", first_kind.replace('-', " "));
    let mut finding = case.found(detail);
    for (kind, operation, id) in &gone {
        finding = finding.about(kind, (*id).clone()).proof(Evidence::new(*operation, *id, "", serde_json::Value::Null));
    }
    Ok(Judgement::fail(finding.fix(replace(case))))
}

/// What Lambda says, where the lists show nothing that is gone.
fn failed(case: &Case<'_>, failure: &crate::lambda::state::Failure<'_>) -> Judgement {
    let detail = format!("Lambda refuses a subnet or security group of function `{}`", case.name());
    let mut finding = case.failed(failure, &detail).fix(replace(case));
    if failure.member != "State" {
        finding.rule = RULE.about.id;
        finding.severity = Severity::Degraded;
    }
    Judgement::fail(finding)
}

fn replace(case: &Case<'_>) -> Fix {
    Fix::new(FixClass::M, "name subnets and groups that exist: the commands list those of the VPC")
        .run(case.list_of_vpc("subnets", "Subnets[].[SubnetId,AvailabilityZone]"))
        .run(case.list_of_vpc("security-groups", "SecurityGroups[].[GroupId,GroupName]"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, World, findings, missing};
    use serde_json::{Value, json};

    fn failed(member: &str, code: &str) -> World {
        let mut world = testkit::lambda::nat();
        world.patch(op::GET_FUNCTION_CONFIGURATION, &format!("/{member}"), json!("Failed"));
        world.patch(op::GET_FUNCTION_CONFIGURATION, &format!("/{member}ReasonCode"), json!(code));
        world
    }

    #[test]
    fn fires_on_what_is_gone() {
        for (operation, place, id) in [
            (op::DESCRIBE_SUBNETS, "/Subnets/1", "subnet-b"),
            (op::DESCRIBE_SECURITY_GROUPS, "/SecurityGroups/0", "sg-1"),
        ] {
            let mut world = testkit::lambda::nat();
            world.patch(operation, place, Value::Null);
            let found = findings(world.judge(&RULE));
            assert_eq!(found[0].evidence[0].resource, id);
        }
    }

    #[test]
    fn fires_on_lambdas_own_words() {
        assert_eq!(findings(failed("State", "InvalidSubnet").judge(&RULE))[0].rule, "");
        let mut denied = failed("LastUpdateStatus", "InvalidSecurityGroup");
        denied.deny(op::DESCRIBE_SECURITY_GROUPS);
        assert_eq!(findings(denied.judge(&RULE))[0].severity, Severity::Degraded);
    }

    #[test]
    fn silent_while_all_is_there() {
        assert!(matches!(testkit::lambda::nat().judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(testkit::lambda::outside().judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_when_lists_are_denied() {
        let mut world = testkit::lambda::nat();
        world.deny(op::DESCRIBE_SUBNETS);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:DescribeSubnets"]);
    }
}

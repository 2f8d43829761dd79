//! A subnet of the function has no free address.

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
    /// Whether Lambda could not apply the configuration with the code `SubnetOutOfIPAddresses`, or a subnet of the function has no free
    /// address now (`AvailableIpAddressCount`).
    ///
    /// ## Why it matters
    ///
    /// Lambda needs addresses when it makes network interfaces: at the first attachment, and when an idle function wakes up. Without
    /// one the function fails; one that runs goes on.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-subnets --subnet-ids IDS --query 'Subnets[].[SubnetId,AvailableIpAddressCount]'`
    ///
    /// ## False positives
    ///
    /// A full subnet alone is advice: interfaces that are there serve any number of calls. Interfaces of Lambda that nobody uses any
    /// more are deleted after 20 to 40 minutes.
    ///
    /// ## Fix
    ///
    /// Attach the function to a larger subnet with the same routes (class M: whoever owns the network knows which). To undo, the subnets
    /// that it had.
    ///
    /// ## References
    ///
    /// - Lambda developer guide, "Giving Lambda functions access to resources in an Amazon VPC"
    /// - Lambda developer guide, "Lambda function states"
    /// - VPC user guide, "Subnet CIDR blocks"
    "lambda/subnet-out-of-addresses", Blocker, fix M,
    "A subnet of the function has no free address",
    needs [GET_FUNCTION_CONFIGURATION, DESCRIBE_SUBNETS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let failure = case.failure_with(&["SubnetOutOfIPAddresses"])?;
    let Some(config) = case.vpc() else { return Ok(crate::lambda::paths::not_in_vpc()) };
    let mut full = Vec::new();
    let known =
        case.snapshot.subnets.select("vpc-id", &config.vpc_id, |own| config.subnet_ids.contains(&own.subnet_id));
    let known = match known {
        // What failed is known without the number of today.
        Err(_) if failure.is_some() => Vec::new(),
        known => known?,
    };
    for subnet in known.into_iter().filter(|own| own.available_ip_address_count == Some(0)) {
        full.push(Evidence::new(op::DESCRIBE_SUBNETS, &subnet.subnet_id, "AvailableIpAddressCount", 0));
    }
    let name = case.name();
    let attach =
        Fix::new(FixClass::M, "attach the function to a larger subnet with the same routes: the command lists them")
            .run(case.list_of_vpc("subnets", "Subnets[].[SubnetId,AvailabilityZone,AvailableIpAddressCount]"));
    let mut finding = match failure {
        Some(failure) => case.failed(&failure, &format!("a subnet of function `{name}` had no free address")),
        None if full.is_empty() => return Ok(Judgement::pass("every subnet of the function has free addresses")),
        None => case
            .found(format!("a subnet of function `{name}` has no free address, so no new interface can be made there")),
    };
    let soft = match failure {
        Some(failure) if failure.member == "State" => None,
        Some(_) => Some(Severity::Degraded),
        None => Some(Severity::Advice),
    };
    if let Some(severity) = soft {
        finding.rule = RULE.about.id;
        finding.severity = severity;
    }
    for own in &full {
        finding = finding.about("subnet", own.resource.clone());
    }
    Ok(Judgement::fail(finding.proofs(full).fix(attach)))
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
    fn fires_with_the_code_and_the_subnet() {
        let mut world = failed("State", "SubnetOutOfIPAddresses");
        world.patch(op::DESCRIBE_SUBNETS, "/Subnets/0/AvailableIpAddressCount", json!(0));
        let found = findings(world.judge(&RULE));
        assert_eq!((found[0].rule, found[0].evidence.len()), ("", 3));
        let fix = found[0].fix.as_ref().unwrap();
        assert!(fix.class == FixClass::M && fix.commands[0].contains("describe-subnets"), "{fix:?}");
    }

    #[test]
    fn fires_as_advice_while_the_function_works() {
        let mut world = testkit::lambda::nat();
        world.patch(op::DESCRIBE_SUBNETS, "/Subnets/1/AvailableIpAddressCount", json!(0));
        let found = findings(world.judge(&RULE));
        assert_eq!((found[0].severity, found[0].evidence[0].resource.as_str()), (Severity::Advice, "subnet-b"));
    }

    #[test]
    fn silent_with_free_addresses_and_for_subnets_of_others() {
        let mut world = testkit::lambda::nat();
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
        world.patch(op::DESCRIBE_SUBNETS, "/Subnets/2/AvailableIpAddressCount", json!(0));
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(testkit::lambda::outside().judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_when_subnets_are_denied() {
        let mut world = testkit::lambda::nat();
        world.deny(op::DESCRIBE_SUBNETS);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:DescribeSubnets"]);
    }

    #[test]
    fn unknown_without_a_state() {
        let mut world = testkit::lambda::nat();
        world.patch(op::GET_FUNCTION_CONFIGURATION, "/State", Value::Null);
        assert_eq!(missing(world.judge(&RULE)), ["lambda:GetFunctionConfiguration"]);
    }
}

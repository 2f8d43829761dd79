//! The VPC has as many network interfaces of Lambda as it may have.

use crate::finding::{Judgement, Severity};
use crate::fix::{Aws, Fix, FixClass};
use crate::lambda::Case;
use crate::lambda::state::applied;
use crate::rule::declare_rule;
use crate::snapshot::Gap;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether Lambda could not apply the configuration with the code `EniLimitExceeded`.
    ///
    /// ## Why it matters
    ///
    /// Each pair of a subnet and a set of groups that a function of the VPC uses needs interfaces of its own, and a VPC has 250 of them
    /// (a quota that can be raised).
    ///
    /// ## How to confirm
    ///
    /// `aws lambda get-function-configuration --function-name NAME --query '[StateReasonCode,LastUpdateStatusReasonCode]'`, and `aws
    /// ec2 describe-network-interfaces --filters Name=interface-type,Values=lambda Name=vpc-id,Values=VPC`.
    ///
    /// ## False positives
    ///
    /// Interfaces of functions that were deleted stay for up to 40 minutes.
    ///
    /// ## Fix
    ///
    /// Ask for a higher quota (class M: AWS decides), or give functions the same subnets and groups, so that they share interfaces. A
    /// raised quota needs no way back.
    ///
    /// ## References
    ///
    /// - Lambda developer guide, "Lambda quotas"
    /// - Lambda developer guide, "Giving Lambda functions access to resources in an Amazon VPC"
    /// - Lambda developer guide, "Lambda function states"
    "lambda/eni-limit", Blocker, fix M,
    "The VPC has reached its limit of network interfaces of Lambda",
    needs [GET_FUNCTION_CONFIGURATION]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let Some(failure) = case.failure_with(&["EniLimitExceeded"])? else { return Ok(applied()) };
    let name = case.name();
    let quota = Aws::new("service-quotas", "list-service-quotas", case.region())
        .arg("service-code", "lambda")
        .arg("query", "Quotas[?contains(QuotaName, 'network interfaces per VPC')].[QuotaCode,Value]");
    let fix =
        Fix::new(FixClass::M, "ask for a higher quota, or let functions share their subnets and groups").run(quota);
    let mut finding =
        case.failed(&failure, &format!("the VPC has no network interface left for function `{name}`")).fix(fix);
    // What an update could not apply leaves the previous configuration at work.
    if failure.member != "State" {
        finding.rule = RULE.about.id;
        finding.severity = Severity::Degraded;
    }

    Ok(Judgement::fail(finding))
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
    fn fires_with_the_code_of_the_state() {
        let found = findings(failed("State", "EniLimitExceeded").judge(&RULE));
        assert_eq!((found[0].rule, &found[0].evidence[1].value), ("", &json!("EniLimitExceeded")));
    }

    #[test]
    fn fires_softly_when_only_an_update_failed() {
        let found = findings(failed("LastUpdateStatus", "EniLimitExceeded").judge(&RULE));
        assert_eq!(found[0].severity, Severity::Degraded);
        assert!(found[0].detail.contains("previous configuration"));
    }

    #[test]
    fn silent_otherwise() {
        assert!(matches!(failed("State", "ImageDeleted").judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(testkit::lambda::nat().judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_without_a_state() {
        let mut world = testkit::lambda::nat();
        world.patch(op::GET_FUNCTION_CONFIGURATION, "/State", Value::Null);
        assert_eq!(missing(world.judge(&RULE)), ["lambda:GetFunctionConfiguration"]);
    }
}

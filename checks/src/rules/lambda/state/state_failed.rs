//! Lambda could not apply the configuration of the function.

use crate::finding::{Judgement, Severity};
use crate::fix::{Fix, FixClass};
use crate::lambda::Case;
use crate::lambda::state::{OWN_RULES, applied};
use crate::rule::declare_rule;
use crate::snapshot::Gap;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the function is in state `Failed`, or its last update is. Reasons that have a rule of their own are left to it.
    ///
    /// ## Why it matters
    ///
    /// A function that failed takes no calls. After a failed update the previous configuration goes on serving: a change has no effect,
    /// and nobody sees why.
    ///
    /// ## How to confirm
    ///
    /// `aws lambda get-function-configuration --function-name NAME --query
    /// '[State,StateReasonCode,StateReason,LastUpdateStatus,LastUpdateStatusReasonCode,LastUpdateStatusReason]'`
    ///
    /// ## False positives
    ///
    /// `InternalError` is of AWS and mostly over after another update.
    ///
    /// ## Fix
    ///
    /// Repair what the reason names (a key of KMS, an image, a file system), then update the function once more (class M: it depends on
    /// the reason).
    ///
    /// ## References
    ///
    /// - Lambda developer guide, "Lambda function states"
    /// - Lambda API reference, `FunctionConfiguration`, members `StateReasonCode` and `LastUpdateStatusReasonCode`
    "lambda/state-failed", Blocker, fix M,
    "Lambda could not apply the configuration of the function",
    needs [GET_FUNCTION_CONFIGURATION]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let Some(failure) = case.failure()? else { return Ok(applied()) };
    if let Some((_, rule)) = OWN_RULES.iter().find(|(code, _)| *code == failure.code) {
        return Ok(Judgement::follows_from(rule));
    }
    let name = case.name();
    let again = case.update().arg("description", "DESCRIPTION");
    let fix = Fix::new(FixClass::M, "repair what the reason names, then update the function once more").run(again);
    let detail = format!("Lambda could not apply the configuration of function `{name}`");
    let mut finding = case.failed(&failure, &detail).fix(fix);
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
    fn fires_with_any_other_code() {
        let found = findings(failed("State", "DisabledKMSKey").judge(&RULE));
        assert_eq!(found[0].rule, "");
        assert_eq!(findings(failed("LastUpdateStatus", "InternalError").judge(&RULE))[0].severity, Severity::Degraded);
    }

    #[test]
    fn silent_when_applied_or_when_another_rule_speaks_of_it() {
        assert!(matches!(testkit::lambda::nat().judge(&RULE), Judgement::Pass(_)));
        for (code, rule) in OWN_RULES {
            assert_eq!(failed("State", code).judge(&RULE), Judgement::follows_from(rule));
        }
    }

    #[test]
    fn unknown_without_a_state() {
        let mut world = testkit::lambda::nat();
        world.patch(op::GET_FUNCTION_CONFIGURATION, "/State", Value::Null);
        assert_eq!(missing(world.judge(&RULE)), ["lambda:GetFunctionConfiguration"]);
    }
}

//! An idle function has lost its network interface.

use crate::finding::Judgement;
use crate::fix::{Aws, Fix, FixClass};
use crate::lambda::Case;
use crate::lambda::versions::split;
use crate::rule::declare_rule;
use crate::snapshot::Gap;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the function is in state `Inactive`.
    ///
    /// ## Why it matters
    ///
    /// A function that nobody called for weeks gives its network interfaces back. The first call then fails, sets it `Pending`, and
    /// Lambda makes new ones.
    ///
    /// ## How to confirm
    ///
    /// `aws lambda get-function-configuration --function-name NAME --query '[State,StateReasonCode]'` shows `Inactive` and `Idle`.
    ///
    /// ## False positives
    ///
    /// That the first call fails is how it is meant. If the function does not become `Active` again, another rule names the reason.
    ///
    /// ## Fix
    ///
    /// Call it once, and wait until it is `Active` (class A). There is nothing to undo. A call on a schedule keeps it awake.
    ///
    /// ## References
    ///
    /// - Lambda developer guide, "Lambda function states"
    /// - Lambda developer guide, "Giving Lambda functions access to resources in an Amazon VPC"
    "lambda/state-inactive", Degraded, fix A,
    "The function is inactive and its first call fails",
    needs [GET_FUNCTION_CONFIGURATION]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if case.state("State")? != "Inactive" {
        return Ok(Judgement::pass("the function is not inactive"));
    }
    let name = case.name();
    let (asked, _) = split(&case.question.function);
    // The program of the CLI wants a file for the answer.
    let call = Aws::new("lambda", "invoke", case.region()).arg("function-name", asked);
    let wait = Aws::new("lambda", "wait function-active-v2", case.region()).arg("function-name", asked);
    let summary = format!("call function `{name}` once and wait until it is active; the first call fails");
    Ok(Judgement::fail(
        case.found(format!("function `{name}` was idle and gave its network interfaces back, so its first call fails"))
            .proof(case.shows("State", "Inactive"))
            .proof(case.shows("StateReasonCode", case.function.state_reason_code.as_str()))
            .fix(Fix::new(FixClass::A, summary).run(format!("{} /dev/null", String::from(call))).run(wait)),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, findings, missing};
    use serde_json::{Value, json};

    #[test]
    fn fires_when_idle() {
        let mut world = testkit::lambda::nat();
        world.patch(op::GET_FUNCTION_CONFIGURATION, "/State", json!("Inactive"));
        world.patch(op::GET_FUNCTION_CONFIGURATION, "/StateReasonCode", json!("Idle"));
        let found = findings(world.judge(&RULE));
        assert_eq!(found[0].evidence[1].value, "Idle");
        assert!(found[0].fix.as_ref().unwrap().commands[0].ends_with("/dev/null"));
    }

    #[test]
    fn silent_when_active() {
        assert!(matches!(testkit::lambda::nat().judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_without_a_state() {
        let mut world = testkit::lambda::nat();
        world.patch(op::GET_FUNCTION_CONFIGURATION, "/State", Value::Null);
        assert_eq!(missing(world.judge(&RULE)), ["lambda:GetFunctionConfiguration"]);
    }
}

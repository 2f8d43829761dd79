//! Its state keeps the function from running.

use crate::evidence::Evidence;
use crate::finding::Judgement;
use crate::finding::{Finding, Severity};
use crate::fix::{Aws, Fix, FixClass};
use crate::rule::declare_rule;
use crate::s3::Case;
use crate::snapshot::Gap;
use crate::snapshot::ec2::is;
use crate::snapshot::operations as op;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the state of the function, or of the version that the entry names, is `Active`.
    ///
    /// ## Why it matters
    ///
    /// A function in state `Failed` runs nothing until it is updated or made anew. `Pending` is a function that is being made;
    /// `Inactive` one that was idle for weeks and is being woken by the next call, which fails.
    ///
    /// ## How to confirm
    ///
    /// `aws lambda get-function-configuration --function-name FUNCTION --query "[State,StateReason]"`
    ///
    /// ## False positives
    ///
    /// Asynchronous events wait for hours and are tried again, so that `Pending` and `Inactive` delay them at most: these are
    /// *degraded*.
    ///
    /// ## Fix
    ///
    /// Mend what `StateReason` names and update the function (class M).
    ///
    /// ## References
    ///
    /// - Lambda developer guide, "Lambda function states"
    /// - Lambda API reference, `GetFunctionConfiguration`
    "s3/function-not-active", Blocker, fix M,
    "The function is not ready to run",
    needs [GET_FUNCTION_CONFIGURATION]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    case.each_function("the function is active", |called| {
        let known = case.present(called)?;
        if known.state.is_empty() || is(&known.state, "Active") {
            return Ok(Vec::new());
        }
        let why = if known.state_reason.is_empty() { String::new() } else { format!(": {}", known.state_reason) };
        let detail = format!("function `{}` is `{}`{why}", called.label(), known.state);
        let show =
            Aws::new("lambda", "get-function-configuration", &called.function.region).arg("function-name", &called.arn);
        let mut finding = Finding::new(detail)
            .about("lambda-function", &called.arn)
            .proof(Evidence::new(op::GET_FUNCTION_CONFIGURATION, &called.arn, "State", known.state.as_str()))
            .fix(
                Fix::new(FixClass::M, "mend what `StateReason` names, and update the function; this shows it")
                    .run(show),
            );
        if !known.state_reason_code.is_empty() {
            let code = known.state_reason_code.as_str();
            finding =
                finding.proof(Evidence::new(op::GET_FUNCTION_CONFIGURATION, &called.arn, "StateReasonCode", code));
        }
        if !is(&known.state, "Failed") {
            finding.rule = RULE.about.id;
            finding.severity = Severity::Degraded;
        }
        Ok(vec![finding])
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::s3 as kit;
    use crate::testkit::{findings, missing};
    use serde_json::json;

    fn state(state: &str) -> crate::testkit::World {
        let mut world = kit::calls();
        world.patch(op::GET_FUNCTION_CONFIGURATION, "/State", json!(state));
        world.patch(op::GET_FUNCTION_CONFIGURATION, "/StateReasonCode", json!("SubnetOutOfIPAddresses"));
        world
    }

    #[test]
    fn fires_for_other_states() {
        assert_eq!(findings(kit::ask(&state("Failed"), &RULE, &kit::about_bucket()))[0].evidence.len(), 2);
        for soft in ["Pending", "Inactive"] {
            assert_eq!(findings(kit::ask(&state(soft), &RULE, &kit::about_bucket()))[0].severity, Severity::Degraded);
        }
    }

    #[test]
    fn silent_when_active() {
        assert!(matches!(kit::ask(&kit::calls(), &RULE, &kit::about_bucket()), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_lambda_may_not_be_asked() {
        let mut world = kit::calls();
        world.deny(op::GET_FUNCTION_CONFIGURATION);
        assert_eq!(missing(kit::ask(&world, &RULE, &kit::about_bucket())), ["lambda:GetFunctionConfiguration"]);
    }
}

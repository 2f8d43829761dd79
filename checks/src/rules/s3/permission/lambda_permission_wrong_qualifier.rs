//! The permission is on the bare function and the entry names an alias, or the other way round.

use crate::finding::Judgement;
use crate::rule::declare_rule;
use crate::s3::Case;
use crate::s3::permission::{Wrong, finding};
use crate::snapshot::Gap;

declare_rule! {
    /// ## What it checks
    ///
    /// Where the policy does not let S3 call what the entry names: whether the policy of the function without version or alias,
    /// or of another one that was read, does.
    ///
    /// ## Why it matters
    ///
    /// A function and each of its versions and aliases have policies of their own. A statement on the function does not reach
    /// `function:live`, and one on the alias does not reach the bare function. No message says so: the policy in the console
    /// looks right.
    ///
    /// ## How to confirm
    ///
    /// `aws lambda get-policy --function-name FUNCTION --qualifier ALIAS` shows the statements of that version or alias; without
    /// `--qualifier` those of the function itself. Compare with the ARN in the entry.
    ///
    /// ## False positives
    ///
    /// Statements are judged as IAM judges them: lists of actions, `lambda:*`, wildcards, `StringLike`, or the account alone are
    /// as good as the form that the console writes.
    ///
    /// ## Fix
    ///
    /// Add the statement where the entry points (class A), and keep the other one for as long as something uses it. To undo,
    /// remove it by its `StatementId`.
    ///
    /// ## References
    ///
    /// - S3 user guide, "Granting permissions to publish event notification messages to a destination"
    /// - Lambda developer guide, "Viewing resource-based IAM policies in Lambda" and "Granting Lambda function access to AWS
    ///   services"
    "s3/lambda-permission-wrong-qualifier", Blocker, fix A,
    "The statement for S3 is on another version or alias than the entry calls",
    needs [GET_BUCKET_NOTIFICATION_CONFIGURATION, GET_FUNCTION_POLICY, GET_BUCKET_LOCATION]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    case.judge_faults(Wrong::Qualifier, "the policy of what the entry calls decides", |called, fault| {
        let others = fault.found.first().map(String::as_str).unwrap_or_default();
        let detail = format!(
            "S3 may call `{others}` for bucket `{}`, and the entry calls `{}`, whose policy has no such statement",
            case.bucket(),
            called.arn
        );
        finding(called, fault, case.bucket(), detail).fix(case.permit(called))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::s3 as kit;
    use crate::testkit::{findings, missing};
    use serde_json::json;

    fn on_the_function() -> crate::testkit::World {
        let mut world = kit::calls();
        world.replace(op::GET_FUNCTION_POLICY, &[], kit::policy(&[]));
        let statement = kit::permission("s3.amazonaws.com", kit::FUNCTION, kit::BUCKET_ARN);
        world.answer(op::GET_FUNCTION_POLICY, json!({ "FunctionName": kit::FUNCTION }), kit::policy(&[statement]));
        world
    }

    #[test]
    fn fires_when_the_statement_is_on_the_bare_function() {
        let found = findings(kit::ask(&on_the_function(), &RULE, &kit::about_bucket()));
        assert!(found[0].fix.as_ref().unwrap().commands[0].contains("--qualifier live"));
        let others = kit::diagnose(&on_the_function(), &kit::about_bucket()).findings;
        assert!(others.iter().all(|finding| finding.rule == RULE.about.id), "{others:?}");
    }

    #[test]
    fn silent_when_the_alias_has_its_own() {
        assert!(matches!(kit::ask(&kit::calls(), &RULE, &kit::about_bucket()), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_the_policy_may_not_be_read() {
        let mut world = kit::calls();
        world.deny(op::GET_FUNCTION_POLICY);
        assert_eq!(missing(kit::ask(&world, &RULE, &kit::about_bucket())), ["lambda:GetPolicy"]);
    }
}

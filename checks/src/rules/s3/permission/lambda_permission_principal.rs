//! The statement names somebody else than S3.

use crate::finding::Judgement;
use crate::rule::declare_rule;
use crate::s3::Case;
use crate::s3::permission::{Wrong, finding};
use crate::snapshot::Gap;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether a statement would let S3 call the function but for its principal: one that names this bucket and another service,
    /// or one that names an account or a role in place of the service.
    ///
    /// ## Why it matters
    ///
    /// S3 calls as the service principal `s3.amazonaws.com`. A statement for the account's root, for the role of whoever uploads,
    /// or for `events.amazonaws.com` does not cover it.
    ///
    /// ## How to confirm
    ///
    /// `aws lambda get-policy --function-name FUNCTION --qualifier ALIAS` shows the statements of that version or alias; without
    /// `--qualifier` those of the function itself.
    ///
    /// ## False positives
    ///
    /// Statements for other services and other resources are there for other triggers and are not flagged. Statements are judged
    /// as IAM judges them: lists of actions, `lambda:*`, wildcards, `StringLike`, or the account alone are as good as the form
    /// that the console writes.
    ///
    /// ## Fix
    ///
    /// Add a statement for `s3.amazonaws.com` (class A). To undo, remove it by its `StatementId`.
    ///
    /// ## References
    ///
    /// - S3 user guide, "Granting permissions to publish event notification messages to a destination"
    /// - Lambda developer guide, "Viewing resource-based IAM policies in Lambda" and "Granting Lambda function access to AWS
    ///   services"
    "s3/lambda-permission-principal", Blocker, fix A,
    "The statement for this bucket is not for S3",
    needs [GET_BUCKET_NOTIFICATION_CONFIGURATION, GET_FUNCTION_POLICY, GET_BUCKET_LOCATION]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    case.judge_faults(Wrong::Principal, "no statement for this bucket names somebody else than S3", |called, fault| {
        let named: Vec<&str> = fault.found.iter().map(String::as_str).collect();
        let detail = format!(
            "a statement on function `{}` is for {}, and S3 calls as `s3.amazonaws.com`",
            called.label(),
            crate::walls::in_words(&named)
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

    #[test]
    fn fires_for_another_service_with_this_bucket_and_for_an_account() {
        for principal in
            [json!({ "Service": "events.amazonaws.com" }), json!({ "AWS": "arn:aws:iam::123456789012:root" })]
        {
            let mut world = kit::calls();
            let mut statement = kit::permission("x", kit::ALIAS, kit::BUCKET_ARN);
            statement["Principal"] = principal;
            kit::set_policy(&mut world, &[statement]);
            assert_eq!(findings(kit::ask(&world, &RULE, &kit::about_bucket())).len(), 1);
        }
    }

    #[test]
    fn silent_for_statements_of_other_triggers() {
        let mut world = kit::calls();
        let mut statement = kit::permission("apigateway.amazonaws.com", kit::ALIAS, "");
        statement["Condition"] = json!({});
        kit::set_policy(&mut world, &[statement]);
        assert!(matches!(kit::ask(&world, &RULE, &kit::about_bucket()), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_the_policy_may_not_be_read() {
        let mut world = kit::calls();
        world.deny(op::GET_FUNCTION_POLICY);
        assert_eq!(missing(kit::ask(&world, &RULE, &kit::about_bucket())), ["lambda:GetPolicy"]);
    }
}

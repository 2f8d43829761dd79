//! The condition names another account than the owner of the bucket.

use crate::finding::Judgement;
use crate::rule::declare_rule;
use crate::s3::Case;
use crate::s3::permission::{Wrong, finding};
use crate::snapshot::Gap;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether a statement for S3 would let it call the function but for its condition on `aws:SourceAccount`.
    ///
    /// ## Why it matters
    ///
    /// S3 tells the account that owns the bucket. A statement that was copied from another stage, or that names the account of
    /// the function where the bucket has another owner, never applies.
    ///
    /// ## How to confirm
    ///
    /// `aws lambda get-policy --function-name FUNCTION --qualifier ALIAS` shows the statements of that version or alias; without
    /// `--qualifier` those of the function itself. `aws s3api get-bucket-location --bucket BUCKET --expected-bucket-owner
    /// ACCOUNT` answers only for the owner.
    ///
    /// ## False positives
    ///
    /// Statements are judged as IAM judges them: lists of actions, `lambda:*`, wildcards, `StringLike`, or the account alone are
    /// as good as the form that the console writes. The owner of a bucket that S3 does not confirm stays open.
    ///
    /// ## Fix
    ///
    /// Add a statement with the account that owns the bucket (class A). To undo, remove it by its `StatementId`.
    ///
    /// ## References
    ///
    /// - S3 user guide, "Granting permissions to publish event notification messages to a destination"
    /// - Lambda developer guide, "Viewing resource-based IAM policies in Lambda" and "Granting Lambda function access to AWS
    ///   services"
    "s3/lambda-permission-source-account", Blocker, fix A,
    "The statement for S3 is for a bucket of another account",
    needs [GET_BUCKET_NOTIFICATION_CONFIGURATION, GET_FUNCTION_POLICY, GET_BUCKET_LOCATION]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    case.judge_faults(Wrong::SourceAccount, "no statement fails on the account that it names", |called, fault| {
        let named: Vec<&str> = fault.found.iter().map(String::as_str).collect();
        let named = if named.is_empty() { "another account".to_owned() } else { crate::walls::in_words(&named) };
        let detail = format!(
            "the statement for S3 on function `{}` asks for `aws:SourceAccount` {named}, and bucket `{}` belongs to `{}`",
            called.label(),
            case.bucket(),
            case.owner().unwrap_or("another account")
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
    fn fires_for_another_account() {
        let mut world = kit::calls();
        let mut statement = kit::permission("s3.amazonaws.com", kit::ALIAS, kit::BUCKET_ARN);
        statement["Condition"]["StringEquals"] = json!({ "AWS:SourceAccount": "210987654321" });
        kit::set_policy(&mut world, &[statement]);
        let found = findings(kit::ask(&world, &RULE, &kit::about_bucket()));
        assert!(
            found[0].detail.contains("210987654321") && found[0].detail.contains("123456789012"),
            "{}",
            found[0].detail
        );
    }

    #[test]
    fn silent_for_the_owner_and_without_the_condition() {
        assert!(matches!(kit::ask(&kit::calls(), &RULE, &kit::about_bucket()), Judgement::Pass(_)));
        let mut world = kit::calls();
        let mut statement = kit::permission("s3.amazonaws.com", kit::ALIAS, kit::BUCKET_ARN);
        statement["Condition"] = json!({ "ArnLike": { "aws:SourceArn": kit::BUCKET_ARN } });
        kit::set_policy(&mut world, &[statement]);
        assert!(matches!(kit::ask(&world, &RULE, &kit::about_bucket()), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_the_owner_is_not_known() {
        let mut world = kit::calls();
        world.fail(op::GET_BUCKET_LOCATION, "AccessDenied");
        world.answer(
            op::GET_BUCKET_LOCATION,
            json!({ "Bucket": kit::BUCKET }),
            json!({ "LocationConstraint": "eu-west-1" }),
        );
        let open = missing(kit::ask(&world, &RULE, &kit::about_bucket()));
        assert!(open[0].to_lowercase().contains("aws:sourceaccount"), "{open:?}");
    }

    #[test]
    fn unknown_when_the_policy_may_not_be_read() {
        let mut world = kit::calls();
        world.deny(op::GET_FUNCTION_POLICY);
        assert_eq!(missing(kit::ask(&world, &RULE, &kit::about_bucket())), ["lambda:GetPolicy"]);
    }
}

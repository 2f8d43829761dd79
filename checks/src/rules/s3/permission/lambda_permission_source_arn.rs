//! The condition names another bucket, or objects in place of the bucket.

use crate::finding::Judgement;
use crate::rule::declare_rule;
use crate::s3::Case;
use crate::s3::permission::{Wrong, finding};
use crate::snapshot::Gap;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether a statement for S3 would let it call the function but for its condition on `aws:SourceArn`.
    ///
    /// ## Why it matters
    ///
    /// The condition compares with the ARN of the bucket, `arn:aws:s3:::BUCKET`, which has neither Region nor account nor `/*` in
    /// it. A statement for another bucket, an old name, or objects (`…/*`) never applies.
    ///
    /// ## How to confirm
    ///
    /// `aws lambda get-policy --function-name FUNCTION --qualifier ALIAS` shows the statements of that version or alias; without
    /// `--qualifier` those of the function itself.
    ///
    /// ## False positives
    ///
    /// Statements are judged as IAM judges them: lists of actions, `lambda:*`, wildcards, `StringLike`, or the account alone are
    /// as good as the form that the console writes. A pattern such as `arn:aws:s3:::photos*` is fine.
    ///
    /// ## Fix
    ///
    /// Add a statement for this bucket (class A) and keep the old one until the new one is seen to work. To undo, remove it by
    /// its `StatementId`.
    ///
    /// ## References
    ///
    /// - S3 user guide, "Granting permissions to publish event notification messages to a destination"
    /// - Lambda developer guide, "Viewing resource-based IAM policies in Lambda" and "Granting Lambda function access to AWS
    ///   services"
    "s3/lambda-permission-source-arn", Blocker, fix A,
    "The statement for S3 is about another bucket",
    needs [GET_BUCKET_NOTIFICATION_CONFIGURATION, GET_FUNCTION_POLICY, GET_BUCKET_LOCATION]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    case.judge_faults(Wrong::SourceArn, "no statement fails on the bucket that it names", |called, fault| {
        let named: Vec<&str> = fault.found.iter().map(String::as_str).collect();
        let named = if named.is_empty() { "another bucket".to_owned() } else { crate::walls::in_words(&named) };
        let detail = format!(
            "the statement for S3 on function `{}` asks for `aws:SourceArn` {named}, and S3 comes from `{}`",
            called.label(),
            case.bucket_arn()
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

    fn for_source(source: &str, account: &str) -> crate::testkit::World {
        let mut world = kit::calls();
        let mut statement = kit::permission("s3.amazonaws.com", kit::ALIAS, source);
        statement["Condition"]["StringEquals"] = json!({ "AWS:SourceAccount": account });
        kit::set_policy(&mut world, &[statement]);
        world
    }

    #[test]
    fn fires_for_another_bucket_and_for_objects() {
        for source in ["arn:aws:s3:::old-photos", "arn:aws:s3:::photos/*"] {
            let world = for_source(source, "123456789012");
            let found = findings(kit::ask(&world, &RULE, &kit::about_bucket()));
            assert!(found[0].detail.contains(source) && found[0].evidence[0].value.to_string().contains(source));
            let others = kit::diagnose(&world, &kit::about_bucket()).findings;
            assert!(others.iter().all(|finding| finding.rule == RULE.about.id), "{others:?}");
        }
    }

    #[test]
    fn fires_beside_the_account_when_both_are_wrong() {
        let world = for_source("arn:aws:s3:::old-photos", "210987654321");
        assert_eq!(findings(kit::ask(&world, &RULE, &kit::about_bucket())).len(), 1);
        let rules: Vec<&str> =
            kit::diagnose(&world, &kit::about_bucket()).findings.iter().map(|finding| finding.rule).collect();
        assert!(rules.contains(&"s3/lambda-permission-source-account"), "{rules:?}");
    }

    #[test]
    fn silent_for_patterns() {
        let world = for_source("arn:aws:s3:::pho*", "123456789012");
        assert!(matches!(kit::ask(&world, &RULE, &kit::about_bucket()), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_the_policy_may_not_be_read() {
        let mut world = kit::calls();
        world.deny(op::GET_FUNCTION_POLICY);
        assert_eq!(missing(kit::ask(&world, &RULE, &kit::about_bucket())), ["lambda:GetPolicy"]);
    }
}

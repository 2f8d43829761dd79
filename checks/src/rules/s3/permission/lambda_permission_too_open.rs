//! A statement for S3 without conditions.

use crate::evidence::Evidence;
use crate::finding::Finding;
use crate::finding::Judgement;
use crate::fix::Aws;
use crate::rule::declare_rule;
use crate::s3::Case;
use crate::s3::permission::{Behalf, INVOKE, S3};
use crate::snapshot::Gap;
use crate::snapshot::operations as op;

declare_rule! {
    /// ## What it checks
    ///
    /// Where S3 may call the function: whether it may do so for a bucket of any name and any account.
    ///
    /// ## Why it matters
    ///
    /// A statement for `s3.amazonaws.com` without `aws:SourceArn` and `aws:SourceAccount` lets everybody on AWS point a bucket of
    /// theirs at the function and feed it events.
    ///
    /// ## How to confirm
    ///
    /// `aws lambda get-policy --function-name FUNCTION --qualifier ALIAS` shows the statements of that version or alias; without
    /// `--qualifier` those of the function itself.
    ///
    /// ## False positives
    ///
    /// It works today, which is why this is advice. Only a statement without both conditions is flagged.
    ///
    /// ## Fix
    ///
    /// Add a statement for this bucket and its owner, and then remove the open one (class A). To undo, add the open one again.
    ///
    /// ## References
    ///
    /// - S3 user guide, "Granting permissions to publish event notification messages to a destination"
    /// - Lambda developer guide, "Viewing resource-based IAM policies in Lambda" and "Granting Lambda function access to AWS
    ///   services"
    /// - IAM user guide, "The confused deputy problem"
    "s3/lambda-permission-too-open", Advice, fix A,
    "Any bucket may call the function",
    needs [GET_BUCKET_NOTIFICATION_CONFIGURATION, GET_FUNCTION_POLICY]
}

/// A bucket and an account that nobody has: names of buckets hold no capital letters, and accounts do not begin with these zeros.
const STRANGER: Behalf<'static> =
    Behalf { service: S3, source: Some("arn:aws:s3:::Nobody"), account: Some("000000000000") };

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let called = case.called()?;
    if called.is_empty() {
        return Ok(case.nothing_called());
    }
    let mut findings = Vec::new();
    for called in called.iter().filter(|called| !case.is_gone(called)) {
        // Whether S3 may call it at all is another rule's question.
        if !case.faults(called).is_ok_and(|faults| faults.is_empty()) {
            continue;
        }
        let answer = case.decide(INVOKE, &called.arn, STRANGER)?;
        if !answer.decision.is_allowed() {
            continue;
        }
        let by = answer.decision.deciding().and_then(|part| part.by.as_ref());
        let evidence = by.and_then(|by| answer.proof(by));
        let evidence = evidence.unwrap_or_else(|| Evidence::new(op::GET_FUNCTION_POLICY, &called.arn, "Policy", true));
        let detail =
            format!("the policy of function `{}` lets S3 call it for any bucket of any account", called.label());
        let mut fix = case.permit(called);
        if let Some(sid) = by.and_then(|by| by.sid.as_deref()) {
            let remove = Aws::new("lambda", "remove-permission", &called.function.region);
            let remove = remove.arg("function-name", called.function.bare_arn());
            let remove = match &called.function.qualifier {
                Some(qualifier) => remove.arg("qualifier", qualifier),
                None => remove,
            };
            fix = fix.run(remove.arg("statement-id", sid));
        }
        findings.push(Finding::new(detail).about("lambda-function", &called.arn).proof(evidence).fix(fix));
    }
    Ok(Judgement::of(findings, "S3 may call the function for certain buckets only, or not at all"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::findings;
    use crate::testkit::s3 as kit;
    use serde_json::json;

    fn with(condition: serde_json::Value) -> crate::testkit::World {
        let mut world = kit::calls();
        let mut statement = kit::permission("s3.amazonaws.com", kit::ALIAS, kit::BUCKET_ARN);
        statement["Condition"] = condition;
        kit::set_policy(&mut world, &[statement]);
        world
    }

    #[test]
    fn fires_without_conditions() {
        let found = findings(kit::ask(&with(json!({})), &RULE, &kit::about_bucket()));
        assert!(found[0].fix.as_ref().unwrap().commands[1].contains("remove-permission"));
        let diagnosis = kit::diagnose(&with(json!({})), &kit::about_bucket());
        assert_eq!(diagnosis.verdict, crate::diagnosis::Verdict::Healthy);
    }

    #[test]
    fn silent_with_either_condition() {
        for condition in [
            json!({ "ArnLike": { "aws:SourceArn": kit::BUCKET_ARN } }),
            json!({ "StringEquals": { "aws:SourceAccount": "123456789012" } }),
        ] {
            assert!(matches!(kit::ask(&with(condition), &RULE, &kit::about_bucket()), Judgement::Pass(_)));
        }
    }

    #[test]
    fn unknown_is_told_by_the_rules_about_permissions() {
        let mut world = kit::calls();
        world.deny(op::GET_FUNCTION_POLICY);
        assert!(matches!(kit::ask(&world, &RULE, &kit::about_bucket()), Judgement::Pass(_)));
        world.deny(op::GET_BUCKET_NOTIFICATION_CONFIGURATION);
    }
}

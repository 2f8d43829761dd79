//! An ARN for another group of Regions.

use crate::evidence::Evidence;
use crate::finding::Finding;
use crate::finding::Judgement;
use crate::fix::{Fix, FixClass};
use crate::rule::declare_rule;
use crate::s3::Case;
use crate::snapshot::Gap;
use crate::snapshot::operations as op;
use serde_json::json;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the ARN of a destination, or of the function that is asked about, begins with the partition of the account:
    /// `arn:aws`, `arn:aws-cn`, `arn:aws-us-gov`.
    ///
    /// ## Why it matters
    ///
    /// Templates that were written for one partition name resources that do not exist in another. S3 refuses such an entry, and a
    /// permission with such a `SourceArn` never matches.
    ///
    /// ## How to confirm
    ///
    /// `aws sts get-caller-identity --query Arn` shows the partition of the account.
    ///
    /// ## False positives
    ///
    /// None: an ARN of another partition is never a resource of this one.
    ///
    /// ## Fix
    ///
    /// Write the ARN with the right partition (class A), in templates with `${AWS::Partition}`.
    ///
    /// ## References
    ///
    /// - IAM user guide, "Identify AWS resources with Amazon Resource Names (ARNs)"
    /// - S3 user guide, "Amazon S3 Event Notifications" and "Enabling and configuring event notifications"
    "s3/partition-mismatch", Blocker, fix A,
    "The ARN is of another partition",
    needs [GET_BUCKET_NOTIFICATION_CONFIGURATION]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if case.special_kind().is_some() {
        return Ok(Judgement::follows_from("s3/directory-or-outposts-bucket"));
    }
    let home = case.partition();
    let of = |arn: &str| arn.strip_prefix("arn:").and_then(|rest| rest.split(':').next()).map(str::to_owned);
    let is_other = |arn: &str| of(arn).is_some_and(|own| own != home);
    let bucket = case.bucket();
    let right = |arn: &str| format!("arn:{home}:{}", arn.splitn(3, ':').nth(2).unwrap_or_default());
    let mut findings: Vec<Finding> = Vec::new();
    for entry in case.judged()?.into_iter().filter(|entry| is_other(entry.arn)) {
        let detail =
            format!("entry `{}` names `{}`, and the account is in partition `{home}`", entry.label(), entry.arn);
        let document = case.with_entry(entry, |own| {
            if let Some(members) = own.as_object_mut() {
                members.insert(entry.kind.arn_member().to_owned(), json!(right(entry.arn)));
            }
        });
        let fix = case.rewrite(format!("write entry `{}` with partition `{home}`", entry.label()), &document);
        findings.push(entry.finding(bucket, detail).proof(entry.proof_of_destination(bucket)).fix(fix));
    }
    if let Some(asked) = case.question.function.as_deref().filter(|asked| findings.is_empty() && is_other(asked)) {
        let detail = format!("`{asked}` is of another partition than the account, which is in `{home}`");
        let evidence = Evidence::new(op::GET_CALLER_IDENTITY, case.account(), "Arn", home);
        let fix = Fix::new(FixClass::M, format!("ask about `{}`", right(asked)));
        findings.push(Finding::new(detail).about("lambda-function", asked).proof(evidence).fix(fix));
    }
    Ok(Judgement::of(findings, "every ARN is of the partition of the account"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::s3 as kit;
    use crate::testkit::{findings, missing};
    use serde_json::json;

    #[test]
    fn fires_for_an_arn_of_another_partition() {
        let mut world = kit::calls();
        let arn = kit::ALIAS.replace("arn:aws:", "arn:aws-cn:");
        let entry = kit::entry("LambdaFunctionArn", &arn, "s3:ObjectCreated:*", "", "");
        kit::set_entries(&mut world, json!({ "LambdaFunctionConfigurations": [entry] }));
        let found = findings(kit::ask(&world, &RULE, &kit::about_bucket()));
        assert!(found[0].fix.as_ref().unwrap().commands[0].contains("arn:aws:lambda"));
        let question = crate::s3::Question { function: Some(arn), ..kit::about_bucket() };
        assert_eq!(findings(kit::ask(&kit::calls(), &RULE, &question)).len(), 1);
    }

    #[test]
    fn silent_at_home() {
        assert!(matches!(kit::ask(&kit::calls(), &RULE, &kit::about_function()), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_for_a_bucket_that_may_not_be_looked_into() {
        let mut world = kit::calls();
        world.deny(op::GET_BUCKET_NOTIFICATION_CONFIGURATION);
        assert_eq!(missing(kit::ask(&world, &RULE, &kit::about_function())), ["s3:GetBucketNotification"]);
    }
}

//! Nothing lets S3 call the function.

use crate::finding::Judgement;
use crate::rule::declare_rule;
use crate::s3::Case;
use crate::s3::permission::{Wrong, finding};
use crate::snapshot::Gap;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the policy of the function, or of the version or alias that the entry names, lets `s3.amazonaws.com` call it for
    /// this bucket, as IAM would decide it.
    ///
    /// ## Why it matters
    ///
    /// S3 calls a function on the strength of the function's own policy alone: the role of the function and the rights of whoever
    /// uploads play no part. Without a statement the call is refused and nobody sees it; a write of the notification document is
    /// refused with `Unable to validate the following destination configurations`.
    ///
    /// ## How to confirm
    ///
    /// `aws lambda get-policy --function-name FUNCTION --qualifier ALIAS` shows the statements of that version or alias; without
    /// `--qualifier` those of the function itself.
    ///
    /// ## False positives
    ///
    /// Statements are judged as IAM judges them: lists of actions, `lambda:*`, wildcards, `StringLike`, or the account alone are
    /// as good as the form that the console writes.
    ///
    /// ## Fix
    ///
    /// Add a statement for this bucket and its owner alone (class A). To undo, remove it by its `StatementId`.
    ///
    /// ## References
    ///
    /// - S3 user guide, "Granting permissions to publish event notification messages to a destination"
    /// - Lambda developer guide, "Viewing resource-based IAM policies in Lambda" and "Granting Lambda function access to AWS
    ///   services"
    "s3/lambda-permission-missing", Blocker, fix A,
    "The policy of the function has no statement for S3",
    needs [GET_BUCKET_NOTIFICATION_CONFIGURATION, GET_FUNCTION_POLICY, GET_BUCKET_LOCATION]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    case.judge_faults(Wrong::Missing, "a statement lets S3 call the function, or one nearly does", |called, fault| {
        let detail = format!("no statement lets S3 call function `{}` for bucket `{}`", called.label(), case.bucket());
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
    fn fires_without_a_policy_and_with_one_for_others() {
        let mut world = kit::calls();
        world.fail(op::GET_FUNCTION_POLICY, "ResourceNotFoundException");
        world.replace(op::GET_FUNCTION_POLICY, &[], kit::policy(&[]));
        let found = findings(kit::ask(&world, &RULE, &kit::about_bucket()));
        let fix = found[0].fix.as_ref().unwrap();
        for part in [
            "--qualifier live",
            "--source-arn arn:aws:s3:::photos",
            "--source-account 123456789012",
            "--principal s3.amazonaws.com",
        ] {
            assert!(fix.commands[0].contains(part), "{part}: {}", fix.commands[0]);
        }
        assert!(fix.rollback[0].contains("remove-permission") && fix.rollback[0].contains("--statement-id s3-photos"));
        kit::set_policy(
            &mut world,
            &[kit::permission("apigateway.amazonaws.com", kit::ALIAS, "arn:aws:execute-api:eu-west-1:123456789012:a")],
        );
        assert_eq!(findings(kit::ask(&world, &RULE, &kit::about_bucket())).len(), 1);
    }

    #[test]
    fn silent_for_every_way_to_write_it() {
        let written = |changes: &[(&str, serde_json::Value)]| {
            let mut statement = kit::permission("s3.amazonaws.com", kit::ALIAS, kit::BUCKET_ARN);
            let members = statement.as_object_mut().unwrap();
            for (name, value) in changes {
                members.remove(name.trim_start_matches("Not"));
                members.insert((*name).to_owned(), value.clone());
            }
            statement
        };
        let source = |operator: &str, value: &str| json!({ operator: { "aws:SourceArn": value } });
        for changes in [
            vec![("Action", json!("lambda:*"))],
            vec![("Action", json!(["lambda:invoke*"]))],
            vec![("NotAction", json!("lambda:GetPolicy"))],
            vec![("Principal", json!("*"))],
            vec![("Condition", source("StringLike", "arn:aws:s3:::pho*"))],
            vec![("Condition", source("ArnEquals", "arn:aws:s3:::*"))],
            vec![("Condition", source("StringEqualsIfExists", kit::BUCKET_ARN))],
            vec![("Condition", source("ForAnyValue:StringEquals", kit::BUCKET_ARN))],
        ] {
            let mut world = kit::calls();
            kit::set_policy(&mut world, &[written(&changes)]);
            let judgement = kit::ask(&world, &RULE, &kit::about_bucket());
            assert!(matches!(judgement, Judgement::Pass(_)), "{changes:?}: {judgement:?}");
        }
    }

    #[test]
    fn silent_where_no_entry_tells_which_alias_is_called() {
        let mut world = kit::calls();
        kit::set_entries(&mut world, json!({}));
        assert!(matches!(kit::ask(&world, &RULE, &kit::about_function()), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_where_the_entry_may_not_be_seen() {
        let mut world = kit::calls();
        world.deny(op::GET_BUCKET_NOTIFICATION_CONFIGURATION);
        let function = json!({ "FunctionName": kit::FUNCTION });
        world.answer(op::GET_FUNCTION_CONFIGURATION, function.clone(), json!({ "FunctionName": "thumbs" }));
        world.answer(op::GET_FUNCTION_POLICY, function, kit::policy(&[]));
        let open = missing(kit::ask(&world, &RULE, &kit::about_function()));
        assert!(open[0].contains("which version or alias"), "{open:?}");
    }

    #[test]
    fn silent_however_the_statement_allows_it() {
        let own = |change: fn(&mut serde_json::Value)| {
            let mut statement = kit::permission("s3.amazonaws.com", kit::ALIAS, kit::BUCKET_ARN);
            change(&mut statement);
            let mut world = kit::calls();
            kit::set_policy(&mut world, &[statement]);
            kit::ask(&world, &RULE, &kit::about_bucket())
        };
        let account = |own: &mut serde_json::Value| {
            own["Condition"] = json!({ "StringEquals": { "aws:SourceAccount": "123456789012" } });
        };
        let like = |own: &mut serde_json::Value| {
            own["Condition"] = json!({ "StringLike": { "aws:SourceArn": "arn:aws:s3:::pho*" } });
        };
        let all = |own: &mut serde_json::Value| own["Action"] = json!(["lambda:*"]);
        let wide = |own: &mut serde_json::Value| own["Resource"] = json!("*");
        for change in [account, like, all, wide] {
            let judgement = own(change);
            assert!(matches!(judgement, Judgement::Pass(_)), "{judgement:?}");
        }
    }

    #[test]
    fn unknown_when_the_policy_may_not_be_read() {
        let mut world = kit::calls();
        world.deny(op::GET_FUNCTION_POLICY);
        assert_eq!(missing(kit::ask(&world, &RULE, &kit::about_bucket())), ["lambda:GetPolicy"]);
    }
}

//! The function is there, and what the ARN says after it is not.

use crate::evidence::Evidence;
use crate::finding::Finding;
use crate::finding::Judgement;
use crate::fix::{Aws, Fix, FixClass};
use crate::rule::declare_rule;
use crate::s3::Called;
use crate::s3::Case;
use crate::snapshot::Gap;
use crate::snapshot::operations as op;
use serde_json::{Value, json};

declare_rule! {
    /// ## What it checks
    ///
    /// Where the ARN of an entry ends with a version or alias: whether the function has it.
    ///
    /// ## Why it matters
    ///
    /// An alias that was deleted or renamed, or a version that was cleaned up, leaves the entry pointing at nothing while the
    /// function itself is well.
    ///
    /// ## How to confirm
    ///
    /// `aws lambda list-aliases --function-name FUNCTION` and `aws lambda list-versions-by-function --function-name FUNCTION`.
    ///
    /// ## False positives
    ///
    /// Deployments that make the alias anew leave a moment without it.
    ///
    /// ## Fix
    ///
    /// Make the alias again (class A), or let the entry name another version. A version cannot be made again under its number. To
    /// undo, delete the alias.
    ///
    /// ## References
    ///
    /// - Lambda developer guide, "Create an alias for a Lambda function" and "Manage Lambda function versions"
    /// - S3 user guide, "Amazon S3 Event Notifications" and "Enabling and configuring event notifications"
    "s3/qualifier-missing", Blocker, fix A,
    "The alias or version that the entry names does not exist",
    needs [GET_BUCKET_NOTIFICATION_CONFIGURATION, GET_FUNCTION_CONFIGURATION]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let missing = |called: &Called<'_>| {
        let Some(qualifier) = &called.function.qualifier else { return Ok(Vec::new()) };
        let is_missing =
            case.function(called)?.is_none() && case.snapshot.functions.get(&called.function.bare_arn())?.is_some();
        Ok(if is_missing { vec![finding(case, called, qualifier)] } else { Vec::new() })
    };
    case.each_called(missing, || Judgement::pass("the version or alias is there, or the ARN names none"))
}

fn finding(case: &Case<'_>, called: &Called<'_>, qualifier: &str) -> Finding {
    let (bucket, name) = (case.bucket(), called.function.name.as_str());
    let is_version = qualifier.bytes().all(|byte| byte.is_ascii_digit());
    let what = if is_version { "version" } else { "alias" };
    let detail = format!("function `{name}` has no {what} `{qualifier}`, which the entry of bucket `{bucket}` names");
    let evidence = Evidence::new(op::GET_FUNCTION_CONFIGURATION, &called.arn, "FunctionArn", Value::Null);
    let finding = Finding::new(detail).about("lambda-function", &called.arn).about("s3-bucket", bucket).proof(evidence);
    let on = |command: &str| {
        let command = Aws::new("lambda", command, &called.function.region);
        command.arg("function-name", called.function.bare_arn()).arg("name", qualifier)
    };
    match &called.entry {
        _ if !is_version => finding.fix(
            Fix::new(
                FixClass::A,
                format!("make alias `{qualifier}` of the newest code; give the version that is meant in its place"),
            )
            .run(on("create-alias").arg("function-version", "$LATEST"))
            .undo(on("delete-alias")),
        ),
        Some(entry) => {
            let document = case.with_entry(entry, |own| {
                if let Some(members) = own.as_object_mut() {
                    members.insert(entry.kind.arn_member().to_owned(), json!(called.function.bare_arn()));
                }
            });
            let summary =
                format!("let entry `{}` call the newest code of `{name}`; S3 needs a permission on it", entry.label());
            finding.fix(case.rewrite(summary, &document))
        }
        None => finding,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::s3 as kit;
    use crate::testkit::{findings, missing};
    use serde_json::json;

    fn gone(arn: &str) -> crate::testkit::World {
        let mut world = kit::calls();
        kit::set_entries(
            &mut world,
            json!({ "LambdaFunctionConfigurations": [kit::entry("LambdaFunctionArn", arn, "s3:ObjectCreated:*", "", "")] }),
        );
        world.answer(op::GET_FUNCTION_CONFIGURATION, json!({ "FunctionName": arn }), json!({}));
        world.fail(op::GET_FUNCTION_CONFIGURATION, "ResourceNotFoundException");
        world.answer(
            op::GET_FUNCTION_CONFIGURATION,
            json!({ "FunctionName": kit::FUNCTION }),
            json!({ "FunctionName": "thumbs" }),
        );
        world
    }

    #[test]
    fn fires_for_an_alias_that_is_gone() {
        let found = findings(kit::ask(&gone(kit::ALIAS), &RULE, &kit::about_bucket()));
        assert!(found[0].fix.as_ref().unwrap().commands[0].contains("create-alias"));
    }

    #[test]
    fn fires_for_a_version_that_is_gone() {
        let found = findings(kit::ask(&gone(&format!("{}:7", kit::FUNCTION)), &RULE, &kit::about_bucket()));
        let command = &found[0].fix.as_ref().unwrap().commands[0];
        assert!(command.contains("function:thumbs\"") && !command.contains("thumbs:7"), "{command}");
    }

    #[test]
    fn silent_with_it_and_without_any() {
        assert!(matches!(kit::ask(&kit::calls(), &RULE, &kit::about_bucket()), Judgement::Pass(_)));
        assert!(matches!(kit::ask(&kit::publishes(), &RULE, &kit::about_function()), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_lambda_may_not_be_asked() {
        let mut world = kit::calls();
        world.deny(op::GET_FUNCTION_CONFIGURATION);
        assert_eq!(missing(kit::ask(&world, &RULE, &kit::about_bucket())), ["lambda:GetFunctionConfiguration"]);
    }
}

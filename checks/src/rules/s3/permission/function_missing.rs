//! S3 calls a function that is not there.

use crate::evidence::Evidence;
use crate::finding::Finding;
use crate::finding::Judgement;
use crate::rule::declare_rule;
use crate::s3::Called;
use crate::s3::Case;
use crate::snapshot::Gap;
use crate::snapshot::operations as op;
use serde_json::Value;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the function of each entry that is asked about, or the function that is asked about, is there.
    ///
    /// ## Why it matters
    ///
    /// An entry keeps the ARN of a function that was deleted or renamed. S3 goes on to call it and nobody is told; what is more,
    /// every later write of the notification document is refused, because S3 checks all destinations.
    ///
    /// ## How to confirm
    ///
    /// `aws lambda get-function-configuration --function-name ARN` answers `ResourceNotFoundException`.
    ///
    /// ## False positives
    ///
    /// A function of another account cannot be asked for from here: that case stays open. A function that was made anew under the
    /// same name has the same ARN and works again, once its policy lets S3 in.
    ///
    /// ## Fix
    ///
    /// Take the entry out of the document, or name the function that took its place (class A). To undo, write the document that
    /// was there: S3 refuses it while the function is gone, unless `--skip-destination-validation` is given.
    ///
    /// ## References
    ///
    /// - S3 user guide, "Amazon S3 Event Notifications" and "Enabling and configuring event notifications"
    /// - Lambda API reference, `GetFunctionConfiguration`
    "s3/function-missing", Blocker, fix A,
    "The function that the entry names does not exist",
    needs [GET_BUCKET_NOTIFICATION_CONFIGURATION, GET_FUNCTION_CONFIGURATION]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let missing = |called: &Called<'_>| {
        let is_there = case.function(called)?.is_some() || qualified(case, called)?;
        Ok(if is_there { Vec::new() } else { vec![finding(case, called)] })
    };
    case.each_called(missing, || Judgement::pass("the function is there"))
}

/// Whether it is the version or alias that is not there, and the function is.
fn qualified(case: &Case<'_>, called: &Called<'_>) -> Result<bool, Gap> {
    if called.function.qualifier.is_none() {
        return Ok(false);
    }
    Ok(case.snapshot.functions.get(&called.function.bare_arn())?.is_some())
}

fn finding(case: &Case<'_>, called: &Called<'_>) -> Finding {
    let (bucket, label) = (case.bucket(), called.label());
    let evidence = Evidence::new(op::GET_FUNCTION_CONFIGURATION, &called.arn, "FunctionArn", Value::Null);
    match &called.entry {
        Some(entry) => {
            let detail = format!(
                "entry `{}` of bucket `{bucket}` names function `{label}`, which does not exist",
                entry.label()
            );
            let summary = format!("take entry `{}` out, or name the function that took its place", entry.label());
            let fix = case.rewrite(summary, &case.without(&[entry]));
            entry.finding(bucket, detail).proof(entry.proof_of_destination(bucket)).proof(evidence).fix(fix)
        }
        None => {
            let detail =
                format!("function `{label}`, which is asked about, does not exist in `{}`", called.function.region);
            Finding::new(detail).about("lambda-function", &called.arn).proof(evidence)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::s3 as kit;
    use crate::testkit::{findings, missing};
    use serde_json::json;

    #[test]
    fn fires_when_lambda_does_not_know_it() {
        let mut world = kit::calls();
        world.fail(op::GET_FUNCTION_CONFIGURATION, "ResourceNotFoundException");
        let input = json!({ "FunctionName": kit::FUNCTION });
        world.answer(op::GET_FUNCTION_CONFIGURATION, input, json!({}));
        world.fail(op::GET_FUNCTION_CONFIGURATION, "ResourceNotFoundException");
        let found = findings(kit::ask(&world, &RULE, &kit::about_bucket()));
        assert!(found[0].fix.as_ref().unwrap().rollback[0].contains("thumbs:live"));
        let others = kit::diagnose(&world, &kit::about_bucket()).findings;
        assert!(others.iter().all(|finding| finding.rule == RULE.about.id), "{others:?}");
    }

    #[test]
    fn silent_when_only_the_alias_is_gone() {
        let mut world = kit::calls();
        world.fail(op::GET_FUNCTION_CONFIGURATION, "ResourceNotFoundException");
        world.answer(
            op::GET_FUNCTION_CONFIGURATION,
            json!({ "FunctionName": kit::FUNCTION }),
            json!({ "FunctionName": "thumbs" }),
        );
        assert!(matches!(kit::ask(&world, &RULE, &kit::about_bucket()), Judgement::Pass(_)));
    }

    #[test]
    fn silent_while_it_is_there() {
        assert!(matches!(kit::ask(&kit::calls(), &RULE, &kit::about_bucket()), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_lambda_may_not_be_asked() {
        let mut world = kit::calls();
        world.deny(op::GET_FUNCTION_CONFIGURATION);
        assert_eq!(missing(kit::ask(&world, &RULE, &kit::about_bucket())), ["lambda:GetFunctionConfiguration"]);
    }

    #[test]
    fn unknown_for_a_function_of_another_account() {
        let mut world = kit::calls();
        let arn = kit::FUNCTION.replace("123456789012", "210987654321");
        let entry = kit::entry("LambdaFunctionArn", &arn, "s3:ObjectCreated:*", "", "");
        kit::set_entries(&mut world, json!({ "LambdaFunctionConfigurations": [entry] }));
        assert!(missing(kit::ask(&world, &RULE, &kit::about_bucket()))[0].contains("210987654321"));
    }
}

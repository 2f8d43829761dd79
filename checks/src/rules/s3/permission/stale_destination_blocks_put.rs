//! The entry of somebody else keeps the new one out.

use crate::finding::Finding;
use crate::finding::Judgement;
use crate::rule::declare_rule;
use crate::s3::Case;
use crate::s3::entry::{Entry, Kind};
use crate::s3::{Called, FunctionName};
use crate::snapshot::Gap;

declare_rule! {
    /// ## What it checks
    ///
    /// Where the function needs an entry that it does not have: whether every other entry of the bucket names a destination that
    /// is there and lets S3 in.
    ///
    /// ## Why it matters
    ///
    /// S3 checks all destinations of a document when it is written. One dead entry of somebody else makes it refuse the whole
    /// write, with a message that seems to be about the new entry.
    ///
    /// ## How to confirm
    ///
    /// The error of `put-bucket-notification-configuration` names the ARN that failed in `ArgumentValue`.
    ///
    /// ## False positives
    ///
    /// A dead entry does no harm to others while nobody writes the document, so nothing is looked at when no write is needed.
    /// Destinations of other accounts cannot be looked at from here.
    ///
    /// ## Fix
    ///
    /// Take the dead entry out in the same write (class A), or write with `--skip-destination-validation`. The former document
    /// cannot be written back without that flag: it is kept in the fix.
    ///
    /// ## References
    ///
    /// - S3 API reference, `PutBucketNotificationConfiguration`
    "s3/stale-destination-blocks-put", Blocker, fix A,
    "Another entry is dead, so S3 refuses every write",
    needs [GET_BUCKET_NOTIFICATION_CONFIGURATION, GET_FUNCTION_CONFIGURATION, GET_FUNCTION_POLICY, GET_QUEUE_ATTRIBUTES, GET_TOPIC_ATTRIBUTES]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    case.configuration.clone()?;
    if case.special_kind().is_some() {
        return Ok(Judgement::follows_from("s3/directory-or-outposts-bucket"));
    }
    if !case.needs_put() {
        return Ok(Judgement::not_applicable("no entry has to be written for what is asked about"));
    }
    let (mut dead, mut open) = (Vec::new(), Vec::new());
    for entry in case.entries.iter().filter(|entry| !case.is_judged(entry)) {
        match trouble(case, entry) {
            Ok(Some(why)) => dead.push((entry, why)),
            Ok(None) => {}
            Err(gaps) => open.extend(gaps),
        }
    }
    if dead.is_empty() && !open.is_empty() {
        open.sort();
        open.dedup();
        return Ok(Judgement::open(open));
    }
    let all: Vec<&Entry<'_>> = dead.iter().map(|(entry, _)| *entry).collect();
    let findings = dead.iter().map(|(entry, why)| finding(case, entry, why, &all));
    Ok(Judgement::of(findings.collect(), "every other destination is there and lets S3 in"))
}

/// Why S3 would refuse an entry.
fn trouble(case: &Case<'_>, entry: &Entry<'_>) -> Result<Option<&'static str>, Vec<Gap>> {
    if entry.kind != Kind::Function {
        let (troubles, open) = case.troubles(entry);
        return match (troubles.is_empty(), open.is_empty()) {
            (false, _) => Ok(Some("is not there or does not let S3 in")),
            (true, true) => Ok(None),
            (true, false) => Err(open),
        };
    }
    let called = Called { function: FunctionName::parse(entry.arn), arn: entry.arn.to_owned(), entry: None };
    match case.function(&called) {
        Ok(None) => return Ok(Some("does not exist")),
        Ok(Some(_)) => {}
        Err(gap) => return Err(vec![gap]),
    }
    let faults = case.faults(&called)?;
    Ok((!faults.is_empty()).then_some("does not let S3 call it"))
}

fn finding(case: &Case<'_>, entry: &Entry<'_>, why: &str, dead: &[&Entry<'_>]) -> Finding {
    let bucket = case.bucket();
    let detail = format!(
        "{} of entry `{}` {why}, and S3 refuses every write of the notifications of bucket `{bucket}` until that is mended",
        entry.whither(),
        entry.label()
    );
    let summary = "take the dead entries out, together with whatever else is to be written";
    let mut fix = case.rewrite(summary, &case.without(dead));
    fix.rollback = vec![case.put(&case.document()).flag("skip-destination-validation").into()];
    entry.finding(bucket, detail).proof(entry.proof_of_destination(bucket)).fix(fix)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::s3 as kit;
    use crate::testkit::{findings, missing};
    use serde_json::json;

    const OTHER: &str = "arn:aws:lambda:eu-west-1:123456789012:function:audit";

    fn beside() -> crate::testkit::World {
        let mut world = kit::calls();
        let entry = kit::entry("LambdaFunctionArn", OTHER, "s3:ObjectRemoved:*", "", "");
        kit::set_entries(&mut world, json!({ "LambdaFunctionConfigurations": [entry] }));
        world.answer(op::LIST_RULES, json!({}), json!({ "Rules": [] }));
        world.answer(
            op::GET_FUNCTION_CONFIGURATION,
            json!({ "FunctionName": OTHER }),
            json!({ "FunctionName": "audit" }),
        );
        let statement = kit::permission("s3.amazonaws.com", OTHER, kit::BUCKET_ARN);
        world.answer(op::GET_FUNCTION_POLICY, json!({ "FunctionName": OTHER }), kit::policy(&[statement]));
        world
    }

    #[test]
    fn fires_for_a_dead_entry_in_the_way() {
        let mut world = beside();
        world.replace(op::GET_FUNCTION_POLICY, &["audit"], kit::policy(&[]));
        let found = findings(kit::ask(&world, &RULE, &kit::about_function()));
        let fix = found[0].fix.as_ref().unwrap();
        assert!(
            !fix.commands[0].contains("audit") && fix.rollback[0].contains("skip-destination-validation"),
            "{fix:?}"
        );
    }

    #[test]
    fn silent_when_it_is_well_or_nothing_is_to_be_written() {
        assert!(matches!(kit::ask(&beside(), &RULE, &kit::about_function()), Judgement::Pass(_)));
        assert!(matches!(kit::ask(&kit::calls(), &RULE, &kit::about_function()), Judgement::NotApplicable(_)));
        assert!(matches!(kit::ask(&beside(), &RULE, &kit::about_bucket()), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_when_it_may_not_be_looked_at() {
        let mut world = beside();
        world.deny(op::GET_FUNCTION_CONFIGURATION);
        assert_eq!(missing(kit::ask(&world, &RULE, &kit::about_function())), ["lambda:GetFunctionConfiguration"]);
    }
}

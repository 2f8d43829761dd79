//! Two tools write one document, and the later one took the entry away.

use crate::evidence::Evidence;
use crate::finding::Finding;
use crate::finding::Judgement;
use crate::fix::Aws;
use crate::fix::{Fix, FixClass};
use crate::rule::declare_rule;
use crate::s3::Case;
use crate::s3::trail::Change;
use crate::snapshot::Gap;
use crate::snapshot::operations as op;

declare_rule! {
    /// ## What it checks
    ///
    /// Where the bucket lacks an entry: whether CloudTrail shows, in the last three days, a write of the notification document
    /// that held the function, followed by one that did not.
    ///
    /// ## Why it matters
    ///
    /// The call that writes notifications replaces the whole document and has no check for changes in between. Two tools that
    /// each own "their" entry (Terraform, CloudFormation, the CDK, the console) take turns to remove that of the other; enabling
    /// EventBridge through CloudFormation does it as well.
    ///
    /// ## How to confirm
    ///
    /// `aws cloudtrail lookup-events --lookup-attributes AttributeKey=EventName,AttributeValue=PutBucketNotification` shows who
    /// wrote what and when.
    ///
    /// ## False positives
    ///
    /// An entry that was taken away on purpose looks the same: the finding names who did it, so ask. CloudTrail shows an event up
    /// to fifteen minutes late.
    ///
    /// ## Fix
    ///
    /// Write the present document with the entry added (class A), and give the document one owner: the other tool writes it again
    /// at its next run.
    ///
    /// ## References
    ///
    /// - S3 API reference, `PutBucketNotificationConfiguration`
    /// - S3 user guide, "Amazon S3 CloudTrail events"
    /// - CloudTrail user guide, "Viewing CloudTrail event history"
    "s3/notification-overwritten", Blocker, fix A,
    "The entry was there and somebody wrote another document",
    needs [GET_BUCKET_NOTIFICATION_CONFIGURATION, LOOKUP_EVENTS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if !case.lacks_entry() {
        return Ok(Judgement::not_applicable("no entry is missing"));
    }
    match case.overwriting()? {
        Some((before, after)) => Ok(Judgement::fail(finding(case, &before, &after))),
        None => Ok(Judgement::pass("no change of the last three days took the entry away")),
    }
}

fn finding(case: &Case<'_>, before: &Change<'_>, after: &Change<'_>) -> Finding {
    let bucket = case.bucket();
    let what = case
        .question
        .function
        .as_ref()
        .map_or("an entry".to_owned(), |name| format!("the entry for function `{name}`"));
    let detail = format!(
        "{what} of bucket `{bucket}` was written by `{}` at {} and is gone since `{}` wrote another document at {}",
        before.who, before.at, after.who, after.at
    );
    let proof = |change: &Change<'_>| {
        Evidence::new(
            op::LOOKUP_EVENTS,
            &change.event.event_id,
            "CloudTrailEvent.requestParameters",
            change.written.clone(),
        )
    };
    let finding = Finding::new(detail).about("s3-bucket", bucket).proof(proof(after)).proof(proof(before));
    match case.new_entry().filter(|new| case.in_the_way(new).is_empty()) {
        Some(new) => finding.fix(case.add_entry(&new)),
        None => {
            let show = Aws::new("s3api", "get-bucket-notification-configuration", case.region()).arg("bucket", bucket);
            finding
                .fix(Fix::new(FixClass::M, "write the present document with the entry added; this shows it").run(show))
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

    /// Two writes of the document: one with the function, and a later one by somebody else.
    fn overwritten() -> crate::testkit::World {
        let mut world = kit::calls();
        kit::set_entries(&mut world, json!({}));
        world.answer(op::LIST_RULES, json!({}), json!({ "Rules": [] }));
        let event = |time: &str, who: &str, written: &str| {
            let whole = json!({ "userIdentity": { "arn": who }, "requestParameters": { "bucketName": kit::BUCKET, "written": written } });
            json!({ "EventId": time, "EventTime": time, "Username": "x", "Resources": [{ "ResourceName": kit::BUCKET }], "CloudTrailEvent": whole.to_string() })
        };
        let events = [
            event("2026-11-22T10:00:00Z", "arn:aws:iam::123456789012:role/terraform", "nothing"),
            event("2026-11-21T10:00:00Z", "arn:aws:iam::123456789012:role/cdk", kit::ALIAS),
        ];
        world.replace(op::LOOKUP_EVENTS, &[], json!({ "Events": events }));
        world
    }

    #[test]
    fn fires_and_names_who_wrote_what() {
        for question in [kit::about_function(), kit::about_bucket()] {
            let found = findings(kit::ask(&overwritten(), &RULE, &question));
            assert!(
                found[0].detail.contains("role/terraform") && found[0].detail.contains("role/cdk"),
                "{}",
                found[0].detail
            );
        }
        let found = findings(kit::ask(&overwritten(), &RULE, &kit::about_function()));
        assert!(found[0].fix.as_ref().unwrap().commands.last().unwrap().contains("function:thumbs"));
    }

    #[test]
    fn silent_when_nothing_is_missing_whatever_cloudtrail_says() {
        let mut world = kit::calls();
        world.deny(op::LOOKUP_EVENTS);
        assert!(matches!(kit::ask(&world, &RULE, &kit::about_function()), Judgement::NotApplicable(_)));
    }

    #[test]
    fn silent_when_nobody_changed_it() {
        let mut world = overwritten();
        world.replace(op::LOOKUP_EVENTS, &[], json!({ "Events": [] }));
        assert!(matches!(kit::ask(&world, &RULE, &kit::about_function()), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_the_entry_is_missing_and_cloudtrail_is_not_readable() {
        let mut world = overwritten();
        world.deny(op::LOOKUP_EVENTS);
        assert_eq!(missing(kit::ask(&world, &RULE, &kit::about_function())), ["cloudtrail:LookupEvents"]);
    }
}

//! There is no place for one more entry.

use crate::evidence::Evidence;
use crate::finding::Finding;
use crate::finding::Judgement;
use crate::rule::declare_rule;
use crate::s3::Case;
use crate::snapshot::Gap;
use crate::snapshot::operations as op;

declare_rule! {
    /// ## What it checks
    ///
    /// Where the function has no entry: whether the bucket has a hundred of them already.
    ///
    /// ## Why it matters
    ///
    /// S3 takes a hundred entries for a bucket. One more is refused, whatever it is for.
    ///
    /// ## How to confirm
    ///
    /// `aws s3api get-bucket-notification-configuration --bucket BUCKET` lists them: count those for functions, queues and topics
    /// together.
    ///
    /// ## False positives
    ///
    /// The quota is S3's own and cannot be raised. A full bucket whose function has its entry works.
    ///
    /// ## Fix
    ///
    /// Send events to EventBridge, where rules have no such limit, or merge entries (class M).
    ///
    /// ## References
    ///
    /// - S3 user guide, "Amazon S3 Event Notifications" and "Enabling and configuring event notifications"
    /// - AWS General Reference, "Amazon S3 endpoints and quotas"
    "s3/config-limit", Blocker, fix M,
    "The bucket has as many entries as it can have",
    needs [GET_BUCKET_NOTIFICATION_CONFIGURATION]
}

/// Source: AWS General Reference, "Amazon S3 endpoints and quotas", event notifications for each bucket.
const MOST: usize = 100;

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    case.configuration.clone()?;
    let count = case.entries.len();
    if count < MOST || !case.needs_put() {
        return Ok(Judgement::pass(format!("the bucket has {count} of {MOST} entries, or needs no other one")));
    }
    let bucket = case.bucket();
    let detail = format!("bucket `{bucket}` has {count} entries, and S3 takes no more than {MOST}");
    let evidence = Evidence::new(op::GET_BUCKET_NOTIFICATION_CONFIGURATION, bucket, "length", count);
    Ok(Judgement::fail(Finding::new(detail).about("s3-bucket", bucket).proof(evidence)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::s3 as kit;
    use crate::testkit::{findings, missing};
    use serde_json::json;

    fn full() -> crate::testkit::World {
        let mut world = kit::calls();
        let entry = |at: usize| {
            let arn = format!("arn:aws:lambda:eu-west-1:123456789012:function:f{at}");
            kit::entry("LambdaFunctionArn", &arn, "s3:ObjectCreated:*", &format!("{at:03}/"), "")
        };
        let entries: Vec<_> = (0..MOST).map(entry).collect();
        kit::set_entries(&mut world, json!({ "LambdaFunctionConfigurations": entries }));
        world.answer(op::LIST_RULES, json!({}), json!({ "Rules": [] }));
        world
    }

    #[test]
    fn fires_when_one_more_is_needed() {
        assert!(findings(kit::ask(&full(), &RULE, &kit::about_function()))[0].detail.contains("100 entries"));
    }

    #[test]
    fn silent_when_none_is_needed() {
        assert!(matches!(kit::ask(&full(), &RULE, &kit::about_bucket()), Judgement::Pass(_)));
        assert!(matches!(kit::ask(&kit::calls(), &RULE, &kit::about_function()), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_for_a_bucket_that_may_not_be_looked_into() {
        let mut world = kit::calls();
        world.deny(op::GET_BUCKET_NOTIFICATION_CONFIGURATION);
        assert_eq!(missing(kit::ask(&world, &RULE, &kit::about_function())), ["s3:GetBucketNotification"]);
    }
}

//! A change that S3 may not follow everywhere yet.

use crate::finding::Judgement;
use crate::rule::declare_rule;
use crate::s3::Case;
use crate::snapshot::Gap;
use jiff::SignedDuration;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether CloudTrail shows a write of the notification document in the last five minutes before the facts were read.
    ///
    /// ## Why it matters
    ///
    /// S3 takes up to five minutes to follow a new document. Until then events go where they went before, and a test right after
    /// the change proves nothing.
    ///
    /// ## How to confirm
    ///
    /// `aws cloudtrail lookup-events --lookup-attributes AttributeKey=EventName,AttributeValue=PutBucketNotification` shows the
    /// time of the last write.
    ///
    /// ## False positives
    ///
    /// CloudTrail itself shows an event some minutes late, so a very young change may not be seen. `s3:TestEvent` goes to queues
    /// and topics when a document is written and proves nothing for functions.
    ///
    /// ## Fix
    ///
    /// Wait five minutes and upload another object.
    ///
    /// ## References
    ///
    /// - S3 user guide, "Enabling and configuring event notifications using the Amazon S3 console"
    /// - CloudTrail user guide, "Viewing CloudTrail event history"
    "s3/propagation-delay", CannotTell, fix None,
    "The notifications were changed a moment ago",
    needs [LOOKUP_EVENTS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let changes = match case.changes() {
        Ok(changes) => changes,
        // Who changed what matters where something is missing.
        Err(_) if !case.lacks_entry() => {
            return Ok(Judgement::not_applicable("no entry is missing; when the document was written is not known"));
        }
        Err(gap) => return Err(gap),
    };
    let (Some(last), Some(now)) = (changes.first(), case.snapshot.now()) else {
        return Ok(Judgement::pass("nobody wrote the notifications in the last three days"));
    };
    if now.duration_since(last.at) >= SignedDuration::from_mins(5) {
        return Ok(Judgement::pass(format!("the last write was at {}", last.at)));
    }
    let reason = format!(
        "`{}` wrote the notifications at {}, less than five minutes ago: wait and try again",
        last.who, last.at
    );
    Ok(Judgement::cannot_tell(reason, vec![Gap::opaque("whether S3 follows the new notifications already")]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::missing;
    use crate::testkit::s3 as kit;
    use serde_json::json;

    fn changed(at: &str) -> crate::testkit::World {
        let mut world = kit::calls();
        let event = json!({ "EventId": "1", "EventTime": at, "Username": "ops", "Resources": [{ "ResourceName": kit::BUCKET }], "CloudTrailEvent": "{}" });
        world.replace(op::LOOKUP_EVENTS, &[], json!({ "Events": [event] }));
        world
    }

    #[test]
    fn fires_never_and_asks_for_patience() {
        let judgement = kit::ask(&changed("2026-11-22T20:11:00Z"), &RULE, &kit::about_bucket());
        assert!(
            matches!(&judgement, Judgement::CannotTell { reason, .. } if reason.contains("`ops`")),
            "{judgement:?}"
        );
    }

    #[test]
    fn silent_for_older_changes_and_where_nothing_is_missing() {
        assert!(matches!(kit::ask(&changed("2026-11-22T20:00:00Z"), &RULE, &kit::about_bucket()), Judgement::Pass(_)));
        let mut world = kit::calls();
        world.deny(op::LOOKUP_EVENTS);
        assert!(matches!(kit::ask(&world, &RULE, &kit::about_bucket()), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_when_an_entry_is_missing_and_cloudtrail_is_not_readable() {
        let mut world = kit::calls();
        kit::set_entries(&mut world, json!({}));
        world.deny(op::LOOKUP_EVENTS);
        assert_eq!(missing(kit::ask(&world, &RULE, &kit::about_bucket())), ["cloudtrail:LookupEvents"]);
    }
}

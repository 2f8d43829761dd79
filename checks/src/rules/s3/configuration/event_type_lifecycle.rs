//! An entry that lists removals does not hear of objects that expire.

use crate::finding::Judgement;
use crate::finding::Place;
use crate::rule::declare_rule;
use crate::s3::Case;
use crate::s3::Settled;
use crate::snapshot::Gap;
use serde_json::json;

declare_rule! {
    /// ## What it checks
    ///
    /// Where expirations by a lifecycle rule are asked about: whether an entry lists `s3:LifecycleExpiration:*`.
    ///
    /// ## Why it matters
    ///
    /// Objects that a lifecycle rule removes are not reported as `s3:ObjectRemoved:*`. An entry that lists removals only hears of
    /// what people and programs delete, and never of what expires.
    ///
    /// ## How to confirm
    ///
    /// `aws s3api get-bucket-lifecycle-configuration --bucket BUCKET` shows whether objects expire,
    /// `get-bucket-notification-configuration` which events the entries list.
    ///
    /// ## False positives
    ///
    /// A bucket without lifecycle rules has no such events. On a versioned bucket an expiration makes a delete marker:
    /// `s3:LifecycleExpiration:DeleteMarkerCreated`.
    ///
    /// ## Fix
    ///
    /// Add `s3:LifecycleExpiration:*` to the entry (class A). To undo, write the document that was there.
    ///
    /// ## References
    ///
    /// - S3 user guide, "Event notification types and destinations" and "Configuring a lifecycle event notification"
    "s3/event-type-lifecycle", Blocker, fix A,
    "Deletions by lifecycle rules are events of their own",
    needs [GET_BUCKET_NOTIFICATION_CONFIGURATION]
}

const EXPIRATION: &str = "s3:LifecycleExpiration:*";

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let judged = case.judged()?;
    if judged.is_empty() {
        return Ok(case.no_entry());
    }
    let mut wanted: Vec<&str> = case.wanted().unwrap_or_default();
    wanted.retain(|event| event.starts_with("s3:LifecycleExpiration:"));
    if wanted.is_empty() {
        let hears = |event: &str| judged.iter().any(|entry| entry.events.iter().any(|own| own.starts_with(event)));
        if hears("s3:ObjectRemoved:") && !hears("s3:LifecycleExpiration:") {
            let command = "aws s3api get-bucket-lifecycle-configuration --bucket BUCKET";
            let look_for =
                "an `Expiration`: what it removes is reported as `s3:LifecycleExpiration:*` only, which no entry lists";
            return Ok(case.inside(Settled::Nothing, Place::Client, command, look_for));
        }
        return Ok(Judgement::not_applicable("expirations by lifecycle rules are not asked about"));
    }
    if wanted.iter().all(|event| judged.iter().any(|entry| entry.covers(event))) {
        return Ok(Judgement::pass("the entries report expirations"));
    }
    let removals = judged.iter().filter(|entry| entry.events.iter().any(|own| own.starts_with("s3:ObjectRemoved:")));
    let entries: Vec<_> = removals.collect();
    let entries = if entries.is_empty() { judged.iter().collect() } else { entries };
    let findings = entries.into_iter().map(|entry| {
        let detail = format!(
            "entry `{}` for {} does not list `{EXPIRATION}`, so it does not hear of objects that a lifecycle rule removes",
            entry.label(),
            entry.whither()
        );
        let mut events = entry.events.to_vec();
        events.push(EXPIRATION.to_owned());
        let document = case.with_entry(entry, |own| {
            if let Some(members) = own.as_object_mut() {
                members.insert("Events".to_owned(), json!(events));
            }
        });
        let fix = case.rewrite(format!("let entry `{}` report expirations too", entry.label()), &document);
        entry.finding(case.bucket(), detail).proof(entry.proof_of_events(case.bucket())).fix(fix)
    });
    Ok(Judgement::Fail(findings.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::s3 as kit;
    use crate::testkit::{findings, missing};
    use serde_json::json;

    fn removals() -> crate::testkit::World {
        let mut world = kit::calls();
        let entry = kit::entry("LambdaFunctionArn", kit::ALIAS, "s3:ObjectRemoved:*", "", "");
        kit::set_entries(&mut world, json!({ "LambdaFunctionConfigurations": [entry] }));
        world
    }

    #[test]
    fn fires_when_expirations_are_asked_about() {
        let found = findings(kit::ask(&removals(), &RULE, &kit::about_event("s3:LifecycleExpiration:Delete")));
        assert!(found[0].fix.as_ref().unwrap().commands[0].contains("s3:LifecycleExpiration:*"));
    }

    #[test]
    fn silent_unless_they_are() {
        assert!(matches!(kit::ask(&removals(), &RULE, &kit::about_bucket()), Judgement::Elsewhere { .. }));
        assert!(matches!(kit::ask(&kit::calls(), &RULE, &kit::about_bucket()), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_for_a_bucket_that_may_not_be_looked_into() {
        let mut world = removals();
        world.deny(op::GET_BUCKET_NOTIFICATION_CONFIGURATION);
        assert_eq!(missing(kit::ask(&world, &RULE, &kit::about_function())), ["s3:GetBucketNotification"]);
    }
}

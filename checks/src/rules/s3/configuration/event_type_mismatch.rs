//! The upload, or what else happens to the object, is no event that an entry lists.

use crate::finding::Judgement;
use crate::finding::{Finding, Severity};
use crate::fix::Fix;
use crate::rule::declare_rule;
use crate::s3::Case;
use crate::s3::entry::Entry;
use crate::s3::event::{self, MULTIPART, UPLOADS};
use crate::snapshot::Gap;
use serde_json::json;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the `Events` of the entries cover the event that is asked about. Where none is asked about: whether a destination
    /// that gets events of uploads gets those of all four ways to upload: `Put`, `Post`, `Copy` and `CompleteMultipartUpload`.
    ///
    /// ## Why it matters
    ///
    /// Each entry lists the types it reports. The AWS CLI and the SDKs upload in parts from about 8 MB on, which is another type
    /// than `Put`: small files are reported and large ones are not. A copy or a move in the console is a `Copy`.
    ///
    /// ## How to confirm
    ///
    /// `aws s3api get-bucket-notification-configuration --bucket BUCKET` shows `Events` of each entry.
    ///
    /// ## False positives
    ///
    /// Some want one way of uploading alone. That is why a gap is *degraded* or *advice* unless the event was asked about.
    /// Entries without any event of uploads are taken to be meant so.
    ///
    /// ## Fix
    ///
    /// Widen the entry to `s3:ObjectCreated:*` (class A). To undo, write the document that was there.
    ///
    /// ## References
    ///
    /// - S3 user guide, "Event notification types and destinations"
    /// - AWS CLI user guide, "AWS CLI S3 configuration", `multipart_threshold`
    "s3/event-type-mismatch", Blocker, fix A,
    "The entry does not report this type of event",
    needs [GET_BUCKET_NOTIFICATION_CONFIGURATION]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let judged = case.judged()?;
    if judged.is_empty() {
        return Ok(case.no_entry());
    }
    match case.wanted() {
        Some(wanted) => Ok(asked(case, &judged, &wanted)),
        None => Ok(uploads(case, &judged)),
    }
}

fn asked(case: &Case<'_>, judged: &[&Entry<'_>], wanted: &[&'static str]) -> Judgement {
    let is_lost = |event: &&&'static str| !judged.iter().any(|entry| entry.covers(event));
    let lost: Vec<&str> = wanted.iter().filter(is_lost).copied().collect();
    if lost.is_empty() {
        return Judgement::pass("the entries report this type of event");
    }
    if case.asked.is_none() && case.bridge_takes() {
        return Judgement::pass("EventBridge gets every type of event, and a rule takes it");
    }
    if lost.iter().all(|event| event.starts_with("s3:LifecycleExpiration:")) {
        return Judgement::follows_from("s3/event-type-lifecycle");
    }
    let is_part = lost.len() < wanted.len();
    let findings = judged.iter().map(|entry| {
        let detail = format!(
            "entry `{}` for {} does not report {}: it lists {}",
            entry.label(),
            entry.whither(),
            crate::walls::in_words(&lost),
            listed(entry)
        );
        let mut finding = entry.finding(case.bucket(), detail).proof(entry.proof_of_events(case.bucket()));
        finding.fix = Some(widened(case, entry, &lost));
        weighed(finding, if is_part { Severity::Degraded } else { Severity::Blocker })
    });
    Judgement::Fail(findings.collect())
}

/// Ways to upload that a destination does not hear of although it hears of others.
fn uploads(case: &Case<'_>, judged: &[&Entry<'_>]) -> Judgement {
    let mut findings = Vec::new();
    for entry in judged {
        let same = |other: &&&Entry<'_>| other.arn == entry.arn && other.filter == entry.filter;
        let is_told = |event: &str| judged.iter().filter(same).any(|other| other.covers(event));
        let lost: Vec<&str> = UPLOADS.into_iter().filter(|event| !is_told(event)).collect();
        let is_first = judged.iter().find(same).is_some_and(|first| first == entry);
        if lost.is_empty() || lost.len() == UPLOADS.len() || !is_first {
            continue;
        }
        let (severity, why) = if lost.contains(&MULTIPART) {
            (Severity::Degraded, "clients upload large files in parts, so these are not reported while small ones are")
        } else if lost.contains(&"s3:ObjectCreated:Put") {
            (Severity::Degraded, "plain uploads of small files are not reported")
        } else {
            (Severity::Advice, "uploads on this way are not reported")
        };
        let detail = format!(
            "entry `{}` for {} does not report {}: {why}",
            entry.label(),
            entry.whither(),
            crate::walls::in_words(&lost)
        );
        let mut finding = entry.finding(case.bucket(), detail).proof(entry.proof_of_events(case.bucket()));
        finding.fix = Some(widened(case, entry, &lost));
        findings.push(weighed(finding, severity));
    }
    Judgement::of(findings, "every way to upload that an entry is about is reported")
}

fn weighed(mut finding: Finding, severity: Severity) -> Finding {
    finding.rule = RULE.about.id;
    finding.severity = severity;
    finding
}

fn listed(entry: &Entry<'_>) -> String {
    let events: Vec<&str> = entry.events.iter().map(String::as_str).collect();
    crate::walls::in_words(&events)
}

/// The entry with what it lacks: every upload where it lacks one, unless that would overlap with another entry.
fn widened(case: &Case<'_>, entry: &Entry<'_>, lost: &[&str]) -> Fix {
    let (mut events, all) = (entry.events.to_vec(), "s3:ObjectCreated:*");
    for event in lost {
        if event::covers(all, event) {
            events.retain(|own| !event::covers(all, own));
            events.push(all.to_owned());
        } else if !events.iter().any(|own| own == event) {
            events.push((*event).to_owned());
        }
    }
    let wide = Entry { events: &events, ..*entry };
    let is_self = |other: &&Entry<'_>| other.kind == entry.kind && other.at == entry.at;
    let others: Vec<&Entry<'_>> =
        case.entries.iter().filter(|other| !is_self(other) && other.overlaps(&wide)).collect();
    if !others.is_empty() {
        return case.share_event(&others);
    }
    let document = case.with_entry(entry, |own| {
        if let Some(members) = own.as_object_mut() {
            members.insert("Events".to_owned(), json!(events));
        }
    });
    case.rewrite(format!("let entry `{}` report {}", entry.label(), crate::walls::in_words(lost)), &document)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::s3 as kit;
    use crate::testkit::{findings, missing};
    use serde_json::json;

    fn of(event: &str) -> crate::testkit::World {
        let mut world = kit::calls();
        let entries =
            json!({ "LambdaFunctionConfigurations": [kit::entry("LambdaFunctionArn", kit::ALIAS, event, "", "")] });
        kit::set_entries(&mut world, entries);
        world
    }

    #[test]
    fn fires_when_the_asked_event_is_not_listed() {
        let question = kit::about_event("ObjectCreated:CompleteMultipartUpload");
        let found = findings(kit::ask(&of("s3:ObjectCreated:Put"), &RULE, &question));
        assert_eq!(found[0].severity, Severity::Blocker);
        let command = &found[0].fix.as_ref().unwrap().commands[0];
        assert!(command.contains("s3:ObjectCreated:*") && !command.contains("ObjectCreated:Put"), "{command}");
    }

    #[test]
    fn fires_softly_when_only_small_files_are_reported() {
        let found = findings(kit::ask(&of("s3:ObjectCreated:Put"), &RULE, &kit::about_bucket()));
        assert_eq!(found[0].severity, Severity::Degraded);
        let found = findings(kit::ask(&of("s3:ObjectCreated:Put"), &RULE, &kit::about_event("s3:ObjectCreated:*")));
        assert_eq!(found[0].severity, Severity::Degraded);
    }

    #[test]
    fn fires_for_a_type_that_eventbridge_does_not_get() {
        let mut world = kit::publishes();
        let entry = kit::entry("LambdaFunctionArn", kit::FUNCTION, "s3:ObjectCreated:*", "", "");
        kit::set_entries(
            &mut world,
            json!({ "LambdaFunctionConfigurations": [entry], "EventBridgeConfiguration": {} }),
        );
        let pattern = json!({ "source": ["aws.s3"] });
        world.patch(op::LIST_RULES, "/Rules/0/EventPattern", json!(pattern.to_string()));
        let removed = kit::ask(&world, &RULE, &kit::about_event("s3:ObjectRemoved:Delete"));
        assert!(matches!(removed, Judgement::Pass(_)), "{removed:?}");
        let question = kit::about_event("s3:Replication:OperationFailedReplication");
        assert_eq!(findings(kit::ask(&world, &RULE, &question)).len(), 1);
    }

    #[test]
    fn silent_for_patterns_and_for_other_events() {
        for (event, question) in [
            ("s3:ObjectCreated:*", kit::about_event("s3:ObjectCreated:Copy")),
            ("s3:ObjectCreated:*", kit::about_bucket()),
            ("s3:ObjectRemoved:*", kit::about_bucket()),
        ] {
            assert!(matches!(kit::ask(&of(event), &RULE, &question), Judgement::Pass(_)), "{event}");
        }
    }

    #[test]
    fn silent_where_two_entries_share_the_ways() {
        let mut world = kit::calls();
        let mut first = kit::entry("LambdaFunctionArn", kit::ALIAS, "s3:ObjectCreated:Put", "", "");
        first["Events"] = json!(["s3:ObjectCreated:Put", "s3:ObjectCreated:Post"]);
        let mut second = first.clone();
        second["Events"] = json!(["s3:ObjectCreated:Copy", "s3:ObjectCreated:CompleteMultipartUpload"]);
        kit::set_entries(&mut world, json!({ "LambdaFunctionConfigurations": [first, second] }));
        assert!(matches!(kit::ask(&world, &RULE, &kit::about_bucket()), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_for_a_bucket_that_may_not_be_looked_into() {
        let mut world = kit::calls();
        world.deny(op::GET_BUCKET_NOTIFICATION_CONFIGURATION);
        assert_eq!(missing(kit::ask(&world, &RULE, &kit::about_function())), ["s3:GetBucketNotification"]);
    }
}

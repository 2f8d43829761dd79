//! S3 accepts one entry for each event of each key.

use crate::finding::Judgement;
use crate::finding::Severity;
use crate::rule::declare_rule;
use crate::s3::Case;
use crate::s3::entry::Entry;
use crate::snapshot::Gap;

declare_rule! {
    /// ## What it checks
    ///
    /// Where the function has no entry: whether one could be added beside those that are there. S3 refuses two entries that share
    /// a type of event and whose prefixes and suffixes both overlap. It also looks at the entries that are there, for documents
    /// that are not written yet.
    ///
    /// ## Why it matters
    ///
    /// A document with such entries is refused as a whole (`Configuration is ambiguously defined`, `cannot share a common event
    /// type`), so that a second reader of the same uploads cannot be added this way at all. An entry without filter overlaps with
    /// every other one.
    ///
    /// ## How to confirm
    ///
    /// `aws s3api get-bucket-notification-configuration --bucket BUCKET`: compare `Events` and `FilterRules` of each two entries.
    ///
    /// ## False positives
    ///
    /// Where no key is asked about, a narrower filter may be all that is wanted: then this is advice.
    ///
    /// ## Fix
    ///
    /// Let the one entry send to a topic, or send events to EventBridge, and let both readers take them from there; or give the
    /// entries filters that exclude each other (class M).
    ///
    /// ## References
    ///
    /// - S3 user guide, "Configuring event notifications using object key name filtering"
    /// - S3 API reference, `PutBucketNotificationConfiguration`
    "s3/filters-overlap", Blocker, fix M,
    "Two entries would report the same event of the same keys",
    needs [GET_BUCKET_NOTIFICATION_CONFIGURATION]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    case.configuration.clone()?;
    if case.special_kind().is_some() {
        return Ok(case.no_entry());
    }
    let mut findings = Vec::new();
    for (at, entry) in case.entries.iter().enumerate() {
        for other in case.entries.iter().skip(at.saturating_add(1)).filter(|other| other.overlaps(entry)) {
            let detail = format!(
                "entries `{}` and `{}` report the same event of the same keys, which S3 refuses",
                entry.label(),
                other.label()
            );
            let bucket = case.bucket();
            let finding = entry.finding(bucket, detail).proof(entry.proof_of_events(bucket));
            findings.push(finding.proof(other.proof_of_events(bucket)).fix(case.share_event(&[entry, other])));
        }
    }
    let has_own = case.asked.is_some() && case.entries.iter().any(|entry| case.is_judged(entry));
    if findings.is_empty()
        && !has_own
        && case.needs_put()
        && let Some(new) = case.new_entry()
    {
        let others = case.in_the_way(&new);
        let takes = |entry: &&&Entry<'_>| case.key().is_some_and(|key| entry.takes_key(key));
        let sure: Vec<&Entry<'_>> = others.iter().filter(takes).copied().collect();
        for other in if sure.is_empty() { others } else { sure.clone() } {
            let (bucket, is_sure) = (case.bucket(), sure.contains(&other));
            let detail = format!(
                "an entry for `{}` {} beside entry `{}` for {}, which reports the same event of the same keys",
                new.arn,
                if is_sure { "has no place" } else { "needs a filter to stand" },
                other.label(),
                other.whither()
            );
            let mut finding =
                other.finding(bucket, detail).proof(other.proof_of_events(bucket)).fix(case.share_event(&[other]));
            finding.rule = RULE.about.id;
            finding.severity = if is_sure { Severity::Blocker } else { Severity::Advice };
            findings.push(finding);
        }
    }
    Ok(Judgement::of(findings, "no two entries report the same event of the same keys"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::s3 as kit;
    use crate::testkit::{findings, missing};
    use serde_json::json;

    fn of(entries: &[serde_json::Value]) -> crate::testkit::World {
        let mut world = kit::calls();
        kit::set_entries(&mut world, json!({ "LambdaFunctionConfigurations": entries }));
        world.answer(op::LIST_RULES, json!({}), json!({ "Rules": [] }));
        world
    }

    const OTHER: &str = "arn:aws:lambda:eu-west-1:123456789012:function:audit";

    #[test]
    fn fires_when_the_event_is_taken() {
        let world = of(&[kit::entry("LambdaFunctionArn", OTHER, "s3:ObjectCreated:*", "images/", "")]);
        let question = crate::s3::Question { key: Some("images/a.jpg".to_owned()), ..kit::about_function() };
        assert_eq!(findings(kit::ask(&world, &RULE, &question))[0].severity, Severity::Blocker);
        assert_eq!(findings(kit::ask(&world, &RULE, &kit::about_function()))[0].severity, Severity::Advice);
    }

    #[test]
    fn fires_for_a_document_that_s3_would_refuse() {
        let world = of(&[
            kit::entry("LambdaFunctionArn", OTHER, "s3:ObjectCreated:Put", "images/", ""),
            kit::entry("LambdaFunctionArn", kit::ALIAS, "s3:ObjectCreated:*", "", ".jpg"),
        ]);
        assert_eq!(findings(kit::ask(&world, &RULE, &kit::about_bucket())).len(), 1);
    }

    #[test]
    fn silent_for_filters_or_events_that_exclude_each_other() {
        let world = of(&[
            kit::entry("LambdaFunctionArn", OTHER, "s3:ObjectCreated:*", "images/", ".png"),
            kit::entry("LambdaFunctionArn", OTHER, "s3:ObjectRemoved:*", "", ""),
            kit::entry("LambdaFunctionArn", kit::ALIAS, "s3:ObjectCreated:*", "images/", ".jpg"),
        ]);
        assert!(matches!(kit::ask(&world, &RULE, &kit::about_bucket()), Judgement::Pass(_)));
        assert!(matches!(kit::ask(&world, &RULE, &kit::about_function()), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_for_a_bucket_that_may_not_be_looked_into() {
        let mut world = kit::calls();
        world.deny(op::GET_BUCKET_NOTIFICATION_CONFIGURATION);
        assert_eq!(missing(kit::ask(&world, &RULE, &kit::about_function())), ["s3:GetBucketNotification"]);
    }
}

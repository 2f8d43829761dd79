//! EventBridge is off for the bucket.

use crate::evidence::Evidence;
use crate::finding::Finding;
use crate::finding::Judgement;
use crate::rule::declare_rule;
use crate::s3::Case;
use crate::snapshot::Gap;
use crate::snapshot::operations as op;
use serde_json::{Value, json};

declare_rule! {
    /// ## What it checks
    ///
    /// Where no entry leads to the function (or the bucket has no entry at all): whether an enabled rule of EventBridge would
    /// take events of this bucket while the bucket does not send them there.
    ///
    /// ## Why it matters
    ///
    /// A bucket sends events to EventBridge only once its notification document holds `EventBridgeConfiguration`. Until then its
    /// rules never see an event, whatever their patterns say.
    ///
    /// ## How to confirm
    ///
    /// `aws s3api get-bucket-notification-configuration --bucket BUCKET` shows `EventBridgeConfiguration: {}` when it is on.
    ///
    /// ## False positives
    ///
    /// A rule for calls that CloudTrail reports (`AWS API Call via CloudTrail`) needs a trail with data events and not this
    /// switch. Rules without a bucket in their pattern count only when the function is their target.
    ///
    /// ## Fix
    ///
    /// Write the document with `EventBridgeConfiguration` added and every entry kept (class A). To undo, write the document that
    /// was there.
    ///
    /// ## References
    ///
    /// - S3 user guide, "Enabling Amazon EventBridge" and "Using EventBridge"
    "s3/eventbridge-not-enabled", Blocker, fix A,
    "A rule waits for events that the bucket does not publish",
    needs [GET_BUCKET_NOTIFICATION_CONFIGURATION, LIST_RULES, LIST_TARGETS_BY_RULE]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if case.special_kind().is_some() {
        return Ok(Judgement::follows_from("s3/directory-or-outposts-bucket"));
    }
    let is_direct = !case.judged()?.is_empty();
    if case.bridge.is_on {
        return Ok(Judgement::pass("the bucket sends its events to EventBridge"));
    }
    if is_direct {
        return Ok(Judgement::not_applicable("an entry of the bucket is there"));
    }
    if let Some(gap) = &case.bridge.gap {
        return Err(gap.clone());
    }
    let waiting: Vec<_> = case.waiting_rules().collect();
    if waiting.is_empty() {
        // Whether the function is a target of a rule may not be known.
        let open = case.bridge.rules.iter().filter(|rule| rule.may_fit() && case.asked.is_some());
        if let Some(gap) = open.filter_map(|rule| rule.targets.clone().err()).next() {
            return Err(gap);
        }
        return Ok(Judgement::not_applicable("no rule of EventBridge waits for events of the bucket"));
    }
    let bucket = case.bucket();
    let names: Vec<&str> = waiting.iter().map(|rule| rule.rule.name.as_str()).collect();
    let detail =
        format!("EventBridge has {} for events of bucket `{bucket}`, which does not send them there", rules(&names));
    let mut document = case.document();
    if let Some(members) = document.as_object_mut() {
        members.insert("EventBridgeConfiguration".to_owned(), json!({}));
    }
    let evidence =
        Evidence::new(op::GET_BUCKET_NOTIFICATION_CONFIGURATION, bucket, "EventBridgeConfiguration", Value::Null);
    let mut finding = Finding::new(detail).about("s3-bucket", bucket).proof(evidence);
    for rule in &waiting {
        let pattern = rule.rule.event_pattern.as_str();
        finding = finding.about("event-rule", &rule.rule.arn).proof(Evidence::new(
            op::LIST_RULES,
            &rule.rule.name,
            "EventPattern",
            pattern,
        ));
    }
    let fix = case.rewrite("let the bucket send its events to EventBridge, and keep every entry", &document);
    Ok(Judgement::fail(finding.fix(fix)))
}

fn rules(names: &[&str]) -> String {
    let word = if names.len() == 1 { "rule" } else { "rules" };
    format!("{word} {}", crate::walls::in_words(names))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::s3 as kit;
    use crate::testkit::{findings, missing};
    use serde_json::json;

    fn off() -> crate::testkit::World {
        let mut world = kit::publishes();
        kit::set_entries(&mut world, json!({}));
        world
    }

    #[test]
    fn fires_when_a_rule_waits_in_vain() {
        for question in [kit::about_function(), kit::about_bucket()] {
            let found = findings(kit::ask(&off(), &RULE, &question));
            assert!(found[0].fix.as_ref().unwrap().commands[0].contains(r#"{"EventBridgeConfiguration":{}}"#));
            let diagnosis = kit::diagnose(&off(), &question);
            let blockers: Vec<&str> = diagnosis
                .findings
                .iter()
                .filter(|finding| finding.severity == crate::finding::Severity::Blocker)
                .map(|finding| finding.rule)
                .collect();
            assert_eq!(blockers, [RULE.about.id], "{:?}", diagnosis.findings);
        }
    }

    #[test]
    fn fires_beside_the_rule_that_is_off_as_well() {
        let mut world = off();
        world.patch(op::LIST_RULES, "/Rules/0/State", json!("DISABLED"));
        let diagnosis = kit::diagnose(&world, &kit::about_function());
        let is_blocker = |finding: &&crate::finding::Finding| finding.severity == crate::finding::Severity::Blocker;
        let mut blockers: Vec<&str> =
            diagnosis.findings.iter().filter(is_blocker).map(|finding| finding.rule).collect();
        blockers.sort_unstable();
        assert_eq!(blockers, [RULE.about.id, "s3/eventbridge-rule-mismatch"], "{:?}", diagnosis.findings);
    }

    #[test]
    fn silent_when_it_is_on_or_an_entry_is_there() {
        assert!(matches!(kit::ask(&kit::publishes(), &RULE, &kit::about_function()), Judgement::Pass(_)));
        assert!(matches!(kit::ask(&kit::calls(), &RULE, &kit::about_function()), Judgement::NotApplicable(_)));
        let mut world = off();
        world.replace(op::LIST_RULES, &[], json!({ "Rules": [] }));
        assert!(matches!(kit::ask(&world, &RULE, &kit::about_bucket()), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_when_rules_may_not_be_listed() {
        let mut world = off();
        world.deny(op::LIST_RULES);
        assert_eq!(missing(kit::ask(&world, &RULE, &kit::about_bucket())), ["events:ListRules"]);
    }
}

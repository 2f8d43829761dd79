//! Two ways for one event.

use crate::finding::Judgement;
use crate::finding::{Finding, Place};
use crate::rule::declare_rule;
use crate::s3::Case;
use crate::s3::entry::Kind;
use crate::s3::{FunctionName, Settled};
use crate::snapshot::Gap;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether one event reaches a function on two ways: by an entry of its own, by a queue that it reads, by a rule of
    /// EventBridge. Single repeats, which S3 and Lambda make on any way, only the log shows.
    ///
    /// ## Why it matters
    ///
    /// S3 delivers at least once, Lambda tries failed calls again, and two ways double each event. Code that is not ready for it
    /// does its work twice.
    ///
    /// ## How to confirm
    ///
    /// The log shows the same `sequencer` and version of a key twice. `aws lambda list-event-source-mappings --function-name
    /// FUNCTION` and `aws events list-rule-names-by-target --target-arn ARN` show further ways.
    ///
    /// ## False positives
    ///
    /// Two ways may be meant, for different keys or events: only ways that take the same event are named.
    ///
    /// ## Fix
    ///
    /// Keep one of the ways, and let the code recognise what it has done by key, version and `sequencer` (class M).
    ///
    /// ## References
    ///
    /// - S3 user guide, "Amazon S3 Event Notifications" and "Event message structure"
    /// - Lambda developer guide, "Best practices for working with AWS Lambda functions", idempotency
    "s3/duplicate-delivery", Advice, fix M,
    "The function gets the same event more than once",
    needs [GET_BUCKET_NOTIFICATION_CONFIGURATION, LIST_RULES, LIST_TARGETS_BY_RULE, LIST_EVENT_SOURCE_MAPPINGS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let judged = case.judged()?;
    if judged.is_empty() && !case.bridge.is_on {
        return Ok(case.no_entry());
    }
    let mut ways: Vec<(FunctionName, String)> = Vec::new();
    for entry in judged.iter().filter(|entry| case.takes(entry)) {
        match entry.kind {
            Kind::Function => ways.push((FunctionName::parse(entry.arn), format!("entry `{}`", entry.label()))),
            Kind::Queue => {
                let enabled = case.mappings(entry).unwrap_or_default().into_iter().filter(|own| own.state == "Enabled");
                let way = format!("queue `{}`", entry.destination());
                ways.extend(enabled.map(|own| (FunctionName::parse(&own.function_arn), way.clone())));
            }
            Kind::Topic => {}
        }
    }
    for rule in case.bridge.rules.iter().filter(|rule| case.bridge.is_on && rule.is_enabled() && rule.may_fit()) {
        let targets = rule.targets.as_ref().ok().copied().flatten().into_iter().flatten();
        let functions = targets.filter(|target| target.arn.contains(":function:"));
        let way = format!("EventBridge rule `{}`", rule.rule.name);
        ways.extend(functions.map(|target| (FunctionName::parse(&target.arn), way.clone())));
    }
    let mut findings: Vec<Finding> = Vec::new();
    for (at, (function, _)) in ways.iter().enumerate() {
        let is_same = |other: &&(FunctionName, String)| other.0.is_same_function(function);
        let same: Vec<&str> = ways.iter().filter(is_same).map(|(_, way)| way.as_str()).collect();
        let is_first = ways.iter().position(|other| is_same(&other)) == Some(at);
        let kinds = ["entry", "queue", "EventBridge"];
        let has = |kind: &&&str| same.iter().any(|way| way.starts_with(**kind));
        if is_first && kinds.iter().filter(has).count() > 1 {
            let detail = format!(
                "function `{}` gets the same events on {} ways: {}",
                function.name,
                same.len(),
                same.join(", ")
            );
            let mut finding =
                Finding::new(detail).about("lambda-function", function.bare_arn()).about("s3-bucket", case.bucket());
            let own = judged.iter().filter(|entry| same.contains(&format!("entry `{}`", entry.label()).as_str()));
            for entry in own {
                finding = finding.proof(entry.proof_of_destination(case.bucket()));
            }
            findings.push(finding);
        }
    }
    if !findings.is_empty() {
        return Ok(Judgement::Fail(findings));
    }
    let look_for = "the same `sequencer` twice for one key: S3 delivers at least once, and the code has to stand it";
    let command = "aws logs filter-log-events --log-group-name /aws/lambda/FUNCTION --filter-pattern sequencer";
    Ok(case.inside(Settled::Nothing, Place::Client, command, look_for))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::s3 as kit;
    use crate::testkit::{findings, missing};
    use serde_json::json;

    #[test]
    fn fires_for_an_entry_and_a_rule_to_one_function() {
        let mut world = kit::publishes();
        let entry = kit::entry("LambdaFunctionArn", kit::FUNCTION, "s3:ObjectCreated:*", "images/", "");
        kit::set_entries(
            &mut world,
            json!({ "LambdaFunctionConfigurations": [entry], "EventBridgeConfiguration": {} }),
        );
        let found = findings(kit::ask(&world, &RULE, &kit::about_bucket()));
        assert!(
            found[0].detail.contains("entry `to-thumbs`, EventBridge rule `photos-created`"),
            "{}",
            found[0].detail
        );
    }

    #[test]
    fn silent_for_one_way() {
        for world in [kit::calls(), kit::publishes(), kit::fans_out()] {
            assert!(matches!(kit::ask(&world, &RULE, &kit::about_bucket()), Judgement::Elsewhere { .. }));
        }
    }

    #[test]
    fn unknown_for_a_bucket_that_may_not_be_looked_into() {
        let mut world = kit::calls();
        world.deny(op::GET_BUCKET_NOTIFICATION_CONFIGURATION);
        assert_eq!(missing(kit::ask(&world, &RULE, &kit::about_function())), ["s3:GetBucketNotification"]);
    }
}

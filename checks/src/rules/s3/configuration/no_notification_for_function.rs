//! The bucket notifies nobody of its events, or not the function that is asked about.

use crate::evidence::Evidence;
use crate::finding::Finding;
use crate::finding::Judgement;
use crate::rule::declare_rule;
use crate::s3::Case;
use crate::s3::FunctionName;
use crate::s3::entry::Kind;
use crate::s3::permission::{Behalf, INVOKE};
use crate::snapshot::Gap;
use crate::snapshot::operations as op;
use serde_json::Value;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the notifications of the bucket hold an entry for the function that is asked about, with its version or alias, or
    /// any destination at all where no function is asked about. Entries for queues whose messages the function reads, rules of
    /// EventBridge that call it, and topics that its policy lets call it count as ways too.
    ///
    /// ## Why it matters
    ///
    /// S3 reports an event to the destinations in the notification document of the bucket and to nobody else. A function that is
    /// not in it is never called, without an error anywhere.
    ///
    /// ## How to confirm
    ///
    /// `aws s3api get-bucket-notification-configuration --bucket BUCKET` shows every entry; an empty answer means that there is
    /// none.
    ///
    /// ## False positives
    ///
    /// A topic that sends to the function is a way that only the subscriptions of the topic show: where the policy of the
    /// function lets the topic call it, the question stays open. Triggers that the Lambda console shows are made of policy
    /// statements and can outlive the entry.
    ///
    /// ## Fix
    ///
    /// Write the document anew with one more entry, keep every other entry and the EventBridge flag, and permit the call first
    /// (class A). The call replaces the whole document. To undo, write the document that was there, unless somebody changed it
    /// since.
    ///
    /// ## References
    ///
    /// - S3 user guide, "Amazon S3 Event Notifications" and "Enabling and configuring event notifications"
    /// - S3 API reference, `PutBucketNotificationConfiguration`
    "s3/no-notification-for-function", Blocker, fix A,
    "The bucket has no entry for the function",
    needs [GET_BUCKET_NOTIFICATION_CONFIGURATION, LIST_RULES, LIST_EVENT_SOURCE_MAPPINGS]
}

/// The service principal of SNS.
const SNS: &str = "sns.amazonaws.com";

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if case.special_kind().is_some() {
        return Ok(Judgement::follows_from("s3/directory-or-outposts-bucket"));
    }
    let judged = case.judged()?;
    if !judged.is_empty() {
        return Ok(Judgement::pass(format!("the bucket has {} that {}", entries(judged.len()), about(case))));
    }
    if case.is_overwritten() {
        return Ok(Judgement::follows_from("s3/notification-overwritten"));
    }
    if case.asked.is_none() {
        if case.bridge.is_on {
            return Ok(Judgement::pass("the bucket sends every event to EventBridge"));
        }
        if case.waiting_rules().next().is_some() {
            return Ok(Judgement::follows_from("s3/eventbridge-not-enabled"));
        }
        return Ok(Judgement::fail(nobody(case)));
    }
    if let Some(way) = case.other_way() {
        return Ok(Judgement::not_applicable(format!("events reach the function by {way}")));
    }
    if case.waiting_rules().next().is_some() {
        return Ok(Judgement::follows_from("s3/eventbridge-not-enabled"));
    }
    // A rule for calls that CloudTrail reports does not wait for the bucket.
    if case.bridge.rules.iter().any(|rule| rule.leads && (case.bridge.is_on || rule.is_of_trail)) {
        return Ok(Judgement::follows_from("s3/eventbridge-rule-mismatch"));
    }
    let open = other_ways(case);
    if !open.is_empty() {
        return Ok(Judgement::open(open));
    }
    Ok(Judgement::fail(without(case)))
}

fn entries(count: usize) -> String {
    if count == 1 { "one entry".to_owned() } else { format!("{count} entries") }
}

fn about(case: &Case<'_>) -> &'static str {
    if case.asked.is_some() { "leads to the function" } else { "names a destination" }
}

/// Ways to the function that may be there, for all that is known.
fn other_ways(case: &Case<'_>) -> Vec<Gap> {
    let mut open = case.unknown_ways();
    for entry in &case.entries {
        let Some(asked) = case.asked.as_ref().filter(|_| entry.kind == Kind::Topic) else { continue };
        let behalf = Behalf { service: SNS, source: Some(entry.arn), account: None };
        let answer = case.decide(INVOKE, &asked.to_string(), behalf);
        if !answer.is_ok_and(|answer| answer.decision.is_denied()) {
            let topic = entry.destination();
            open.push(Gap::opaque(format!("whether topic `{topic}` has function `{}` as a subscriber", asked.name)));
        }
    }
    open.sort();
    open.dedup();
    open
}

fn nobody(case: &Case<'_>) -> Finding {
    let bucket = case.bucket();
    let detail =
        format!("bucket `{bucket}` notifies nobody: it has no entry, and does not send its events to EventBridge");
    let evidence =
        Evidence::new(op::GET_BUCKET_NOTIFICATION_CONFIGURATION, bucket, Kind::Function.member(), Value::Null);
    Finding::new(detail).about("s3-bucket", bucket).proof(evidence)
}

fn without(case: &Case<'_>) -> Finding {
    let bucket = case.bucket();
    let asked = case.question.function.as_deref().unwrap_or_default();
    let name = FunctionName::parse(asked);
    let others: Vec<&str> = case
        .entries
        .iter()
        .filter(|entry| entry.kind == Kind::Function && name.is_same_function(&FunctionName::parse(entry.arn)))
        .map(|entry| entry.destination())
        .collect();
    let hint = match others.as_slice() {
        [] => String::new(),
        others => format!("; the entries for the same function name {}", crate::walls::in_words(others)),
    };
    let arns: Vec<&str> =
        case.entries.iter().filter(|entry| entry.kind == Kind::Function).map(|entry| entry.arn).collect();
    let detail = format!("bucket `{bucket}` has no entry for function `{asked}`{hint}");
    let field = format!("{}[].{}", Kind::Function.member(), Kind::Function.arn_member());
    let finding = Finding::new(detail).about("s3-bucket", bucket).about("lambda-function", asked).proof(Evidence::new(
        op::GET_BUCKET_NOTIFICATION_CONFIGURATION,
        bucket,
        field,
        arns,
    ));
    let Some(new) = case.new_entry() else { return finding };
    let others = case.in_the_way(&new);
    let fix = if others.is_empty() { case.add_entry(&new) } else { case.share_event(&others) };
    finding.fix(fix)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::s3 as kit;
    use crate::testkit::{findings, missing};
    use serde_json::json;

    #[test]
    fn fires_for_a_bucket_that_notifies_nobody() {
        let mut world = kit::calls();
        kit::set_entries(&mut world, json!({}));
        let found = findings(kit::ask(&world, &RULE, &kit::about_bucket()));
        assert!(found[0].detail.contains("notifies nobody"), "{}", found[0].detail);
    }

    #[test]
    fn fires_for_a_function_without_entry_and_keeps_every_other_one() {
        let mut world = kit::calls();
        let other = "arn:aws:lambda:eu-west-1:123456789012:function:audit";
        let entries = json!({
            "LambdaFunctionConfigurations": [kit::entry("LambdaFunctionArn", other, "s3:ObjectRemoved:*", "", "")],
            "EventBridgeConfiguration": {},
        });
        kit::set_entries(&mut world, entries);
        world.answer(op::LIST_RULES, json!({}), json!({ "Rules": [] }));
        let found = findings(kit::ask(&world, &RULE, &kit::about_function()));
        let fix = found[0].fix.as_ref().unwrap();
        let put = fix.commands.last().unwrap();
        assert!(put.contains("put-bucket-notification-configuration") && put.contains("function:audit"), "{put}");
        assert!(put.contains("EventBridgeConfiguration") && put.contains("function:thumbs"), "{put}");
        assert!(!fix.rollback[0].contains("function:thumbs") && fix.rollback[0].contains("function:audit"), "{fix:?}");
    }

    #[test]
    fn fires_with_the_alias_that_the_entry_names_instead() {
        let mut world = kit::calls();
        world.answer(op::LIST_RULES, json!({}), json!({ "Rules": [] }));
        let question = crate::s3::Question { function: Some("thumbs:dev".to_owned()), ..kit::about_bucket() };
        let found = findings(kit::ask(&world, &RULE, &question));
        assert!(found[0].detail.contains("`thumbs:live`"), "{}", found[0].detail);
    }

    #[test]
    fn fires_beside_a_rule_for_another_bucket() {
        let mut world = kit::publishes();
        kit::set_entries(&mut world, json!({}));
        let pattern = json!({ "source": ["aws.s3"], "detail": { "bucket": { "name": ["videos"] } } });
        world.patch(op::LIST_RULES, "/Rules/0/EventPattern", json!(pattern.to_string()));
        assert_eq!(findings(kit::ask(&world, &RULE, &kit::about_function())).len(), 1);
    }

    #[test]
    fn silent_with_an_entry_a_queue_or_a_rule() {
        for world in [kit::calls(), kit::fans_out(), kit::publishes()] {
            for question in [kit::about_bucket(), kit::about_function()] {
                let judgement = kit::ask(&world, &RULE, &question);
                assert!(matches!(judgement, Judgement::Pass(_) | Judgement::NotApplicable(_)), "{judgement:?}");
            }
        }
    }

    #[test]
    fn unknown_while_another_way_is_not_known() {
        let mut world = kit::fans_out();
        world.deny(op::LIST_EVENT_SOURCE_MAPPINGS);
        let statements = [kit::permission("sns.amazonaws.com", kit::FUNCTION, kit::TOPIC)];
        world.answer(op::GET_FUNCTION_POLICY, json!({ "FunctionName": kit::FUNCTION }), kit::policy(&statements));
        let open = missing(kit::ask(&world, &RULE, &kit::about_function()));
        assert!(open.contains(&"lambda:ListEventSourceMappings".to_owned()), "{open:?}");
        assert!(open.iter().any(|gap| gap.contains("topic `removals`")), "{open:?}");
        let mut world = kit::publishes();
        world.deny(op::LIST_RULES);
        assert_eq!(missing(kit::ask(&world, &RULE, &kit::about_function())), ["events:ListRules"]);
    }
}

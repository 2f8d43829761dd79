//! A queue or topic, or its key, refuses S3.

use crate::can::queue_url;
use crate::evidence::Evidence;
use crate::finding::Finding;
use crate::finding::Judgement;
use crate::fix::{Aws, Fix, FixClass};
use crate::rule::declare_rule;
use crate::s3::Case;
use crate::s3::destination::Trouble;
use crate::s3::entry::{Entry, Kind};
use crate::snapshot::Gap;
use crate::snapshot::operations as op;
use serde_json::{Value, json};

declare_rule! {
    /// ## What it checks
    ///
    /// Whether each queue and topic of the entries that are asked about is there, takes messages of S3 by its policy, is no FIFO
    /// one, and has no key or one that is enabled and lets S3 use it.
    ///
    /// ## Why it matters
    ///
    /// S3 sends as `s3.amazonaws.com` on the strength of the destination's own policy. On an encrypted destination it also needs
    /// `kms:GenerateDataKey` and `kms:Decrypt` of the key; the keys `alias/aws/sqs` and `alias/aws/sns` have policies that nobody
    /// can change, so S3 can never use them. FIFO queues and topics are not accepted at all.
    ///
    /// ## How to confirm
    ///
    /// `aws sqs get-queue-attributes --queue-url URL --attribute-names All`, `aws sns get-topic-attributes --topic-arn ARN`, `aws
    /// kms get-key-policy --key-id KEY --policy-name default`.
    ///
    /// ## False positives
    ///
    /// Policies are judged as IAM judges them, so that patterns, lists and wide statements count. Encryption with keys of SQS
    /// itself (`SqsManagedSseEnabled`) needs nothing. Destinations of other accounts cannot be read from here and stay open.
    ///
    /// ## Fix
    ///
    /// Add a statement for this bucket and its owner to the policy (class A); for a key of AWS, switch the destination to a key
    /// of your own. To undo, write the policy that was there.
    ///
    /// ## References
    ///
    /// - S3 user guide, "Granting permissions to publish event notification messages to a destination"
    /// - SQS developer guide, "Amazon SQS Key management"
    /// - S3 user guide, "Event notification types and destinations"
    "s3/destination-sqs-or-sns-policy", Blocker, fix A,
    "The queue or topic does not let S3 in",
    needs [GET_BUCKET_NOTIFICATION_CONFIGURATION, GET_QUEUE_ATTRIBUTES, GET_TOPIC_ATTRIBUTES, DESCRIBE_KEY, GET_KEY_POLICY]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let judged = case.judged()?;
    let entries: Vec<&Entry<'_>> = judged.into_iter().filter(|entry| entry.kind != Kind::Function).collect();
    if entries.is_empty() {
        return Ok(Judgement::not_applicable("no queue or topic is asked about"));
    }
    let (mut findings, mut open) = (Vec::new(), Vec::new());
    for entry in entries {
        let (troubles, gaps) = case.troubles(entry);
        findings.extend(troubles.iter().map(|trouble| finding(case, entry, trouble)));
        open.extend(gaps);
    }
    Ok(Judgement::settled(findings, open, || Judgement::pass("queues and topics let S3 in")))
}

fn finding(case: &Case<'_>, entry: &Entry<'_>, trouble: &Trouble<'_>) -> Finding {
    let (bucket, what) = (case.bucket(), entry.whither());
    let read = if entry.kind == Kind::Topic { op::GET_TOPIC_ATTRIBUTES } else { op::GET_QUEUE_ATTRIBUTES };
    let told = |field: &str, value: Value| Evidence::new(read, entry.arn, format!("Attributes.{field}"), value);
    let about = |detail: String, evidence: Evidence| {
        entry.finding(bucket, detail).proof(evidence).proof(entry.proof_of_destination(bucket))
    };
    match trouble {
        Trouble::Gone => {
            let summary = format!("take entry `{}` out, or make the {} again", entry.label(), entry.kind.word());
            about(format!("{what} of entry `{}` does not exist", entry.label()), told("Policy", Value::Null))
                .fix(case.rewrite(summary, &case.without(&[entry])))
        }
        Trouble::Fifo => {
            let name = if entry.kind == Kind::Topic { "FifoTopic" } else { "FifoQueue" };
            let summary = "use a standard one, or send the events to EventBridge, whose rules reach FIFO queues";
            about(
                format!("{what} is first-in-first-out, and S3 sends to standard ones only"),
                told(name, json!("true")),
            )
            .fix(Fix::new(FixClass::M, summary))
        }
        Trouble::Policy(answer) => {
            let decision = &answer.decision;
            let by = decision.deciding().and_then(|part| part.by.as_ref());
            let nearly = decision.near_miss().map(|miss| &miss.statement);
            let evidence = by.or(nearly).and_then(|statement| answer.proof(statement));
            let hint = match (by, decision.near_miss()) {
                (Some(by), _) => format!("; {by} denies it"),
                (None, Some(miss)) => format!("; {miss}"),
                (None, None) => String::new(),
            };
            let action = &answer.request.action;
            let detail = format!("the policy of {what} does not let S3 call `{action}` for bucket `{bucket}`{hint}");
            about(detail, evidence.unwrap_or_else(|| told("Policy", Value::Null))).fix(let_in(case, entry))
        }
        Trouble::ManagedKey(key) => {
            let detail = format!("{what} is encrypted with `{key}`, a key of AWS, which S3 can never use");
            let summary = "encrypt it with a key of your own whose policy lets `s3.amazonaws.com` use it, or with keys of SQS itself";
            about(detail, told("KmsMasterKeyId", json!(key))).fix(Fix::new(FixClass::M, summary))
        }
        Trouble::KeyState(key, state) => {
            let detail = format!("{what} is encrypted with `{key}`, which is `{state}`");
            let evidence = Evidence::new(op::DESCRIBE_KEY, key, "KeyMetadata.KeyState", json!(state));
            let finding = about(detail, evidence);
            match state.as_str() {
                "Disabled" => {
                    let on = |command: &str| Aws::new("kms", command, case.region()).arg("key-id", key);
                    let fix = Fix::new(FixClass::A, "enable the key").run(on("enable-key")).undo(on("disable-key"));
                    finding.fix(fix)
                }
                _ => finding.fix(Fix::new(FixClass::M, "bring the key back, or encrypt with another one")),
            }
        }
        Trouble::KeyPolicy(key, action, answer) => {
            let evidence = Evidence::new(op::GET_KEY_POLICY, key, "Policy", Value::Null);
            let nearly = answer.decision.near_miss().map(|miss| &miss.statement);
            let evidence = nearly.and_then(|statement| answer.proof(statement)).unwrap_or(evidence);
            let detail = format!("the policy of key `{key}`, which encrypts {what}, does not let S3 call `{action}`");
            let statement = json!({
                "Sid": "S3Events", "Effect": "Allow", "Principal": { "Service": "s3.amazonaws.com" },
                "Action": ["kms:GenerateDataKey", "kms:Decrypt"], "Resource": "*",
                "Condition": { "StringEquals": { "aws:SourceAccount": case.owner().unwrap_or_default() } },
            });
            let summary = format!("add this statement to the policy of the key: {statement}");
            let show =
                Aws::new("kms", "get-key-policy", case.region()).arg("key-id", key).arg("policy-name", "default");
            about(detail, evidence).fix(Fix::new(FixClass::M, summary).run(show))
        }
    }
}

/// The policy of the destination with one more statement, for this bucket and its owner alone.
fn let_in(case: &Case<'_>, entry: &Entry<'_>) -> Fix {
    let action = if entry.kind == Kind::Topic { "sns:Publish" } else { "sqs:SendMessage" };
    let mut condition = json!({ "ArnLike": { "aws:SourceArn": case.bucket_arn() } });
    if let (Some(members), Some(owner)) = (condition.as_object_mut(), case.owner()) {
        members.insert("StringEquals".to_owned(), json!({ "aws:SourceAccount": owner }));
    }
    let statement = json!({
        "Sid": "S3Events", "Effect": "Allow", "Principal": { "Service": "s3.amazonaws.com" }, "Action": action,
        "Resource": entry.arn, "Condition": condition,
    });
    let present = case.attributes(entry).ok().flatten().map(|own| own.policy.clone()).unwrap_or_default();
    let mut policy: Value =
        serde_json::from_str(&present).unwrap_or_else(|_| json!({ "Version": "2012-10-17", "Statement": [] }));
    if let Some(own) = policy.get_mut("Statement") {
        if !own.is_array() {
            *own = json!([own.clone()]);
        }
        if let Some(list) = own.as_array_mut() {
            list.push(statement);
        }
    }
    let set = |policy: String| match entry.kind {
        Kind::Topic => Aws::new("sns", "set-topic-attributes", case.region())
            .arg("topic-arn", entry.arn)
            .arg("attribute-name", "Policy")
            .arg("attribute-value", policy),
        _ => Aws::new("sqs", "set-queue-attributes", case.region())
            .arg("queue-url", queue_url(entry.arn).unwrap_or_default())
            .json("attributes", &json!({ "Policy": policy })),
    };
    let summary = format!("let S3 send to {} for bucket `{}` alone", entry.whither(), case.bucket());
    Fix::new(FixClass::A, summary).run(set(policy.to_string())).undo(set(present))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::s3 as kit;
    use crate::testkit::{findings, missing};
    use serde_json::json;

    fn queue(member: &str, value: serde_json::Value) -> crate::testkit::World {
        let mut world = kit::fans_out();
        world.patch(op::GET_QUEUE_ATTRIBUTES, &format!("/Attributes/{member}"), value);
        world
    }

    fn only(world: &crate::testkit::World) -> Finding {
        let mut found = findings(kit::ask(world, &RULE, &kit::about_bucket()));
        assert_eq!(found.len(), 1, "{found:?}");
        found.remove(0)
    }

    #[test]
    fn fires_for_a_policy_without_s3_and_adds_to_it() {
        let world = queue(
            "Policy",
            json!(
                r#"{"Version":"2012-10-17","Statement":{"Sid":"Own","Effect":"Allow","Principal":{"AWS":"*"},"Action":"sqs:ReceiveMessage","Resource":"*"}}"#
            ),
        );
        let found = only(&world);
        let fix = found.fix.as_ref().unwrap();
        assert!(fix.commands[0].contains("S3Events") && fix.commands[0].contains("Own"), "{fix:?}");
        assert!(!fix.rollback[0].contains("S3Events"));
    }

    #[test]
    fn fires_for_keys_of_aws_and_for_fifo() {
        assert!(only(&queue("KmsMasterKeyId", json!("alias/aws/sqs"))).detail.contains("key of AWS"));
        assert!(only(&queue("FifoQueue", json!("true"))).detail.contains("first-in-first-out"));
    }

    #[test]
    fn fires_for_a_key_that_is_off_or_shuts_s3_out() {
        let mut world = kit::fans_out();
        world.patch(op::DESCRIBE_KEY, "/KeyMetadata/KeyState", json!("Disabled"));
        assert!(only(&world).fix.unwrap().commands[0].contains("enable-key"));
        let mut world = kit::fans_out();
        let policy = json!({ "Statement": [{ "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::123456789012:root" }, "Action": "kms:*", "Resource": "*" }] });
        world.patch(op::GET_KEY_POLICY, "/Policy", json!(policy.to_string()));
        let found = findings(kit::ask(&world, &RULE, &kit::about_bucket()));
        assert_eq!(found.len(), 2, "both actions are needed: {found:?}");
    }

    #[test]
    fn fires_when_the_queue_is_gone() {
        let mut world = kit::fans_out();
        world.fail(op::GET_QUEUE_ATTRIBUTES, "AWS.SimpleQueueService.NonExistentQueue");
        assert!(only(&world).detail.contains("does not exist"));
    }

    #[test]
    fn silent_for_wide_policies_and_keys_of_sqs() {
        let open = r#"{"Statement":[{"Effect":"Allow","Principal":"*","Action":"sqs:*","Resource":"*","Condition":{"StringLike":{"aws:SourceArn":"arn:aws:s3:*:*:pho*"}}}]}"#;
        let mut world = queue("Policy", json!(open));
        world.patch(op::GET_QUEUE_ATTRIBUTES, "/Attributes/KmsMasterKeyId", json!(null));
        world.patch(op::GET_QUEUE_ATTRIBUTES, "/Attributes/SqsManagedSseEnabled", json!("true"));
        assert!(matches!(kit::ask(&world, &RULE, &kit::about_bucket()), Judgement::Pass(_)));
        assert!(matches!(kit::ask(&kit::fans_out(), &RULE, &kit::about_bucket()), Judgement::Pass(_)));
        assert!(matches!(kit::ask(&kit::calls(), &RULE, &kit::about_bucket()), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_when_a_policy_may_not_be_read() {
        for (operation, action) in [
            (op::GET_QUEUE_ATTRIBUTES, "sqs:GetQueueAttributes"),
            (op::GET_TOPIC_ATTRIBUTES, "sns:GetTopicAttributes"),
            (op::DESCRIBE_KEY, "kms:DescribeKey"),
            (op::GET_KEY_POLICY, "kms:GetKeyPolicy"),
        ] {
            let mut world = kit::fans_out();
            world.deny(operation);
            assert_eq!(missing(kit::ask(&world, &RULE, &kit::about_bucket())), [action]);
        }
    }
}

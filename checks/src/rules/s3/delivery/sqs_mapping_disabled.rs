//! Messages wait and nobody takes them.

use crate::evidence::Evidence;
use crate::finding::Judgement;
use crate::finding::{Finding, Severity};
use crate::fix::{Aws, Fix, FixClass};
use crate::rule::declare_rule;
use crate::s3::Case;
use crate::s3::FunctionName;
use crate::s3::entry::Kind;
use crate::snapshot::Gap;
use crate::snapshot::lambda::EventSourceMapping;
use crate::snapshot::operations as op;

declare_rule! {
    /// ## What it checks
    ///
    /// Where entries send to a queue that a function reads: whether the mapping is enabled, and how its last poll ended.
    ///
    /// ## Why it matters
    ///
    /// Lambda reads a queue by an event source mapping. A mapping that was disabled, by hand or by a deployment, leaves messages
    /// in the queue until they expire; one that ends in `PROBLEM` cannot read or cannot call the function.
    ///
    /// ## How to confirm
    ///
    /// `aws lambda list-event-source-mappings --event-source-arn QUEUE-ARN` shows `State`, `StateTransitionReason` and
    /// `LastProcessingResult`.
    ///
    /// ## False positives
    ///
    /// A queue without any mapping has another reader. Several mappings, one of which is off on purpose, look the same: nothing
    /// is found while one is enabled for the same function.
    ///
    /// ## Fix
    ///
    /// Enable the mapping (class A). To undo, disable it.
    ///
    /// ## References
    ///
    /// - Lambda developer guide, "Using Lambda with Amazon SQS" and "Creating and configuring an Amazon SQS event source mapping"
    "s3/sqs-mapping-disabled", Blocker, fix A,
    "Nobody reads the queue: the mapping to the function is off",
    needs [GET_BUCKET_NOTIFICATION_CONFIGURATION, LIST_EVENT_SOURCE_MAPPINGS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let queues: Vec<_> = {
        case.judged()?;
        case.entries.iter().filter(|entry| entry.kind == Kind::Queue).collect()
    };
    if queues.is_empty() {
        return Ok(Judgement::not_applicable("no entry sends to a queue"));
    }
    let is_direct = case.asked.is_some() && case.judged()?.iter().any(|entry| entry.kind == Kind::Function);
    let (mut findings, mut is_read) = (Vec::new(), false);
    for entry in queues {
        let mappings = match case.mappings(entry) {
            Ok(mappings) => mappings,
            // The function has an entry of its own: who reads the queue is another matter.
            Err(_) if is_direct => continue,
            Err(gap) => return Err(gap),
        };
        for mapping in &mappings {
            is_read = true;
            let of_same = |other: &&&EventSourceMapping| {
                FunctionName::parse(&other.function_arn).is_same_function(&FunctionName::parse(&mapping.function_arn))
            };
            let works = |other: &EventSourceMapping| {
                matches!(other.state.as_str(), "Enabled" | "Enabling" | "Creating" | "Updating")
            };
            if mappings.iter().filter(of_same).any(|other| works(other)) {
                findings.extend(problem(case, mapping).filter(|_| works(mapping)));
            } else {
                findings.push(off(case, mapping));
            }
        }
    }
    let pass =
        if is_read { "the mappings that read the queues are on" } else { "no function of Lambda reads the queues" };
    Ok(Judgement::of(findings, pass))
}

fn told(mapping: &EventSourceMapping, field: &str, value: &str) -> Evidence {
    Evidence::new(op::LIST_EVENT_SOURCE_MAPPINGS, &mapping.uuid, field, value)
}

fn off(case: &Case<'_>, mapping: &EventSourceMapping) -> Finding {
    let (queue, function) = (mapping.event_source_arn.as_str(), FunctionName::parse(&mapping.function_arn));
    let detail = format!(
        "the mapping from `{queue}` to function `{}` is `{}`, so messages of the bucket stay in the queue until they expire",
        function.name, mapping.state
    );
    let on = |flag: &str| {
        let command = Aws::new("lambda", "update-event-source-mapping", case.region());
        command.arg("uuid", &mapping.uuid).flag(flag)
    };
    let fix = Fix::new(FixClass::A, "enable the mapping").run(on("enabled")).undo(on("no-enabled"));
    Finding::new(detail)
        .about("sqs-queue", queue)
        .about("lambda-function", &mapping.function_arn)
        .proof(told(mapping, "State", &mapping.state))
        .proof(told(mapping, "StateTransitionReason", &mapping.state_transition_reason))
        .fix(fix)
}

/// A mapping that is on and cannot do its work.
fn problem(case: &Case<'_>, mapping: &EventSourceMapping) -> Option<Finding> {
    if !mapping.last_processing_result.starts_with("PROBLEM") {
        return None;
    }
    let detail = format!(
        "the mapping from `{}` to function `{}` reports `{}`",
        mapping.event_source_arn,
        FunctionName::parse(&mapping.function_arn).name,
        mapping.last_processing_result
    );
    let show = Aws::new("lambda", "get-event-source-mapping", case.region()).arg("uuid", &mapping.uuid);
    let mut finding = Finding::new(detail)
        .about("sqs-queue", &mapping.event_source_arn)
        .proof(told(mapping, "LastProcessingResult", &mapping.last_processing_result))
        .fix(
            Fix::new(FixClass::M, "mend what it names: most often the role may not read the queue or use its key")
                .run(show),
        );
    finding.rule = RULE.about.id;
    finding.severity = Severity::Degraded;
    Some(finding)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::s3 as kit;
    use crate::testkit::{findings, missing};
    use serde_json::json;

    fn with(member: &str, value: &str) -> crate::testkit::World {
        let mut world = kit::fans_out();
        world.patch(op::LIST_EVENT_SOURCE_MAPPINGS, &format!("/EventSourceMappings/0/{member}"), json!(value));
        world
    }

    #[test]
    fn fires_for_a_mapping_that_is_off() {
        for question in [kit::about_bucket(), kit::about_function()] {
            let found = findings(kit::ask(&with("State", "Disabled"), &RULE, &question));
            assert!(found[0].fix.as_ref().unwrap().commands[0].ends_with("--enabled"));
        }
    }

    #[test]
    fn fires_softly_for_a_mapping_with_a_problem() {
        let found =
            findings(kit::ask(&with("LastProcessingResult", "PROBLEM: Access denied"), &RULE, &kit::about_bucket()));
        assert_eq!(found[0].severity, Severity::Degraded);
    }

    #[test]
    fn silent_when_it_is_on_or_nobody_of_lambda_reads() {
        assert!(matches!(kit::ask(&kit::fans_out(), &RULE, &kit::about_bucket()), Judgement::Pass(_)));
        let mut world = kit::fans_out();
        world.replace(op::LIST_EVENT_SOURCE_MAPPINGS, &[], json!({ "EventSourceMappings": [] }));
        assert!(matches!(kit::ask(&world, &RULE, &kit::about_bucket()), Judgement::Pass(_)));
        assert!(matches!(kit::ask(&kit::calls(), &RULE, &kit::about_bucket()), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_when_mappings_may_not_be_listed() {
        let mut world = kit::fans_out();
        world.deny(op::LIST_EVENT_SOURCE_MAPPINGS);
        assert_eq!(missing(kit::ask(&world, &RULE, &kit::about_bucket())), ["lambda:ListEventSourceMappings"]);
    }
}

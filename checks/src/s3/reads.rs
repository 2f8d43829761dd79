//! Which reads a diagnosis of this symptom needs, given what is known already.
//!
//! Four rounds at most: the notifications; the destinations and what CloudWatch counted of them; keys, targets of rules, roles; and the
//! documents of policies.

use super::case::{Called, Case, Question};
use super::destination::KEY_ACTIONS;
use super::entry::{Entry, Kind};
use super::function::FunctionName;
use super::metrics::{ALWAYS, DROPPED, ERRORS, INVOCATIONS, RECURSIVE, THROTTLES};
use super::permission::{Behalf, EVENTS, INVOKE, question};
use crate::can::{self, queue_url};
use crate::iam_facts;
use crate::snapshot::{Gap, Operation, Read, Round, Snapshot, operations as op};
use serde_json::json;

/// Every operation that [`reads`] can ask for: the least privilege of the command.
pub const READS: &[Operation] = &[
    op::GET_CALLER_IDENTITY,
    op::GET_BUCKET_NOTIFICATION_CONFIGURATION,
    op::GET_BUCKET_LOCATION,
    op::GET_BUCKET_VERSIONING,
    op::GET_BUCKET_POLICY,
    op::GET_BUCKET_OWNERSHIP_CONTROLS,
    op::LOOKUP_EVENTS,
    op::GET_FUNCTION_CONFIGURATION,
    op::GET_FUNCTION_POLICY,
    op::GET_FUNCTION_CONCURRENCY,
    op::GET_FUNCTION_EVENT_INVOKE_CONFIG,
    op::GET_FUNCTION_RECURSION_CONFIG,
    op::GET_ACCOUNT_SETTINGS,
    op::LIST_EVENT_SOURCE_MAPPINGS,
    op::GET_METRIC_STATISTICS,
    op::GET_QUEUE_ATTRIBUTES,
    op::GET_TOPIC_ATTRIBUTES,
    op::DESCRIBE_KEY,
    op::GET_KEY_POLICY,
    op::LIST_GRANTS,
    op::LIST_RULES,
    op::LIST_TARGETS_BY_RULE,
    op::GET_ROLE,
    op::LIST_ATTACHED_ROLE_POLICIES,
    op::LIST_ROLE_POLICIES,
    op::GET_ROLE_POLICY,
    op::LIST_POLICIES,
    op::GET_POLICY_VERSION,
];

/// The reads that can be asked now and have not been asked yet.
pub fn reads(snapshot: &Snapshot, question: &Question) -> Vec<Read> {
    let case = Case::new(snapshot, question);
    let mut planner = Planner { case: &case, round: Round::new(snapshot) };
    planner.plan();
    planner.round.into_reads()
}

struct Planner<'c, 'a> {
    case: &'c Case<'a>,
    round: Round<'a>,
}

impl Planner<'_, '_> {
    /// The reads that a question to a policy needs.
    fn policy(&mut self, asked: &can::Question) {
        self.round.add(can::reads(self.case.snapshot, asked));
    }

    fn plan(&mut self) {
        let case = self.case;
        self.round.ask(op::GET_CALLER_IDENTITY, json!({}));
        if case.special_kind().is_some() {
            return;
        }
        let bucket = case.bucket();
        self.round.ask(op::GET_BUCKET_NOTIFICATION_CONFIGURATION, json!({ "Bucket": bucket }));
        match &case.configuration {
            Ok(Some(_)) => {}
            // A bucket of somebody else leaves the function to be looked at.
            Err(Gap::Denied { .. }) if case.asked.is_some() => {}
            _ => return,
        }
        self.bucket();
        if let Some(input) = case.trail_input() {
            self.round.ask(op::LOOKUP_EVENTS, input);
        }
        for entry in case.entries.iter().filter(|entry| entry.kind == Kind::Queue) {
            self.round.ask(op::LIST_EVENT_SOURCE_MAPPINGS, json!({ "EventSourceArn": entry.arn }));
        }
        self.rules();
        for called in case.functions() {
            self.function(&called);
        }
        for called in case.called().unwrap_or_default() {
            self.permission(&called);
        }
        let needs_put = self.is_every_way_known() && case.needs_put();
        if let Some(new) = case.new_entry().filter(|_| needs_put) {
            let function = FunctionName::parse(&new.arn);
            self.permission(&Called { function, arn: new.arn, entry: None });
        }
        // The queue may turn out to be the way.
        for entry in &case.entries {
            match entry.kind {
                Kind::Function if needs_put && !case.is_judged(entry) => {
                    let function = FunctionName::parse(entry.arn);
                    let called = Called { function, arn: entry.arn.to_owned(), entry: Some(*entry) };
                    self.configuration(&called);
                    self.permission(&called);
                }
                Kind::Queue | Kind::Topic if needs_put || case.is_judged(entry) => self.destination(entry),
                Kind::Queue if self.may_be_polled(entry) => self.destination(entry),
                _ => {}
            }
        }
    }

    fn bucket(&mut self) {
        let case = self.case;
        let bucket = case.bucket();
        if case.account().is_empty() {
            self.round.ask(op::GET_BUCKET_LOCATION, json!({ "Bucket": bucket }));
        } else {
            self.round.ask(op::GET_BUCKET_LOCATION, json!({ "Bucket": bucket, "ExpectedBucketOwner": case.account() }));
            if matches!(case.snapshot.bucket_locations.get(bucket), Err(Gap::Denied { .. })) {
                self.round.ask(op::GET_BUCKET_LOCATION, json!({ "Bucket": bucket }));
            }
        }
        if case.configuration.is_ok() {
            self.round.ask(op::GET_BUCKET_VERSIONING, json!({ "Bucket": bucket }));
        }
    }

    /// Whether everything was asked that could be another way to the function.
    fn is_every_way_known(&self) -> bool {
        let case = self.case;
        let is_asked = |entry: &Entry<'_>| {
            !matches!(case.snapshot.event_source_mappings.get(entry.arn), Err(Gap::NotAsked { .. }))
        };
        let mut queues = case.entries.iter().filter(|entry| entry.kind == Kind::Queue);
        queues.all(is_asked)
            && !matches!(case.bridge.gap, Some(Gap::NotAsked { .. }))
            && case.bridge.rules.iter().all(|rule| !matches!(rule.targets, Err(Gap::NotAsked { .. })))
    }

    /// Rules of EventBridge, where the bucket publishes or nothing else calls the function.
    fn rules(&mut self) {
        let case = self.case;
        let is_direct = case.entries.iter().any(|entry| case.is_judged(entry) && entry.kind == Kind::Function);
        let is_wanted = case.configuration.is_ok()
            && (case.bridge.is_on || case.entries.is_empty() || (case.asked.is_some() && !is_direct));
        if !is_wanted {
            return;
        }
        self.round.ask(op::LIST_RULES, json!({}));
        for candidate in &case.bridge.rules {
            if candidate.may_fit() || case.asked.is_some() {
                self.round.ask(op::LIST_TARGETS_BY_RULE, json!({ "Rule": candidate.rule.name }));
            }
            if !candidate.may_fit() || !candidate.is_enabled() || !case.bridge.is_on {
                continue;
            }
            let behalf = Behalf { service: EVENTS, source: Some(&candidate.rule.arn), account: case.owner() };
            for target in candidate.targets.as_ref().ok().copied().flatten().into_iter().flatten() {
                let (action, arn) = (super::bridge::action_of(&target.arn), target.arn.as_str());
                let account = arn.split(':').nth(4).unwrap_or_default();
                let is_meant = case.asked.as_ref().is_none_or(|asked| asked.means(&FunctionName::parse(arn)));
                if let Some(action) =
                    action.filter(|_| target.role_arn.is_empty() && is_meant && !case.is_foreign(account))
                {
                    self.policy(&question(action, arn, behalf));
                    if action == INVOKE {
                        self.round.ask(op::GET_FUNCTION_CONFIGURATION, json!({ "FunctionName": arn }));
                    }
                }
            }
        }
    }

    /// Whether the function that is asked about may poll a queue, as long as nobody knows. The queue's key takes a round of its own.
    fn may_be_polled(&self, entry: &Entry<'_>) -> bool {
        let case = self.case;
        let is_called = || case.entries.iter().any(|own| own.kind == Kind::Function && case.is_judged(own));
        let is_open = matches!(case.snapshot.event_source_mappings.get(entry.arn), Err(Gap::NotAsked { .. }));
        is_open && case.asked.is_some() && !is_called()
    }

    fn configuration(&mut self, called: &Called<'_>) {
        let case = self.case;
        if case.is_foreign(&called.function.account) {
            return;
        }
        self.round.ask(op::GET_FUNCTION_CONFIGURATION, json!({ "FunctionName": called.arn }));
        if case.is_gone(called) && called.function.qualifier.is_some() {
            // Is it the function that is not there, or its version or alias?
            self.round.ask(op::GET_FUNCTION_CONFIGURATION, json!({ "FunctionName": called.function.bare_arn() }));
        }
    }

    fn permission(&mut self, called: &Called<'_>) {
        let case = self.case;
        if case.is_foreign(&called.function.account) || case.is_gone(called) {
            return;
        }
        let bucket = case.bucket_arn();
        self.policy(&question(INVOKE, &called.arn, case.behalf(&bucket)));
        let is_refused = case.faults(called).is_ok_and(|faults| !faults.is_empty());
        if is_refused && called.function.qualifier.is_some() {
            self.policy(&question(INVOKE, &called.function.bare_arn(), case.behalf(&bucket)));
        }
    }

    /// A function itself: its state, its limits, what was counted of it, its role.
    fn function(&mut self, called: &Called<'_>) {
        let case = self.case;
        self.configuration(called);
        if case.is_foreign(&called.function.account) || case.is_gone(called) {
            return;
        }
        let (bare, name) = (called.function.bare_arn(), called.function.name.as_str());
        self.round.ask(op::GET_FUNCTION_CONCURRENCY, json!({ "FunctionName": bare }));
        for metric in ALWAYS {
            if let Some(input) = case.metric_input(metric, name) {
                self.round.ask(op::GET_METRIC_STATISTICS, input);
            }
        }
        let is_counted = |metric: &str| case.total(metric, name).is_ok_and(|total| total > 0.0);
        let concurrency = case.snapshot.function_concurrency.get(&bare).ok().flatten();
        if is_counted(THROTTLES) && concurrency.is_none_or(|own| own.reserved_concurrent_executions.is_none()) {
            self.round.ask(op::GET_ACCOUNT_SETTINGS, json!({}));
        }
        if is_counted(DROPPED) {
            let input = match &called.function.qualifier {
                Some(qualifier) => json!({ "FunctionName": bare, "Qualifier": qualifier }),
                None => json!({ "FunctionName": bare }),
            };
            self.round.ask(op::GET_FUNCTION_EVENT_INVOKE_CONFIG, input);
        }
        if is_counted(RECURSIVE) {
            self.round.ask(op::GET_FUNCTION_RECURSION_CONFIG, json!({ "FunctionName": bare }));
        }
        if let Ok(Some(known)) = case.function(called)
            && !known.kms_key_arn.is_empty()
        {
            self.round.ask(op::DESCRIBE_KEY, json!({ "KeyId": known.kms_key_arn }));
        }
        // What a role may do matters once the function runs, or for one object.
        let is_about_objects = case.key().is_some() || is_counted(ERRORS);
        if let Some(role) = case.role_name(called).filter(|_| is_about_objects || is_counted(INVOCATIONS)) {
            let snapshot = case.snapshot;
            iam_facts::of_role(snapshot, role, &mut |operation, parameters| self.round.ask(operation, parameters));
            if is_about_objects && case.configuration.is_ok() {
                let bucket = case.bucket();
                let input = match case.owner() {
                    Some(owner) => json!({ "Bucket": bucket, "ExpectedBucketOwner": owner }),
                    None => json!({ "Bucket": bucket }),
                };
                self.round.ask(op::GET_BUCKET_POLICY, input);
                self.round.ask(op::GET_BUCKET_OWNERSHIP_CONTROLS, json!({ "Bucket": bucket }));
            }
        }
    }

    /// A queue or topic, and the key that encrypts it.
    fn destination(&mut self, entry: &Entry<'_>) {
        let case = self.case;
        let account = entry.arn.split(':').nth(4).unwrap_or_default();
        if case.is_foreign(account) {
            return;
        }
        match entry.kind {
            Kind::Function => return,
            Kind::Queue => {
                let Some(url) = queue_url(entry.arn) else { return };
                self.round.ask(op::GET_QUEUE_ATTRIBUTES, json!({ "QueueUrl": url, "AttributeNames": ["All"] }));
            }
            Kind::Topic => self.round.ask(op::GET_TOPIC_ATTRIBUTES, json!({ "TopicArn": entry.arn })),
        }
        let attributes = case.attributes(entry).ok().flatten();
        let key = attributes.map(|own| own.kms_master_key_id.as_str()).unwrap_or_default();
        if key.is_empty() || key.contains("alias/aws/") {
            return;
        }
        self.round.ask(op::DESCRIBE_KEY, json!({ "KeyId": key }));
        let told = case.snapshot.keys.get(key).ok().flatten().map(|metadata| metadata.arn.as_str());
        if let Some(arn) = told.or(Some(key).filter(|key| key.contains(":key/"))) {
            let bucket = case.bucket_arn();
            for action in KEY_ACTIONS {
                self.policy(&question(action, arn, case.behalf(&bucket)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::Verdict;
    use crate::finding::Severity;
    use crate::snapshot::Header;
    use crate::testkit::World;
    use crate::testkit::s3 as kit;

    /// Asks a world until nothing new can be asked, as the collector does: what was read, round by round.
    fn rounds(world: &World, question: &Question) -> (Snapshot, Vec<Vec<&'static str>>) {
        let whole = world.snapshot();
        let header = Header { account: String::new(), ..whole.header.clone() };
        let (mut known, mut rounds) = (Snapshot::new(header), Vec::new());
        loop {
            let asked = reads(&known, question);
            if asked.is_empty() {
                return (known, rounds);
            }
            assert!(asked.iter().all(|read| READS.contains(&read.operation)), "{asked:?}");
            rounds.push(asked.iter().map(|read| read.operation.name).collect());
            for read in asked {
                let is_it =
                    |own: &&crate::snapshot::Recorded| own.is_of(read.operation) && own.parameters == read.parameters;
                let answer = whole.reads().iter().find(is_it);
                let answer = answer.unwrap_or_else(|| panic!("the world has no answer to {read:?}"));
                known.record(answer.clone()).unwrap();
            }
        }
    }

    #[test]
    fn a_bucket_that_calls_takes_four_rounds_and_counted_calls() {
        let (known, rounds) = rounds(&kit::calls(), &kit::about_bucket());
        let counts: Vec<usize> = rounds.iter().map(Vec::len).collect();
        assert_eq!(counts, [2, 11, 4, 1], "{rounds:#?}");
        let question = kit::about_bucket();
        let diagnosis = crate::triage::s3(&known, &question).unwrap();
        assert_eq!(diagnosis.verdict, Verdict::Healthy, "{:#?}", diagnosis.findings);
    }

    #[test]
    fn every_world_is_healthy_on_what_is_asked_for() {
        for world in [kit::calls(), kit::fans_out(), kit::publishes()] {
            for question in [kit::about_bucket(), kit::about_function(), kit::about_key("images/a.jpg")] {
                let (known, rounds) = rounds(&world, &question);
                assert!(rounds.len() <= 4, "{rounds:#?}");
                let diagnosis = crate::triage::s3(&known, &question).unwrap();
                assert_eq!(diagnosis.verdict, Verdict::Healthy, "{question:?}: {:#?}", diagnosis.findings);
            }
        }
    }

    #[test]
    fn a_special_bucket_and_one_that_is_not_there_are_asked_once() {
        let question = Question { bucket: "photos--euw1-az1--x-s3".to_owned(), ..kit::about_bucket() };
        assert_eq!(rounds(&kit::calls(), &question).1, [vec!["GetCallerIdentity"]]);
        let mut world = kit::calls();
        world.fail(op::GET_BUCKET_NOTIFICATION_CONFIGURATION, "NoSuchBucket");
        assert_eq!(rounds(&world, &kit::about_bucket()).1.len(), 1);
        let gap = crate::triage::s3(&world.snapshot(), &kit::about_bucket()).unwrap_err();
        assert_eq!(gap, crate::diagnosis::SubjectGap::NotFound);
    }

    /// What each world needs to be called healthy; what else is denied leaves it so.
    #[test]
    fn a_denied_read_is_no_fault_and_no_clean_bill() {
        let harmless = [
            "GetCallerIdentity",
            "GetBucketVersioning",
            "GetBucketLocation",
            "LookupEvents",
            // No managed policy is attached, and policies allow without grants and lists.
            "ListPolicies",
            "ListGrants",
            "GetBucketOwnershipControls",
        ];
        for (world, question) in [
            (kit::calls(), kit::about_bucket()),
            (kit::calls(), kit::about_function()),
            (kit::calls(), kit::about_key("images/a.jpg")),
            (kit::fans_out(), kit::about_bucket()),
            (kit::fans_out(), kit::about_function()),
            (kit::publishes(), kit::about_bucket()),
            (kit::publishes(), kit::about_function()),
        ] {
            let (known, _) = rounds(&world, &question);
            let mut asked: Vec<Operation> = READS
                .iter()
                .copied()
                .filter(|operation| known.reads().iter().any(|read| read.is_of(*operation)))
                .collect();
            asked.dedup();
            for operation in asked {
                let mut denied = world.clone();
                denied.deny(operation);
                let Ok(diagnosis) = crate::triage::s3(&denied.snapshot(), &question) else {
                    assert_eq!(operation, op::GET_BUCKET_NOTIFICATION_CONFIGURATION);
                    continue;
                };
                let what = format!("{} of {question:?}: {:#?}", operation.name, diagnosis.findings);
                let is_fault = |severity: Severity| matches!(severity, Severity::Blocker | Severity::Degraded);
                assert!(!diagnosis.findings.iter().any(|finding| is_fault(finding.severity)), "{what}");
                // The queue is a way that works, whatever rules there are.
                let is_served = operation == op::LIST_RULES
                    && matches!(known.notifications.get(kit::BUCKET),
                    Ok(Some(own)) if !own.queue_configurations.is_empty());
                let is_harmless = harmless.contains(&operation.name) || is_served;
                let wanted = if is_harmless { Verdict::Healthy } else { Verdict::Inconclusive };
                assert_eq!(diagnosis.verdict, wanted, "{what}");
            }
        }
    }
}

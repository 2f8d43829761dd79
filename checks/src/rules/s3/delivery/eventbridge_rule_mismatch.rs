//! State, pattern or target of a rule keeps the event back.

use crate::evidence::Evidence;
use crate::finding::Finding;
use crate::finding::Judgement;
use crate::fix::{Aws, Fix, FixClass};
use crate::iam::Verdict;
use crate::rule::declare_rule;
use crate::s3::Case;
use crate::s3::FunctionName;
use crate::s3::bridge::{Candidate, action_of};
use crate::s3::permission::{Behalf, EVENTS};
use crate::snapshot::Gap;
use crate::snapshot::events::RuleTarget;
use crate::snapshot::operations as op;

declare_rule! {
    /// ## What it checks
    ///
    /// Where the bucket sends its events to EventBridge: whether an enabled rule of the default bus takes the event that is asked
    /// about (uploads, where none is), has targets, and may reach them by their policies. Where it does not send them: whether
    /// the rules that call the function would take the event and are enabled.
    ///
    /// ## Why it matters
    ///
    /// EventBridge drops what no rule takes. A disabled rule, a bucket or key that the pattern does not match, or names of
    /// classic notifications (`ObjectCreated:Put` for `Object Created`) take nothing; a target whose policy does not let
    /// `events.amazonaws.com` in gets nothing.
    ///
    /// ## How to confirm
    ///
    /// `aws events list-rules` shows state and pattern; `aws events test-event-pattern` compares a pattern with an event; `aws
    /// events list-targets-by-rule --rule NAME` shows the targets.
    ///
    /// ## False positives
    ///
    /// Rules may be for other events on purpose: nothing is found while one rule passes the event on, and rules count as faulty
    /// only when the function is their target or nothing else takes the events. A pattern for calls reported by CloudTrail is not
    /// judged. An operator that is not known here leaves the question open.
    ///
    /// ## Fix
    ///
    /// Enable the rule, correct its pattern, or permit EventBridge on the target for this rule alone (class A). To undo, write
    /// the former rule, or remove the permission.
    ///
    /// ## References
    ///
    /// - EventBridge user guide, "Creating Amazon EventBridge event patterns" and "Using resource-based policies for Amazon
    ///   EventBridge"
    /// - S3 user guide, "EventBridge event message structure"
    "s3/eventbridge-rule-mismatch", Blocker, fix A,
    "The rule of EventBridge does not pass the event on",
    needs [GET_BUCKET_NOTIFICATION_CONFIGURATION, LIST_RULES, LIST_TARGETS_BY_RULE, GET_FUNCTION_POLICY, GET_FUNCTION_CONFIGURATION]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if case.special_kind().is_some() {
        return Ok(Judgement::follows_from("s3/directory-or-outposts-bucket"));
    }
    let is_direct = case.judged()?.iter().any(|entry| case.takes(entry));
    if is_direct {
        return Ok(Judgement::not_applicable("an entry of the bucket takes the event"));
    }
    if !case.bridge.is_on {
        return Ok(while_off(case));
    }
    if let Some(gap) = &case.bridge.gap {
        return Err(gap.clone());
    }
    let rules: Vec<&Candidate<'_>> =
        case.bridge.rules.iter().filter(|rule| case.asked.is_none() || rule.leads).collect();
    let (mut faults, mut open) = (Vec::new(), Vec::new());
    for rule in &rules {
        if is_only_of_trail(rule) {
            faults.extend(disabled(case, rule).filter(|_| rule.leads).map(|finding| (rule, finding)));
            continue;
        }
        match fault(case, rule) {
            Ok(None) => return Ok(Judgement::pass(format!("rule `{}` passes the event on", rule.rule.name))),
            Ok(Some(finding)) => faults.push((rule, finding)),
            Err(gaps) => open.extend(gaps),
        }
    }
    if case.asked.is_some() {
        open.extend(
            case.bridge.rules.iter().filter(|rule| rule.may_fit()).filter_map(|rule| rule.targets.clone().err()),
        );
    }
    if !open.is_empty() {
        open.sort();
        open.dedup();
        return Ok(Judgement::open(open));
    }
    // Without a function only rules that are about this bucket are worth a word.
    let is_meant = |rule: &Candidate<'_>| case.asked.is_some() || rule.may_fit() || case.names_bucket(rule);
    let findings: Vec<Finding> =
        faults.into_iter().filter(|(rule, _)| is_meant(rule)).map(|(_, finding)| finding).collect();
    match (findings.is_empty(), case.asked.is_some()) {
        (false, _) => Ok(Judgement::Fail(findings)),
        (true, true) => Ok(Judgement::not_applicable("no rule has the function as its target")),
        (true, false) if !case.entries.is_empty() => {
            Ok(Judgement::not_applicable("no rule takes events of the bucket, which has entries of its own"))
        }
        (true, false) => Ok(Judgement::fail(untaken(case))),
    }
}

/// What is wrong with the rules that call the function, apart from the bucket that sends them nothing.
fn while_off(case: &Case<'_>) -> Judgement {
    let is_off = Judgement::not_applicable("the bucket does not send its events to EventBridge");
    if case.asked.is_none() {
        return is_off;
    }
    let of_trail = case.bridge.rules.iter().filter(|rule| rule.leads && is_only_of_trail(rule));
    let mut findings = Vec::new();
    for rule in case.waiting_rules().filter(|rule| !is_only_of_trail(rule)).chain(of_trail) {
        let found = if is_only_of_trail(rule) { disabled(case, rule) } else { own_fault(case, rule) };
        match found {
            Some(finding) => findings.push(finding),
            None => return is_off,
        }
    }
    if findings.is_empty() { is_off } else { Judgement::Fail(findings) }
}

/// Whether a rule is for calls that CloudTrail reports and for nothing else: its pattern is not judged.
fn is_only_of_trail(rule: &Candidate<'_>) -> bool {
    rule.is_of_trail && !rule.may_fit()
}

/// A finding about a rule.
fn about(case: &Case<'_>, rule: &Candidate<'_>, detail: String) -> Finding {
    Finding::new(detail).about("event-rule", &rule.rule.arn).about("s3-bucket", case.bucket())
}

fn told(rule: &Candidate<'_>, field: &str, value: &str) -> Evidence {
    Evidence::new(op::LIST_RULES, &rule.rule.name, field, value)
}

fn on(case: &Case<'_>, rule: &Candidate<'_>, command: &str) -> Aws {
    Aws::new("events", command, case.region()).arg("name", &rule.rule.name)
}

/// The pattern or the state of a rule that keeps the event back.
fn own_fault(case: &Case<'_>, rule: &Candidate<'_>) -> Option<Finding> {
    if rule.may_fit() {
        return disabled(case, rule);
    }
    let failed: Vec<&str> = rule.matched.failed.iter().map(String::as_str).collect();
    let detail = format!(
        "the pattern of rule `{}` does not take the event: {} does not fit",
        rule.rule.name,
        crate::walls::in_words(&failed)
    );
    let summary = "write the pattern so that it takes the event (`aws events put-rule --event-pattern`); this shows it";
    let fix = Fix::new(FixClass::M, summary).run(on(case, rule, "describe-rule"));
    Some(about(case, rule, detail).proof(told(rule, "EventPattern", &rule.rule.event_pattern)).fix(fix))
}

fn disabled(case: &Case<'_>, rule: &Candidate<'_>) -> Option<Finding> {
    if rule.is_enabled() {
        return None;
    }
    let detail = format!("rule `{}`, which takes events of bucket `{}`, is disabled", rule.rule.name, case.bucket());
    let fix = Fix::new(FixClass::A, "enable the rule");
    let fix = fix.run(on(case, rule, "enable-rule")).undo(on(case, rule, "disable-rule"));
    Some(about(case, rule, detail).proof(told(rule, "State", &rule.rule.state)).fix(fix))
}

/// What keeps a rule from passing the event on; `None` when nothing does.
fn fault(case: &Case<'_>, rule: &Candidate<'_>) -> Result<Option<Finding>, Vec<Gap>> {
    let name = rule.rule.name.as_str();
    if let Some(finding) = own_fault(case, rule) {
        return Ok(Some(finding));
    }
    if !rule.matched.odd.is_empty() {
        let operators: Vec<&str> = rule.matched.odd.iter().map(String::as_str).collect();
        let what =
            format!("which events rule `{name}` takes, whose pattern has {}", crate::walls::in_words(&operators));
        return Err(vec![Gap::opaque(what)]);
    }
    let targets = rule.targets.clone().map_err(|gap| vec![gap])?.unwrap_or_default();
    if targets.is_empty() {
        let evidence = Evidence::new(op::LIST_TARGETS_BY_RULE, name, "Targets", Vec::<String>::new());
        return Ok(Some(about(case, rule, format!("rule `{name}` has no target")).proof(evidence)));
    }
    let (mut refused, mut open) = (None, Vec::new());
    for target in targets {
        let is_asked = case.asked.as_ref().is_none_or(|asked| asked.means(&FunctionName::parse(&target.arn)));
        if !is_asked {
            continue;
        }
        match target_fault(case, rule, target) {
            Ok(None) => return Ok(None),
            Ok(Some(finding)) => refused = refused.or(Some(finding)),
            Err(gaps) => open.extend(gaps),
        }
    }
    if open.is_empty() { Ok(refused) } else { Err(open) }
}

/// What keeps EventBridge from a target.
fn target_fault(case: &Case<'_>, rule: &Candidate<'_>, target: &RuleTarget) -> Result<Option<Finding>, Vec<Gap>> {
    let Some(action) = action_of(&target.arn).filter(|_| target.role_arn.is_empty()) else { return Ok(None) };
    let account = target.arn.split(':').nth(4).unwrap_or_default();
    if case.is_foreign(account) {
        return Err(vec![Gap::opaque(format!("whether `{}` of account `{account}` lets EventBridge in", target.arn))]);
    }
    let (name, function) = (rule.rule.name.as_str(), FunctionName::parse(&target.arn));
    let about =
        |detail: String| Finding::new(detail).about("event-rule", &rule.rule.arn).about("event-target", &target.arn);
    let is_function = action == crate::s3::permission::INVOKE;
    if is_function && case.snapshot.functions.get(&target.arn).map_err(|gap| vec![gap])?.is_none() {
        let evidence = Evidence::new(op::LIST_TARGETS_BY_RULE, name, "Targets[].Arn", target.arn.as_str());
        return Ok(Some(
            about(format!("rule `{name}` calls function `{}`, which does not exist", function.name)).proof(evidence),
        ));
    }
    let behalf = Behalf { service: EVENTS, source: Some(&rule.rule.arn), account: case.owner() };
    let answer = case.decide(action, &target.arn, behalf).map_err(|gap| vec![gap])?;
    match answer.decision.verdict {
        Verdict::Allowed => return Ok(None),
        Verdict::Unknown => {
            let read = if is_function { case.snapshot.function_policies.get(&target.arn).err() } else { None };
            return Err(case.open(&answer.decision, read));
        }
        Verdict::ImplicitlyDenied | Verdict::ExplicitlyDenied => {}
    }
    let hint = answer.decision.near_miss().map(|miss| format!("; {miss}")).unwrap_or_default();
    let detail =
        format!("the policy of `{}` does not let EventBridge call `{action}` for rule `{name}`{hint}", target.arn);
    let statement = answer.decision.near_miss().map(|miss| &miss.statement);
    let finding = about(detail).proofs(statement.and_then(|statement| answer.proof(statement)));
    if !is_function {
        return Ok(Some(
            finding.fix(Fix::new(FixClass::M, format!("let `{EVENTS}` call `{action}` for this rule alone"))),
        ));
    }
    let id = format!("events-{name}")
        .chars()
        .map(|letter| if letter == '.' { '-' } else { letter })
        .take(100)
        .collect::<String>();
    let on = |command: &str| {
        let command = Aws::new("lambda", command, &function.region).arg("function-name", function.bare_arn());
        let command = match &function.qualifier {
            Some(qualifier) => command.arg("qualifier", qualifier),
            None => command,
        };
        command.arg("statement-id", &id)
    };
    let add = on("add-permission").arg("action", action).arg("principal", EVENTS).arg("source-arn", &rule.rule.arn);
    let fix = Fix::new(FixClass::A, "let EventBridge call the function for this rule alone")
        .run(add)
        .undo(on("remove-permission"));
    Ok(Some(finding.fix(fix)))
}

/// No rule is about the bucket at all.
fn untaken(case: &Case<'_>) -> Finding {
    let bucket = case.bucket();
    let count = case.bridge.rules.len();
    let detail = format!(
        "bucket `{bucket}` sends its events to EventBridge alone, and none of the enabled rules there takes them"
    );
    let evidence = Evidence::new(op::LIST_RULES, "default", "Rules[about S3]", count);
    Finding::new(detail).about("s3-bucket", bucket).proof(evidence)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::s3 as kit;
    use crate::testkit::{findings, missing};
    use serde_json::json;

    fn only(world: &crate::testkit::World, question: &crate::s3::Question) -> Finding {
        let mut found = findings(kit::ask(world, &RULE, question));
        assert_eq!(found.len(), 1, "{found:?}");
        found.remove(0)
    }

    #[test]
    fn fires_for_a_rule_that_is_off() {
        let mut world = kit::publishes();
        world.patch(op::LIST_RULES, "/Rules/0/State", json!("DISABLED"));
        for question in [kit::about_bucket(), kit::about_function()] {
            assert!(only(&world, &question).fix.unwrap().commands[0].contains("enable-rule"));
        }
    }

    #[test]
    fn fires_for_a_rule_that_is_off_while_the_bucket_publishes_nothing() {
        let mut world = kit::publishes();
        kit::set_entries(&mut world, json!({}));
        assert!(matches!(kit::ask(&world, &RULE, &kit::about_function()), Judgement::NotApplicable(_)));
        world.patch(op::LIST_RULES, "/Rules/0/State", json!("DISABLED"));
        assert!(only(&world, &kit::about_function()).detail.contains("is disabled"));
    }

    #[test]
    fn fires_for_a_rule_of_trails_that_is_off() {
        for document in [json!({}), json!({ "EventBridgeConfiguration": {} })] {
            let mut world = kit::publishes();
            kit::set_entries(&mut world, document);
            let pattern = json!({ "source": ["aws.s3"], "detail-type": ["AWS API Call via CloudTrail"] });
            world.patch(op::LIST_RULES, "/Rules/0/EventPattern", json!(pattern.to_string()));
            assert!(matches!(kit::ask(&world, &RULE, &kit::about_function()), Judgement::NotApplicable(_)));
            world.patch(op::LIST_RULES, "/Rules/0/State", json!("DISABLED"));
            assert!(only(&world, &kit::about_function()).detail.contains("is disabled"));
        }
    }

    #[test]
    fn fires_for_a_pattern_with_another_bucket_or_the_names_of_classic_events() {
        let mut world = kit::publishes();
        let pattern = json!({ "source": ["aws.s3"], "detail-type": ["ObjectCreated:Put"], "detail": { "bucket": { "name": ["photos"] } } });
        world.patch(op::LIST_RULES, "/Rules/0/EventPattern", json!(pattern.to_string()));
        assert!(only(&world, &kit::about_bucket()).detail.contains("`detail-type` does not fit"));
        let pattern = json!({ "source": ["aws.s3"], "detail": { "bucket": { "name": ["photo"] } } });
        world.patch(op::LIST_RULES, "/Rules/0/EventPattern", json!(pattern.to_string()));
        assert!(only(&world, &kit::about_function()).detail.contains("`detail.bucket.name`"));
        assert!(only(&world, &kit::about_bucket()).detail.contains("none of the enabled rules"));
    }

    #[test]
    fn fires_for_a_key_that_the_pattern_leaves_out() {
        assert!(only(&kit::publishes(), &kit::about_key("logs/a")).detail.contains("`detail.object.key`"));
    }

    #[test]
    fn fires_for_a_target_that_shuts_eventbridge_out() {
        let mut world = kit::publishes();
        kit::set_policy(&mut world, &[kit::permission("s3.amazonaws.com", kit::FUNCTION, kit::BUCKET_ARN)]);
        let fix = only(&world, &kit::about_bucket()).fix.unwrap();
        assert!(
            fix.commands[0].contains("--principal events.amazonaws.com") && fix.commands[0].contains(kit::RULE),
            "{fix:?}"
        );
    }

    #[test]
    fn silent_while_one_rule_passes_it_on() {
        for question in [
            kit::about_bucket(),
            kit::about_function(),
            kit::about_key("images/a.jpg"),
            kit::about_event("ObjectCreated:Put"),
        ] {
            assert!(matches!(kit::ask(&kit::publishes(), &RULE, &question), Judgement::Pass(_)), "{question:?}");
        }
        assert!(matches!(kit::ask(&kit::calls(), &RULE, &kit::about_bucket()), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_for_reads_that_fail_and_operators_that_nobody_knows() {
        for (operation, action) in [
            (op::LIST_RULES, "events:ListRules"),
            (op::LIST_TARGETS_BY_RULE, "events:ListTargetsByRule"),
            (op::GET_FUNCTION_POLICY, "lambda:GetPolicy"),
        ] {
            let mut world = kit::publishes();
            world.deny(operation);
            assert_eq!(missing(kit::ask(&world, &RULE, &kit::about_bucket())), [action]);
        }
        let mut world = kit::publishes();
        let pattern =
            json!({ "source": ["aws.s3"], "detail": { "bucket": { "name": [{ "sounds-like": "photos" }] } } });
        world.patch(op::LIST_RULES, "/Rules/0/EventPattern", json!(pattern.to_string()));
        assert!(missing(kit::ask(&world, &RULE, &kit::about_bucket()))[0].contains("`sounds-like`"));
    }
}

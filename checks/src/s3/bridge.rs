//! EventBridge: whether the bucket publishes there, and which rules take what it publishes.

use super::case::Case;
use super::event;
use super::function::FunctionName;
use super::pattern::{self, Field, Fields, Match};
use crate::snapshot::events::{EventRule, RuleTarget};
use crate::snapshot::{Gap, Observed};
use serde_json::Value;

/// The rules of the default event bus, where events of AWS services arrive.
#[derive(Debug, Default)]
pub struct Bridge<'a> {
    /// Whether the bucket sends its events to EventBridge.
    pub is_on: bool,
    /// The rules that are about S3, or take events of this bucket all the same.
    pub rules: Vec<Candidate<'a>>,
    /// Why the rules are not known.
    pub gap: Option<Gap>,
}

/// A rule with what its pattern makes of the bucket's events.
#[derive(Debug)]
pub struct Candidate<'a> {
    /// The rule.
    pub rule: &'a EventRule,
    /// What its pattern makes of the event that is asked about.
    pub matched: Match,
    /// Whether it also takes calls that CloudTrail reports, which do not depend on the bucket's own events.
    pub is_of_trail: bool,
    /// Where its events go.
    pub targets: Observed<&'a [RuleTarget]>,
    /// Whether one of these is the function that is asked about.
    pub leads: bool,
}

impl Candidate<'_> {
    /// Whether it may take the event.
    pub fn may_fit(&self) -> bool {
        !self.matched.fits.is_false()
    }

    /// Whether it is switched on.
    pub fn is_enabled(&self) -> bool {
        self.rule.state.starts_with("ENABLED")
    }
}

impl<'a> Bridge<'a> {
    pub(super) fn of(case: &Case<'a>) -> Self {
        let configuration = case.configuration.as_ref().ok().copied().flatten();
        let is_on = configuration.is_some_and(|own| own.event_bridge_configuration.is_some());
        let known = match case.snapshot.event_rules.get("") {
            Ok(known) => known,
            Err(gap) => return Self { is_on, rules: Vec::new(), gap: Some(gap) },
        };
        let event = published(case);
        let candidates = known.into_iter().flat_map(|known| &known.rules).filter_map(|rule| {
            let pattern: Value = serde_json::from_str(&rule.event_pattern).ok()?;
            let matched = pattern::compare(pattern.as_object()?, &event);
            let is_about_s3 = rule.event_pattern.contains("aws.s3");
            if matched.fits.is_false() && !is_about_s3 {
                return None;
            }
            let targets = case.snapshot.rule_targets.get(&rule.name);
            let targets = targets.map(|known| known.map(|known| known.targets.as_slice()));
            let is_asked = |target: &RuleTarget| {
                case.asked.as_ref().is_some_and(|asked| asked.means(&FunctionName::parse(&target.arn)))
            };
            let leads = targets.as_ref().is_ok_and(|targets| targets.iter().copied().flatten().any(is_asked));
            let is_of_trail = rule.event_pattern.contains("AWS API Call via CloudTrail");
            Some(Candidate { rule, matched, is_of_trail, targets, leads })
        });
        Self { is_on, rules: candidates.collect(), gap: None }
    }

    /// The rule by which events of the bucket reach the function that is asked about.
    pub fn way(&self) -> Option<&'a EventRule> {
        let works = |rule: &&Candidate<'a>| {
            rule.leads && rule.is_enabled() && (rule.is_of_trail || (self.is_on && rule.may_fit()))
        };
        self.rules.iter().find(works).map(|found| found.rule)
    }
}

/// The event that the bucket publishes, as far as the question tells it.
///
/// Source: S3 user guide, "EventBridge event message structure".
fn published(case: &Case<'_>) -> Fields {
    let one = |value: &str| if value.is_empty() { Field::There } else { Field::Is(vec![value.to_owned()]) };
    let told: Option<Vec<(&str, Option<&str>)>> =
        case.wanted().map(|wanted| wanted.into_iter().filter_map(event::on_event_bridge).collect());
    // An upload where nothing is asked.
    let kind = told.as_ref().map_or(Some("Object Created"), |told| only(told.iter().map(|(kind, _)| *kind)));
    let reason = match &told {
        Some(told) if told.iter().all(|(_, reason)| reason.is_none()) => None,
        Some(told) => only(told.iter().filter_map(|(_, reason)| *reason)).map(one).or(Some(Field::There)),
        None => Some(Field::There),
    };
    let object = Fields::from([
        ("key", case.key().map_or(Field::There, one)),
        ("size", Field::Perhaps),
        ("etag", Field::Perhaps),
        ("version-id", Field::Perhaps),
        ("sequencer", Field::There),
    ]);
    let mut detail = Fields::from([
        ("version", one("0")),
        ("event-version", Field::Perhaps),
        ("bucket", Field::Of(Fields::from([("name", one(case.bucket()))]))),
        ("object", Field::Of(object)),
        ("request-id", Field::There),
        ("requester", Field::There),
        ("source-ip-address", Field::Perhaps),
        ("deletion-type", Field::Perhaps),
        ("restore-expiry-time", Field::Perhaps),
        ("source-storage-class", Field::Perhaps),
        ("destination-storage-class", Field::Perhaps),
        ("destination-access-tier", Field::Perhaps),
    ]);
    if let Some(reason) = reason {
        detail.insert("reason", reason);
    }
    Fields::from([
        ("version", one("0")),
        ("id", Field::There),
        ("detail-type", kind.map_or(Field::There, one)),
        ("source", one("aws.s3")),
        ("account", case.owner().map_or(Field::There, one)),
        ("time", Field::There),
        ("region", one(case.region())),
        ("resources", one(&case.bucket_arn())),
        ("detail", Field::Of(detail)),
    ])
}

/// The value that all have in common.
fn only<'t>(mut values: impl Iterator<Item = &'t str>) -> Option<&'t str> {
    let first = values.next()?;
    values.all(|value| value == first).then_some(first)
}

/// What EventBridge does with a target whose own policy counts; `None` for targets that take a role, or that nobody asks about.
///
/// Source: EventBridge user guide, "Using resource-based policies for Amazon EventBridge".
pub fn action_of(arn: &str) -> Option<&'static str> {
    match arn.split(':').nth(2)? {
        "lambda" => Some("lambda:InvokeFunction"),
        "sqs" => Some("sqs:SendMessage"),
        "sns" => Some("sns:Publish"),
        _ => None,
    }
}

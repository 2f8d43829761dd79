//! Who changed the bucket's notifications lately, as CloudTrail saw it.

use super::case::Case;
use crate::snapshot::events::TrailEvent;
use crate::snapshot::{Gap, time};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// The event of both calls that write notifications.
///
/// Source: S3 user guide, "Amazon S3 CloudTrail events".
pub const PUT: &str = "PutBucketNotification";

/// A change.
#[derive(Debug)]
pub struct Change<'a> {
    /// When.
    pub at: Timestamp,
    /// The event.
    pub event: &'a TrailEvent,
    /// By whom: an ARN, else the name that CloudTrail gives.
    pub who: String,
    /// What was written, as text.
    pub written: String,
}

impl<'a> Case<'a> {
    /// The changes of the last days that succeeded, the latest first.
    ///
    /// # Errors
    /// Why they are not known.
    pub fn changes(&self) -> Result<Vec<Change<'a>>, Gap> {
        let known = self.snapshot.trail_events.get(PUT)?;
        let of_bucket = |event: &&TrailEvent| event.resources.iter().any(|own| own.resource_name == self.bucket());
        let mut changes: Vec<Change<'a>> = known
            .into_iter()
            .flat_map(|known| &known.events)
            .filter(|event| of_bucket(event) || event.cloud_trail_event.contains(&format!("\"{}\"", self.bucket())))
            .filter_map(|event| {
                let whole: Value = serde_json::from_str(&event.cloud_trail_event).unwrap_or_default();
                if whole.get("errorCode").is_some() {
                    return None;
                }
                let who = whole.pointer("/userIdentity/arn").and_then(Value::as_str).unwrap_or(&event.username);
                let written = whole.get("requestParameters").map(Value::to_string).unwrap_or_default();
                Some(Change { at: time(&event.event_time)?, event, who: who.to_owned(), written })
            })
            .collect();
        changes.sort_by_key(|change| std::cmp::Reverse(change.at));
        Ok(changes)
    }

    /// The input that asks for the changes of the last days.
    pub(super) fn trail_input(&self) -> Option<Value> {
        let now = self.snapshot.now()?;
        let start = now.saturating_sub(SignedDuration::from_hours(72)).unwrap_or(now);
        Some(json!({
            "LookupAttributes": [{ "AttributeKey": "EventName", "AttributeValue": PUT }],
            "StartTime": start.to_string(), "EndTime": now.to_string(),
        }))
    }
}

impl<'a> Case<'a> {
    /// Whether nothing of the bucket leads to the function that is asked about, or to anywhere.
    pub fn lacks_entry(&self) -> bool {
        let is_readable = matches!(self.configuration, Ok(Some(_))) && self.special_kind().is_none();
        let is_bare = self.entries.is_empty() && !self.bridge.is_on;
        let is_judged = || self.entries.iter().any(|entry| self.is_judged(entry));
        is_readable && if self.asked.is_some() { !is_judged() && self.other_way().is_none() } else { is_bare }
    }

    /// The write that held the function that is asked about, or any destination, and the later one that took it away.
    ///
    /// # Errors
    /// Why the writes are not known.
    pub fn overwriting(&self) -> Result<Option<(Change<'a>, Change<'a>)>, Gap> {
        let name = self.asked.as_ref().map(|asked| format!(":function:{}", asked.name));
        let holds = |change: &Change<'_>| match &name {
            Some(name) => change.written.split(name.as_str()).skip(1).any(|rest| {
                // The name ends there: another function may begin with it.
                !rest.starts_with(|letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_')
            }),
            None => [":lambda:", ":sqs:", ":sns:"].iter().any(|service| change.written.contains(service)),
        };
        let mut after = None;
        for change in self.changes()? {
            if !holds(&change) {
                after = Some(change);
            } else {
                return Ok(after.map(|after| (change, after)));
            }
        }
        Ok(None)
    }

    /// Whether a write is known to have taken the entry away.
    pub fn is_overwritten(&self) -> bool {
        self.lacks_entry() && matches!(self.overwriting(), Ok(Some(_)))
    }
}

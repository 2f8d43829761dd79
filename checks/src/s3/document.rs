//! The notification document: what a change of it looks like, with everything that others put into it.
//!
//! Source: S3 API reference, `PutBucketNotificationConfiguration`: the call replaces the whole document, and S3 checks every destination.

use super::case::Case;
use super::entry::{Entry, Kind};
use crate::fix::{Aws, Fix, FixClass};
use crate::snapshot::{Outcome, operations as op};
use serde_json::{Map, Value, json};

/// The members that are the document; answers may hold more.
const MEMBERS: [&str; 4] =
    ["TopicConfigurations", "QueueConfigurations", "LambdaFunctionConfigurations", "EventBridgeConfiguration"];

impl Case<'_> {
    /// The present document as the answer holds it.
    pub fn document(&self) -> Value {
        let own = self.snapshot.reads().iter().rev().find_map(|read| match &read.outcome {
            Outcome::Output(output)
                if read.is_of(op::GET_BUCKET_NOTIFICATION_CONFIGURATION)
                    && read.parameters.get("Bucket").and_then(Value::as_str).is_none_or(|own| own == self.bucket()) =>
            {
                Some(output)
            }
            _ => None,
        });
        let kept = MEMBERS.iter().filter_map(|member| {
            let value = own?.get(member)?;
            let is_there = !value.is_null() && value.as_array().is_none_or(|list| !list.is_empty());
            is_there.then(|| ((*member).to_owned(), value.clone()))
        });
        Value::Object(kept.collect::<Map<String, Value>>())
    }

    /// The present document with one entry changed.
    pub fn with_entry(&self, entry: &Entry<'_>, change: impl FnOnce(&mut Value)) -> Value {
        let mut document = self.document();
        if let Some(own) = document.get_mut(entry.kind.member()).and_then(|list| list.get_mut(entry.at)) {
            change(own);
        }
        document
    }

    /// The present document with one more entry for a function.
    pub fn with_new(&self, arn: &str, events: &Value, filter: &[(&str, String)]) -> Value {
        let mut entry = json!({ "LambdaFunctionArn": arn, "Events": events });
        if let (Some(members), false) = (entry.as_object_mut(), filter.is_empty()) {
            let rules: Vec<Value> =
                filter.iter().map(|(name, value)| json!({ "Name": name, "Value": value })).collect();
            members.insert("Filter".to_owned(), json!({ "Key": { "FilterRules": rules } }));
        }
        let mut document = self.document();
        if let Some(members) = document.as_object_mut() {
            let list = members.entry(Kind::Function.member()).or_insert_with(|| json!([]));
            if let Some(list) = list.as_array_mut() {
                list.push(entry);
            }
        }
        document
    }

    /// The present document without some entries.
    pub fn without(&self, entries: &[&Entry<'_>]) -> Value {
        let mut document = self.document();
        for kind in [Kind::Function, Kind::Queue, Kind::Topic] {
            let gone: Vec<usize> = entries.iter().filter(|entry| entry.kind == kind).map(|entry| entry.at).collect();
            let Some(list) = document.get_mut(kind.member()).and_then(Value::as_array_mut) else { continue };
            let mut at = 0_usize;
            list.retain(|_| {
                let is_kept = !gone.contains(&at);
                at = at.saturating_add(1);
                is_kept
            });
        }
        document
    }

    /// The command that writes a document, on the condition that the bucket is still the owner's.
    pub fn put(&self, document: &Value) -> Aws {
        let command = Aws::new("s3api", "put-bucket-notification-configuration", self.region());
        let command = command.arg("bucket", self.bucket()).json("notification-configuration", document);
        match self.owner() {
            Some(owner) => command.arg("expected-bucket-owner", owner),
            None => command,
        }
    }

    /// A fix that writes a changed document, and the present one to take it back.
    pub fn rewrite(&self, summary: impl Into<String>, document: &Value) -> Fix {
        Fix::new(FixClass::A, summary).run(self.put(document)).undo(self.put(&self.document()))
    }
}

/// Sets the value of a filter of an entry; an empty value takes the filter away.
pub fn set_filter(entry: &mut Value, name: &str, value: &str) {
    let rules = entry.pointer_mut("/Filter/Key/FilterRules").and_then(Value::as_array_mut);
    let Some(rules) = rules else { return };
    let is_own =
        |rule: &Value| rule.get("Name").and_then(Value::as_str).is_some_and(|own| own.eq_ignore_ascii_case(name));
    if value.is_empty() {
        rules.retain(|rule| !is_own(rule));
    } else if let Some(rule) = rules.iter_mut().find(|rule| is_own(rule))
        && let Some(members) = rule.as_object_mut()
    {
        members.insert("Value".to_owned(), json!(value));
    }
    if entry.pointer("/Filter/Key/FilterRules").and_then(Value::as_array).is_some_and(Vec::is_empty)
        && let Some(members) = entry.as_object_mut()
    {
        members.remove("Filter");
    }
}

/// An entry that would be new.
#[derive(Debug)]
pub struct NewEntry {
    /// The function.
    pub arn: String,
    /// Its events.
    pub events: Vec<String>,
}

impl<'a> Case<'a> {
    /// The entry that the function that is asked about lacks: for the event that is asked about, else for every upload.
    pub fn new_entry(&self) -> Option<NewEntry> {
        let asked = self.asked.as_ref().filter(|asked| !asked.account.is_empty())?;
        let event = self.question.event.as_deref().map(super::event::normal);
        Some(NewEntry {
            arn: asked.to_string(),
            events: vec![event.unwrap_or_else(|| "s3:ObjectCreated:*".to_owned())],
        })
    }

    /// The entries beside which a new one cannot stand: they report the same event of the same keys.
    pub fn in_the_way(&self, new: &NewEntry) -> Vec<&Entry<'a>> {
        let own = Entry {
            kind: Kind::Function,
            at: 0,
            id: "",
            arn: &new.arn,
            events: &new.events,
            filter: super::filter::Filter { prefix: "", suffix: "" },
        };
        self.entries.iter().filter(|entry| entry.overlaps(&own)).collect()
    }

    /// The fix that adds the entry that is missing, with the permission that S3 asks for before it takes it.
    pub fn add_entry(&self, new: &NewEntry) -> Fix {
        let called =
            super::Called { function: super::FunctionName::parse(&new.arn), arn: new.arn.clone(), entry: None };
        let document = self.with_new(&new.arn, &json!(new.events), &[]);
        let label = called.label();
        let mut fix = self.rewrite(format!("add an entry for function `{label}` and keep every other one"), &document);
        if !self.faults(&called).is_ok_and(|faults| faults.is_empty()) {
            let permit = self.permit(&called);
            fix.commands = permit.commands.into_iter().chain(fix.commands).collect();
            fix.rollback.extend(permit.rollback);
        }
        fix
    }

    /// The fix where a plain new entry would be refused.
    pub fn share_event(&self, others: &[&Entry<'_>]) -> Fix {
        let names: Vec<String> = others.iter().map(|entry| entry.label()).collect();
        let summary = format!(
            "give the entries filters that no key passes both of, or let one entry ({}) send to a topic or EventBridge that serves every \
             reader; this shows the present document",
            names.join(", ")
        );
        let show = Aws::new("s3api", "get-bucket-notification-configuration", self.region());
        Fix::new(FixClass::M, summary).run(show.arg("bucket", self.bucket()))
    }
}

//! One bucket under diagnosis: its facts, and what several rules need of them, worked out once.

use super::bridge::Bridge;
use super::entry::{self, Entry, Kind};
use super::event;
use super::function::FunctionName;
use crate::finding::Judgement;
use crate::rule::Symptom;
use crate::snapshot::lambda::{EventSourceMapping, FunctionConfiguration};
use crate::snapshot::s3::NotificationConfiguration;
use crate::snapshot::{Gap, Observed, Outcome, Snapshot, operations as op};
use serde_json::Value;

/// The symptom "an S3 event does not reach its destination".
pub enum S3 {}

impl Symptom for S3 {
    type Case<'a> = Case<'a>;
}

/// What is asked: a bucket, and what is to happen at which event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Name of the bucket.
    pub bucket: String,
    /// The function that is to be called: name, partial or whole ARN, with a version or alias behind a colon where one is meant.
    pub function: Option<String>,
    /// The event, such as `s3:ObjectCreated:Put`.
    pub event: Option<String>,
    /// The key of the object.
    pub key: Option<String>,
}

/// What was found of it, with everything its rules look at.
pub struct Case<'a> {
    /// All facts.
    pub snapshot: &'a Snapshot,
    /// What is asked.
    pub question: &'a Question,
    /// What the bucket notifies of its events.
    pub configuration: Observed<&'a NotificationConfiguration>,
    /// Every entry of it.
    pub entries: Vec<Entry<'a>>,
    /// The function that is asked about.
    pub asked: Option<FunctionName>,
    /// Rules of EventBridge that the bucket's events meet.
    pub bridge: Bridge<'a>,
}

/// A function that S3 is to call.
#[derive(Debug, Clone)]
pub struct Called<'a> {
    /// The function.
    pub function: FunctionName,
    /// Its ARN as the entry names it, with version or alias.
    pub arn: String,
    /// The entry; none for a function that is asked about and has none.
    pub entry: Option<Entry<'a>>,
}

impl Called<'_> {
    /// How it is called in findings: its name, with version or alias.
    pub fn label(&self) -> String {
        match &self.function.qualifier {
            Some(qualifier) => format!("{}:{qualifier}", self.function.name),
            None => self.function.name.clone(),
        }
    }
}

impl<'a> Case<'a> {
    /// Prepares the case of a bucket.
    pub fn new(snapshot: &'a Snapshot, question: &'a Question) -> Self {
        let configuration = snapshot.notifications.get(&question.bucket);
        let entries = configuration.as_ref().ok().copied().flatten().map(entry::all).unwrap_or_default();
        let mut case = Self { snapshot, question, configuration, entries, asked: None, bridge: Bridge::default() };
        if case.special_kind().is_some() {
            case.configuration = Ok(None);
            case.entries.clear();
        }
        let asked = question.function.as_deref().map(FunctionName::parse);
        case.asked = asked.map(|asked| asked.at(case.partition(), case.region(), case.account()));
        case.bridge = Bridge::of(&case);
        case
    }

    /// Name of the bucket.
    pub fn bucket(&self) -> &'a str {
        &self.question.bucket
    }

    /// ARN of the bucket.
    pub fn bucket_arn(&self) -> String {
        format!("arn:{}:s3:::{}", self.partition(), self.bucket())
    }

    /// The account that reads; empty when nothing tells it.
    pub fn account(&self) -> &'a str {
        let caller = self.snapshot.caller_identity.get("").ok().flatten().map(|caller| caller.account.as_str());
        caller.unwrap_or(&self.snapshot.header.account)
    }

    /// Region of the run, which is that of the bucket; empty when nothing tells it.
    pub fn region(&self) -> &'a str {
        &self.snapshot.header.region
    }

    /// Partition of the account.
    pub fn partition(&self) -> &'a str {
        if self.snapshot.header.partition.is_empty() { "aws" } else { &self.snapshot.header.partition }
    }

    /// Region of the bucket.
    ///
    /// # Errors
    /// Why it is not known.
    pub fn bucket_region(&self) -> Observed<&'a str> {
        let told = self.snapshot.bucket_locations.get(self.bucket())?;
        Ok(told.map(|told| match told.location_constraint.as_str() {
            "" => "us-east-1",
            "EU" => "eu-west-1",
            region => region,
        }))
    }

    /// The account that owns the bucket: the reader's, unless S3 says otherwise of it.
    ///
    /// Source: S3 user guide, "Verifying bucket ownership with bucket owner condition".
    pub fn owner(&self) -> Option<&'a str> {
        let account = self.account();
        (!account.is_empty() && !self.is_of_another_account()).then_some(account)
    }

    /// Whether S3 refuses a look at the bucket on the condition that the reader's account owns it, and not without the condition.
    pub fn is_of_another_account(&self) -> bool {
        let of_bucket = |condition: bool, refused: bool| {
            self.snapshot.reads().iter().any(|read| {
                read.is_of(op::GET_BUCKET_LOCATION)
                    && read.parameters.get("Bucket").and_then(Value::as_str) == Some(self.bucket())
                    && read.parameters.contains_key("ExpectedBucketOwner") == condition
                    && matches!(read.outcome, Outcome::Error { .. }) == refused
            })
        };
        of_bucket(true, true) && of_bucket(false, false)
    }

    /// What kind of bucket it is that has no such notifications; `None` for a general purpose bucket.
    pub fn special_kind(&self) -> Option<&'static str> {
        let bucket = self.bucket();
        if bucket.ends_with("--x-s3") {
            Some("directory bucket")
        } else if bucket.contains(":s3-outposts:") || bucket.ends_with("--op-s3") {
            Some("bucket on Outposts")
        } else if bucket.ends_with("-s3alias") || bucket.contains(":accesspoint/") {
            Some("access point")
        } else {
            None
        }
    }

    /// The types of event that are asked about; `None` where none is.
    pub fn wanted(&self) -> Option<Vec<&'static str>> {
        self.question.event.as_deref().map(|asked| event::types(&event::normal(asked)))
    }

    /// The key that is asked about.
    pub fn key(&self) -> Option<&'a str> {
        self.question.key.as_deref()
    }

    /// Whether an entry reports an event that is asked about, or any where none is, of the key that is asked about.
    pub fn takes(&self, entry: &Entry<'_>) -> bool {
        let covers = self.wanted().is_none_or(|wanted| wanted.iter().any(|event| entry.covers(event)));
        covers && self.key().is_none_or(|key| entry.takes_key(key))
    }

    /// The entries that are asked about: every one of the bucket, or those that lead to the function.
    ///
    /// # Errors
    /// Why the entries are not known.
    pub fn judged(&self) -> Result<Vec<&Entry<'a>>, Gap> {
        self.configuration.clone()?;
        Ok(self.entries.iter().filter(|entry| self.is_judged(entry)).collect())
    }

    /// Whether an entry is asked about.
    pub fn is_judged(&self, entry: &Entry<'_>) -> bool {
        let Some(asked) = &self.asked else { return true };
        match entry.kind {
            Kind::Function => asked.means(&FunctionName::parse(entry.arn)),
            Kind::Queue => self.mappings(entry).is_ok_and(|mappings| !mappings.is_empty()),
            Kind::Topic => false,
        }
    }

    /// The mappings that lead from the queue of an entry to the function that is asked about, or to any where none is.
    ///
    /// # Errors
    /// Why they are not known.
    pub fn mappings(&self, entry: &Entry<'_>) -> Result<Vec<&'a EventSourceMapping>, Gap> {
        let known = self.snapshot.event_source_mappings.get(entry.arn)?;
        let leads = |mapping: &&EventSourceMapping| {
            mapping.event_source_arn == entry.arn
                && self.asked.as_ref().is_none_or(|asked| asked.means(&FunctionName::parse(&mapping.function_arn)))
        };
        Ok(known.into_iter().flat_map(|known| &known.event_source_mappings).filter(leads).collect())
    }

    /// The functions that S3 itself is to call: those of the entries that are asked about, or the function that is asked about where
    /// nobody here may see the entries.
    ///
    /// # Errors
    /// Why they are not known.
    pub fn called(&self) -> Result<Vec<Called<'a>>, Gap> {
        // A bucket that nobody here may look into leaves the function to be looked at.
        let judged = match self.judged() {
            Ok(judged) => judged,
            Err(gap) if self.asked.is_none() => return Err(gap),
            Err(_) => Vec::new(),
        };
        let mut called: Vec<Called<'a>> = Vec::new();
        for entry in judged.into_iter().filter(|entry| entry.kind == Kind::Function) {
            if !called.iter().any(|known| known.arn == entry.arn) {
                let function = FunctionName::parse(entry.arn);
                called.push(Called { function, arn: entry.arn.to_owned(), entry: Some(*entry) });
            }
        }
        // Which version or alias an entry would name is not known, and its policy is another one for each.
        if let Some(asked) = self.asked.as_ref().filter(|asked| called.is_empty() && !asked.account.is_empty())
            && self.configuration.is_err()
        {
            called.push(Called { function: asked.clone(), arn: asked.to_string(), entry: None });
        }
        Ok(called)
    }

    /// The functions whose own state counts: those that S3 calls, or else the one that is asked about, whatever calls it.
    pub fn functions(&self) -> Vec<Called<'a>> {
        let mut functions = self.called().unwrap_or_default();
        if let Some(asked) = self.asked.as_ref().filter(|asked| functions.is_empty() && !asked.account.is_empty())
            && self.special_kind().is_none()
        {
            functions.push(Called { function: asked.clone(), arn: asked.to_string(), entry: None });
        }
        functions
    }

    /// Another way than S3's own call on which events reach the function that is asked about: by a queue, or by EventBridge.
    pub fn other_way(&self) -> Option<String> {
        self.asked.as_ref()?;
        let by_queue = self.entries.iter().find(|entry| entry.kind == Kind::Queue && self.is_judged(entry));
        let by_queue = by_queue.map(|entry| format!("queue `{}`", entry.destination()));
        by_queue.or_else(|| self.bridge.way().map(|rule| format!("EventBridge rule `{}`", rule.name)))
    }

    /// Why it is not known whether there is another way: by queues and rules that could not be read.
    ///
    /// Rules that nobody asked for are no way where the bucket sends nothing to EventBridge.
    pub fn unknown_ways(&self) -> Vec<Gap> {
        if !matches!(self.configuration, Ok(Some(_))) {
            return Vec::new();
        }
        let queues = self.entries.iter().filter(|entry| entry.kind == Kind::Queue);
        let mut open: Vec<Gap> = queues.filter_map(|entry| self.mappings(entry).err()).collect();
        let is_idle = |gap: &&Gap| !self.bridge.is_on && matches!(gap, Gap::NotAsked { .. });
        open.extend(self.bridge.gap.iter().filter(|gap| !is_idle(gap)).cloned());
        let targets =
            self.bridge.rules.iter().filter(|rule| rule.may_fit()).filter_map(|rule| rule.targets.as_ref().err());
        open.extend(targets.filter(|gap| !is_idle(gap)).cloned());
        open.sort();
        open.dedup();
        open
    }

    /// The function as Lambda shows it.
    ///
    /// # Errors
    /// Why it is not known.
    pub fn function(&self, called: &Called<'_>) -> Observed<&'a FunctionConfiguration> {
        if self.is_foreign(&called.function.account) {
            let (name, account) = (&called.function.name, &called.function.account);
            return Err(Gap::opaque(format!("function `{name}` of account `{account}`")));
        }
        self.snapshot.functions.get(&called.arn)
    }

    /// Whether an account is known to be another one than the reader's.
    pub fn is_foreign(&self, account: &str) -> bool {
        !account.is_empty() && !self.account().is_empty() && account != self.account()
    }

    /// Whether the function that is asked about needs a change of the bucket's entries to be called.
    pub fn needs_put(&self) -> bool {
        self.asked.is_some()
            && matches!(self.configuration, Ok(Some(_)))
            && self.other_way().is_none()
            && self.unknown_ways().is_empty()
            && !self.entries.iter().any(|entry| self.is_judged(entry) && self.takes(entry))
    }

    /// The entries that are asked about and report the event, where none of them reports the key that is asked about.
    ///
    /// # Errors
    /// Why the entries are not known.
    pub fn missing_key(&self) -> Result<Vec<(&Entry<'a>, &'a str)>, Gap> {
        let judged = self.judged()?;
        let Some(key) = self.key() else { return Ok(Vec::new()) };
        if judged.iter().any(|entry| self.takes(entry)) || (self.asked.is_none() && self.bridge_takes()) {
            return Ok(Vec::new());
        }
        let wanted = self.wanted();
        let covers =
            |entry: &&Entry<'_>| wanted.as_ref().is_none_or(|wanted| wanted.iter().any(|event| entry.covers(event)));
        Ok(judged.into_iter().filter(covers).map(|entry| (entry, key)).collect())
    }

    /// Whether a rule of EventBridge takes the event. Some types are reported by entries only.
    pub fn bridge_takes(&self) -> bool {
        let wanted = self.wanted().unwrap_or_default();
        if wanted.iter().any(|event| event::on_event_bridge(event).is_none()) {
            return false;
        }
        let takes = |rule: &super::bridge::Candidate<'_>| rule.is_enabled() && rule.may_fit();
        self.bridge.is_on && self.bridge.rules.iter().any(takes)
    }

    /// Why no entry is looked at.
    pub fn no_entry(&self) -> Judgement {
        match (self.special_kind(), &self.asked, self.bridge.is_on) {
            (Some(_), ..) => Judgement::follows_from("s3/directory-or-outposts-bucket"),
            (None, None, true) => Judgement::not_applicable("the bucket sends its events to EventBridge alone"),
            _ => match self.other_way() {
                Some(way) => Judgement::not_applicable(format!("events reach the function by {way}")),
                None => Judgement::follows_from("s3/no-notification-for-function"),
            },
        }
    }
}

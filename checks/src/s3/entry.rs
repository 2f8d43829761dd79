//! One entry of a bucket's notifications.

use super::event;
use super::filter::{self, Filter};
use crate::evidence::Evidence;
use crate::finding::Finding;
use crate::snapshot::operations as op;
use crate::snapshot::s3::{EntryFilter, NotificationConfiguration};
use serde_json::{Value, json};

/// What an entry sends its events to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A function.
    Function,
    /// A queue.
    Queue,
    /// A topic.
    Topic,
}

impl Kind {
    /// The member of the configuration that holds its entries.
    pub fn member(self) -> &'static str {
        match self {
            Self::Function => "LambdaFunctionConfigurations",
            Self::Queue => "QueueConfigurations",
            Self::Topic => "TopicConfigurations",
        }
    }

    /// The member of an entry that names the destination.
    pub fn arn_member(self) -> &'static str {
        match self {
            Self::Function => "LambdaFunctionArn",
            Self::Queue => "QueueArn",
            Self::Topic => "TopicArn",
        }
    }

    /// In words.
    pub fn word(self) -> &'static str {
        match self {
            Self::Function => "function",
            Self::Queue => "queue",
            Self::Topic => "topic",
        }
    }

    /// The kind of resource in findings.
    pub fn component(self) -> &'static str {
        match self {
            Self::Function => "lambda-function",
            Self::Queue => "sqs-queue",
            Self::Topic => "sns-topic",
        }
    }
}

/// An entry: which events of which keys go to which destination.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Entry<'a> {
    /// What the destination is.
    pub kind: Kind,
    /// Its place among the entries of its kind.
    pub at: usize,
    /// Its name.
    pub id: &'a str,
    /// The destination.
    pub arn: &'a str,
    /// Its events.
    pub events: &'a [String],
    /// Its filter.
    pub filter: Filter<'a>,
}

/// Every entry of a configuration.
pub fn all(configuration: &NotificationConfiguration) -> Vec<Entry<'_>> {
    let functions = configuration.lambda_function_configurations.iter().enumerate().map(|(at, own)| Entry {
        kind: Kind::Function,
        at,
        id: &own.id,
        arn: &own.lambda_function_arn,
        events: &own.events,
        filter: of(own.filter.as_ref()),
    });
    let queues = configuration.queue_configurations.iter().enumerate().map(|(at, own)| Entry {
        kind: Kind::Queue,
        at,
        id: &own.id,
        arn: &own.queue_arn,
        events: &own.events,
        filter: of(own.filter.as_ref()),
    });
    let topics = configuration.topic_configurations.iter().enumerate().map(|(at, own)| Entry {
        kind: Kind::Topic,
        at,
        id: &own.id,
        arn: &own.topic_arn,
        events: &own.events,
        filter: of(own.filter.as_ref()),
    });
    functions.chain(queues).chain(topics).collect()
}

fn of(filter: Option<&EntryFilter>) -> Filter<'_> {
    let rules =
        filter.and_then(|filter| filter.key.as_ref()).map(|key| key.filter_rules.as_slice()).unwrap_or_default();
    let value = |name: &str| {
        let rule = rules.iter().find(|rule| rule.name.eq_ignore_ascii_case(name));
        rule.map_or("", |rule| rule.value.as_str())
    };
    Filter { prefix: value("prefix"), suffix: value("suffix") }
}

impl<'a> Entry<'a> {
    /// Whether it reports an event of this type.
    pub fn covers(&self, event: &str) -> bool {
        self.events.iter().any(|listed| event::covers(listed, event))
    }

    /// Whether it reports events of this key.
    pub fn takes_key(&self, key: &str) -> bool {
        filter::begins(key, self.filter.prefix) && filter::ends(key, self.filter.suffix)
    }

    /// Whether one event would be reported by both, which S3 does not accept.
    pub fn overlaps(&self, other: &Entry<'_>) -> bool {
        let share = self.events.iter().any(|own| other.events.iter().any(|others| event::overlap(own, others)));
        share && self.filter.overlaps(other.filter)
    }

    /// How it is called: its name, or else its place.
    pub fn label(&self) -> String {
        match self.id {
            "" => format!("{}[{}]", self.kind.member(), self.at),
            id => id.to_owned(),
        }
    }

    /// The name of the destination: the last part of its ARN, with the version or alias of a function.
    pub fn destination(&self) -> &'a str {
        match self.kind {
            Kind::Function => self.arn.split_once(":function:").map_or(self.arn, |(_, name)| name),
            Kind::Queue | Kind::Topic => self.arn.rsplit(':').next().unwrap_or(self.arn),
        }
    }

    /// The destination in words: "function `thumbs`".
    pub fn whither(&self) -> String {
        format!("{} `{}`", self.kind.word(), self.destination())
    }

    /// A member of the entry as proof.
    pub fn proof(&self, bucket: &str, member: &str, value: impl Into<Value>) -> Evidence {
        let field = format!("{}[{}].{member}", self.kind.member(), self.at);
        Evidence::new(op::GET_BUCKET_NOTIFICATION_CONFIGURATION, bucket, field, value)
    }

    /// Its destination as proof.
    pub fn proof_of_destination(&self, bucket: &str) -> Evidence {
        self.proof(bucket, self.kind.arn_member(), self.arn)
    }

    /// Its events as proof.
    pub fn proof_of_events(&self, bucket: &str) -> Evidence {
        self.proof(bucket, "Events", json!(self.events))
    }

    /// A value of its filter as proof.
    pub fn proof_of_filter(&self, bucket: &str, name: &str, value: &str) -> Evidence {
        self.proof(bucket, "Filter.Key.FilterRules", json!([{ "Name": name, "Value": value }]))
    }

    /// A finding about it.
    pub fn finding(&self, bucket: &str, detail: impl Into<String>) -> Finding {
        Finding::new(detail).about("s3-bucket", bucket).about(self.kind.component(), self.arn)
    }
}

//! What is known of one account and Region: the reads that were made, and typed facts made from them.

mod answers;
mod asked;
pub mod autoscaling;
pub mod dns;
mod document;
pub mod ec2;
pub mod ecs;
pub mod events;
pub mod flow_logs;
mod folder;
pub mod iam;
mod kinds;
pub mod kms;
pub mod lambda;
pub mod local;
mod locate;
pub mod metrics;
mod observed;
pub mod operations;
pub mod organizations;
mod read;
pub mod resolver;
pub mod resource_policies;
mod round;
pub mod s3;
mod shape;
pub mod ssm;
pub mod sts;
mod table;
mod text;
pub mod user_data;

pub use answers::{Answers, Reply};
pub use document::{DocumentError, SCHEMA};
pub use folder::{FileFacts, facts_of_file};
pub use kinds::{Facts, PrefixListEntries, TransitGatewayPropagations, TransitGatewayRoutes};
pub use observed::{Gap, Observed};
pub use read::{Operation, Outcome, Read, Recorded, is_denied, is_not_found};
pub use round::Round;
pub use shape::ShapeError;
pub use table::{Kept, Resource, Table};

use jiff::Timestamp;

/// Whose facts these are, and when they were taken.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Header {
    /// Account, 12 digits; empty when nothing tells it.
    pub account: String,
    /// Region, such as `eu-west-1`; empty when nothing tells it.
    pub region: String,
    /// `aws`, `aws-cn`, `aws-us-gov`, …
    pub partition: String,
    /// When the facts were collected, RFC 3339: the "now" of every verdict.
    pub collected_at: String,
}

/// The facts of one account and Region.
///
/// Every look-up answers *known*, *absent* or *why not known* (see [`Observed`]).
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    /// Whose facts these are.
    pub header: Header,
    reads: Vec<Recorded>,
    asked: asked::Asked,
    facts: Facts,
}

impl Snapshot {
    /// An empty snapshot: nothing has been asked yet.
    pub fn new(header: Header) -> Self {
        Self { header, ..Self::default() }
    }

    /// Takes over a read.
    ///
    /// # Errors
    /// The answer does not have the shape of its operation; the snapshot is then unchanged.
    pub fn record(&mut self, read: Recorded) -> Result<(), ShapeError> {
        self.facts.ingest(&read, self.reads.len())?;
        let gap = read.why_empty();
        self.asked.note(self.reads.len(), &read, gap);
        self.reads.push(read);
        Ok(())
    }

    /// Every read, in the order it was recorded.
    pub fn reads(&self) -> &[Recorded] {
        &self.reads
    }

    /// Whether this very read was made, whatever came of it.
    pub fn has_asked(&self, read: &Read) -> bool {
        let known = self.asked.like(read).iter().filter_map(|at| self.reads.get(*at));
        known.into_iter().any(|known| known.parameters == read.parameters)
    }

    /// Why an operation gave nothing at all: it was asked, and every time refused or failed.
    pub fn refusal(&self, operation: Operation) -> Option<Gap> {
        self.asked.refusal(operation).map(|gap| gap.clone().of(operation.action))
    }

    /// The instant of the verdict: when the facts were collected.
    pub fn now(&self) -> Option<Timestamp> {
        time(&self.header.collected_at)
    }
}

/// Gives the facts by kind: `snapshot.subnets.get(id)`.
impl std::ops::Deref for Snapshot {
    type Target = Facts;

    fn deref(&self) -> &Facts {
        &self.facts
    }
}

/// A time as AWS answers carry it: RFC 3339, with a blank for the `T` in older recordings, or seconds since 1970.
pub fn time(text: &str) -> Option<Timestamp> {
    if let Ok(at) = text.parse() {
        return Some(at);
    }
    if let Ok(at) = text.replacen(' ', "T", 1).parse() {
        return Some(at);
    }
    let seconds: f64 = text.parse().ok()?;
    Timestamp::from_millisecond((seconds * 1000.0) as i64).ok()
}

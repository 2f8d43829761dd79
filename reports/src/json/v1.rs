//! Schema 1 of the report.
//!
//! These structs are the format: fields may be added, none is renamed or dropped. Lists are always there, empty or not; a value that
//! is not known or does not exist is left out. Reading back skips fields that a newer tool added.

mod decision;
mod of;
mod path;

pub(super) use path::word;

use crate::escape;
use checks::report;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Name and number of the schema.
pub const SCHEMA: &str = "aws-triage.report/1";

/// Writes a report as one pretty-printed document that ends with a line feed.
pub(crate) fn render(report: &report::Report, tool_version: &str) -> String {
    // Writing to memory what has only strings as keys cannot fail.
    let text = serde_json::to_string_pretty(&Report::of(report, tool_version)).unwrap_or_default();
    let mut text = escape::json(&text);
    text.push('\n');
    text
}

/// The document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// [`SCHEMA`].
    pub schema: String,
    /// What wrote it.
    pub tool: Tool,
    /// Such as `ssm`.
    pub command: String,
    /// RFC 3339.
    pub started_at: String,
    /// RFC 3339.
    pub finished_at: String,
    /// Account id of twelve digits.
    pub account: String,
    /// Such as `eu-west-1`.
    pub region: String,
    /// Such as `aws` or `aws-cn`.
    pub partition: String,
    /// One entry for each subject, in the order of the command line.
    pub subjects: Vec<Diagnosis>,
    /// The reads behind it.
    pub calls: Calls,
    /// Subjects that could not be diagnosed at all.
    #[serde(default)]
    pub errors: Vec<SubjectError>,
}

/// A subject without a diagnosis.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SubjectError {
    /// As it was given.
    pub subject: String,
    /// Why, as a sentence.
    pub message: String,
}

/// The tool that wrote a report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tool {
    /// `aws-triage`.
    pub name: String,
    /// Such as `0.1.0`.
    pub version: String,
}

/// The answer about one subject.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Diagnosis {
    /// What was diagnosed.
    pub subject: Subject,
    /// `healthy`, `broken`, `degraded` or `inconclusive`.
    pub verdict: String,
    /// The conclusion in one sentence.
    pub summary: String,
    /// Worst first, then in the order in which a packet or a call meets them.
    pub findings: Vec<Finding>,
    /// Every rule of the symptom once.
    pub checks: Vec<Check>,
    /// For a path: the components on the way there, of the way that decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forward_path: Option<Vec<Hop>>,
    /// For a path: the components on the way back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_path: Option<Vec<Hop>>,
    /// For a path between ends of several places: every way.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ways: Vec<Way>,
    /// For a request: the decision with what every layer says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<Decision>,
}

/// The decision on a request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Decision {
    /// `Allowed`, `ExplicitlyDenied`, `ImplicitlyDenied` or `Unknown`.
    pub result: String,
    /// Every layer, those without a part in the request among them.
    pub layers: Vec<LayerDecision>,
    /// Facts that keep it open.
    pub missing: Vec<String>,
    /// What it takes for granted.
    pub assumptions: Vec<String>,
    /// Allow statements that failed on one element, the closest first.
    pub near_misses: Vec<NearMiss>,
}

/// What a layer says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LayerDecision {
    /// `identity`, `resource`, `trust`, `boundary`, `session`, `service-control`, `resource-control` or `endpoint`.
    pub layer: String,
    /// For policies of an organization: 0 for the root, and so on down to the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<usize>,
    /// `allows`, `explicit-deny`, `implicit-deny`, `no-impact`, `unknown`, `assumed` or `not-applicable`.
    pub effect: String,
    /// The policy that decided, or that may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// Position of the statement in it, from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statement: Option<usize>,
    /// Its `Sid`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    /// The line on which it begins, from 1, where the document was read as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
}

/// An Allow statement that failed on one element.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NearMiss {
    /// Its layer.
    pub layer: String,
    /// Its policy.
    pub policy: String,
    /// Position of the statement, from 0.
    pub statement: usize,
    /// Its `Sid`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    /// The line on which it begins, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// The element, such as `Resource` or `Condition.StringEquals.aws:SourceVpce`.
    pub element: String,
    /// What the policy has there.
    pub expected: Vec<String>,
    /// What the request has; empty where it does not carry the key.
    pub actual: Vec<String>,
}

/// A way between two ends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Way {
    /// The place where it starts.
    pub from: String,
    /// The place where it ends.
    pub to: String,
    /// `ipv4` or `ipv6`.
    pub family: String,
    /// `reachable`, `blocked`, `degraded` or `unknown`.
    pub verdict: String,
    /// The components on the way there.
    pub forward_path: Vec<Hop>,
    /// The components on the way back.
    pub return_path: Vec<Hop>,
}

/// A component on the way, with the packets as they leave it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Hop {
    /// Id of the component.
    pub component: String,
    /// Its kind.
    pub kind: String,
    /// `passed`, `blocked`, `degraded` or `unknown`.
    pub verdict: String,
    /// The line that decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Explanation code of VPC Reachability Analyzer, where something is stopped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The packets: as they leave it, or as they arrived where none left.
    pub header: Header,
}

/// A set of packets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Header {
    /// `tcp`, `udp`, `icmp`, `icmpv6` or a number as text.
    pub protocol: String,
    /// Blocks and single addresses; `internet` for every address there.
    pub source: Vec<String>,
    /// Blocks and single addresses; `internet` for every address there.
    pub destination: Vec<String>,
    /// Destination ports, `443` or `1024-65535`; empty for protocols without ports.
    pub ports: Vec<String>,
}

/// What was diagnosed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Subject {
    /// Such as `ec2-instance`.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// Its `Name` tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// A cause, or a question that could not be answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// Rule id.
    pub rule: String,
    /// `blocker`, `degraded`, `advice` or `cannot-tell`.
    pub severity: String,
    /// The fault in a few words.
    pub title: String,
    /// What is wrong, with names and numbers.
    pub detail: String,
    /// What it is about.
    pub resources: Vec<Component>,
    /// The fields that prove it.
    pub evidence: Vec<Evidence>,
    /// Explanation code of VPC Reachability Analyzer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reachability_code: Option<String>,
    /// The way of the traffic up to the fault.
    pub path: Vec<Step>,
    /// How to mend it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix: Option<Fix>,
    /// IAM actions, or facts in words, that would answer the question.
    pub missing: Vec<String>,
}

/// A resource.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Component {
    /// In kebab-case, such as `security-group`.
    pub kind: String,
    /// Id, name or ARN.
    pub id: String,
}

/// A field of an answer of AWS.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Evidence {
    /// The IAM action of the call.
    pub source: String,
    /// Id or name of the resource.
    pub resource: String,
    /// Member of the answer, such as `Routes[1].State`.
    pub field: String,
    /// Its value; `null` where the member is absent.
    pub value: Value,
}

/// A component on the way, and what it does with the traffic.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// Id of the component.
    pub component: String,
    /// Its kind.
    pub kind: String,
    /// `passed`, `blocked`, `degraded` or `unknown`.
    pub verdict: String,
    /// What decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

/// How to mend a fault.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Fix {
    /// `A` reversible, `B` costs money, `C` restarts, `D` stops, `M` belongs to a person, `-` nothing to change.
    pub class: String,
    /// What changes.
    pub summary: String,
    /// Commands for a POSIX shell.
    pub commands: Vec<String>,
    /// Commands that take it back.
    pub rollback: Vec<String>,
    /// API calls of the repair plan.
    pub changes: Vec<Value>,
}

/// A rule and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Check {
    /// Rule id.
    pub rule: String,
    /// `pass`, `fail`, `cannot-tell` or `not-applicable`.
    pub status: String,
    /// Why.
    pub reason: String,
}

/// The reads behind a report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Calls {
    /// How many.
    pub count: usize,
    /// Which were refused.
    pub denied: Vec<Denied>,
}

/// A refused read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Denied {
    /// The missing IAM action.
    pub action: String,
    /// Rules that could not be judged without it.
    pub rules: Vec<String>,
}

#[cfg(test)]
mod tests;

//! What CloudWatch counted of a function in the last day.
//!
//! Source: Lambda developer guide, "Types of metrics for Lambda functions".

use super::case::Case;
use crate::evidence::Evidence;
use crate::snapshot::{Gap, operations as op};
use jiff::SignedDuration;
use serde_json::{Value, json};

/// Calls of a function.
pub const INVOCATIONS: &str = "Invocations";
/// Calls that ended in an error of the code or of the runtime.
pub const ERRORS: &str = "Errors";
/// Calls that were turned away for want of concurrency.
pub const THROTTLES: &str = "Throttles";
/// Asynchronous events that were given up.
pub const DROPPED: &str = "AsyncEventsDropped";
/// Asynchronous events that were given up since they went in a circle.
pub const RECURSIVE: &str = "RecursiveInvocationsDropped";

/// Those that are asked for of every function.
pub(super) const ALWAYS: [&str; 5] = [INVOCATIONS, ERRORS, THROTTLES, DROPPED, RECURSIVE];

impl Case<'_> {
    /// The sum of a metric over the last day.
    ///
    /// # Errors
    /// Why it is not known.
    pub fn total(&self, metric: &str, function: &str) -> Result<f64, Gap> {
        let known = self.snapshot.metrics.get(&format!("{metric}/{function}"))?;
        Ok(known.map_or(0.0, crate::snapshot::metrics::MetricStatistics::total))
    }

    /// A sum as proof.
    pub fn proof_of_total(metric: &str, function: &str, total: f64) -> Evidence {
        Evidence::new(op::GET_METRIC_STATISTICS, function, format!("{metric}.Sum"), total)
    }

    /// The input that asks for a metric of a function over the last day.
    pub(super) fn metric_input(&self, metric: &str, function: &str) -> Option<Value> {
        let now = self.snapshot.now()?;
        let start = now.saturating_sub(SignedDuration::from_hours(24)).unwrap_or(now);
        Some(json!({
            "Namespace": "AWS/Lambda", "MetricName": metric, "Dimensions": [{ "Name": "FunctionName", "Value": function }],
            "StartTime": start.to_string(), "EndTime": now.to_string(), "Period": 3600, "Statistics": ["Sum"],
        }))
    }
}

//! The snapshot document: `"schema": "aws-triage.snapshot/1"`.

use super::locate::line_of;
use super::read::{Outcome, Recorded};
use super::{Header, Snapshot};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::fmt;

/// The schema that this version writes and reads.
pub const SCHEMA: &str = "aws-triage.snapshot/1";

/// Why a text is no snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentError {
    /// Line of the text, from 1, when one can be told.
    pub line: Option<usize>,
    /// What was expected, and what stands there instead.
    pub message: String,
}

impl fmt::Display for DocumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl DocumentError {
    /// An error at a place in a text that is JSON.
    pub(super) fn at(text: &str, path: &[String], message: impl Into<String>) -> Self {
        Self { line: line_of(text, path), message: message.into() }
    }

    /// The error of a text that is no JSON.
    pub(super) fn syntax(error: &serde_json::Error) -> Self {
        let what = if error.is_eof() {
            "the text ends in the middle of a JSON document".to_owned()
        } else {
            format!("not JSON: {error}")
        };
        Self { line: Some(error.line()), message: what }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    #[serde(default)]
    account: String,
    #[serde(default)]
    region: String,
    #[serde(default)]
    partition: String,
    #[serde(default)]
    collected_at: String,
    calls: Vec<Call>,
}

#[derive(Deserialize)]
struct Call {
    service: String,
    operation: String,
    #[serde(default)]
    parameters: Map<String, Value>,
    #[serde(default)]
    at: String,
    output: Option<Value>,
    error: Option<CallError>,
}

#[derive(Deserialize)]
struct CallError {
    code: String,
    #[serde(default)]
    message: String,
}

impl Snapshot {
    /// Reads a snapshot document.
    ///
    /// # Errors
    /// The text is no JSON, has another schema, or a call in it does not have the shape of its operation.
    pub fn from_json(text: &str) -> Result<Self, DocumentError> {
        let value: Value = serde_json::from_str(text).map_err(|error| DocumentError::syntax(&error))?;
        match value.get("schema").and_then(Value::as_str) {
            Some(SCHEMA) => {}
            Some(other) => {
                let message = format!("expected `\"schema\": \"{SCHEMA}\"`, found `{other}`");
                return Err(DocumentError::at(text, &["schema".to_owned()], message));
            }
            None => {
                return Err(DocumentError::at(
                    text,
                    &[],
                    format!("expected an object with `\"schema\": \"{SCHEMA}\"`"),
                ));
            }
        }
        // Parsed from the text again, so that an error carries its line.
        let document: Document = serde_json::from_str(text)
            .map_err(|error| DocumentError { line: Some(error.line()), message: format!("not a snapshot: {error}") })?;
        let mut snapshot = Self::new(Header {
            account: document.account,
            region: document.region,
            partition: document.partition,
            collected_at: document.collected_at,
        });
        for (position, call) in document.calls.into_iter().enumerate() {
            let path = vec!["calls".to_owned(), position.to_string()];
            let recorded = call.recorded().map_err(|message| DocumentError::at(text, &path, message))?;
            snapshot.record(recorded).map_err(|error| {
                let mut place = path.clone();
                place.push("output".to_owned());
                place.extend(error.path.iter().cloned());
                DocumentError::at(text, &place, error.to_string())
            })?;
        }
        Ok(snapshot)
    }

    /// The snapshot as a JSON document.
    pub fn to_json(&self) -> Value {
        let calls: Vec<Value> = self.reads().iter().map(call_json).collect();
        json!({
            "schema": SCHEMA,
            "account": self.header.account,
            "region": self.header.region,
            "partition": self.header.partition,
            "collectedAt": self.header.collected_at,
            "calls": calls,
        })
    }
}

impl Call {
    fn recorded(self) -> Result<Recorded, &'static str> {
        let outcome = match (self.output, self.error) {
            (Some(output), None) => Outcome::Output(output),
            (None, Some(error)) => Outcome::Error { code: error.code, message: error.message },
            _ => return Err("expected a call with either `output` or `error`"),
        };
        Ok(Recorded {
            service: self.service,
            operation: self.operation,
            parameters: self.parameters,
            at: self.at,
            outcome,
        })
    }
}

fn call_json(read: &Recorded) -> Value {
    let mut call =
        json!({ "service": read.service, "operation": read.operation, "parameters": read.parameters, "at": read.at });
    if let Some(members) = call.as_object_mut() {
        match &read.outcome {
            Outcome::Output(output) => members.insert("output".to_owned(), output.clone()),
            Outcome::Error { code, message } => {
                members.insert("error".to_owned(), json!({ "code": code, "message": message }))
            }
        };
    }
    call
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = r#"{
 "schema": "aws-triage.snapshot/1", "account": "123456789012", "region": "eu-west-1", "partition": "aws",
 "collectedAt": "2026-11-22T20:14:00Z",
 "calls": [
  {"service": "ec2", "operation": "DescribeSubnets", "parameters": {"SubnetIds": ["subnet-1"]}, "at": "",
   "output": {"Subnets": [
     {"SubnetId": "subnet-1", "VpcId": "vpc-1", "Novelty": {"x": null}}]}},
  {"service": "iam", "operation": "GetRole", "parameters": {"RoleName": "web"}, "at": "",
   "error": {"code": "AccessDenied", "message": "no"}},
  {"service": "chime", "operation": "ListBots", "output": {"Bots": []}}
 ]}"#;

    #[test]
    fn reads_and_writes_the_same_document() {
        let snapshot = Snapshot::from_json(SMALL).unwrap();
        let again = Snapshot::from_json(&snapshot.to_json().to_string()).unwrap();
        assert_eq!(snapshot.to_json(), again.to_json());
        assert_eq!(snapshot.reads().len(), 3);
        assert!(snapshot.now().is_some());
    }

    #[test]
    fn known_absent_denied_and_not_asked_stay_apart() {
        let snapshot = Snapshot::from_json(SMALL).unwrap();
        assert_eq!(snapshot.subnets.get("subnet-1").unwrap().unwrap().vpc_id, "vpc-1");
        assert_eq!(
            snapshot.subnets.get("subnet-2").unwrap_err().to_string(),
            "the facts hold no answer to `ec2:DescribeSubnets`"
        );
        assert_eq!(snapshot.roles.get("web").unwrap_err().to_string(), "`iam:GetRole` is denied (AccessDenied)");
        assert_eq!(snapshot.vpcs.get("vpc-1").unwrap_err().action(), Some("ec2:DescribeVpcs"));
    }

    #[test]
    fn errors_name_line_and_expectation() {
        let cases = [
            ("{\n \"schema\": \"aws-triage.snapshot/9\"}", Some(2), "found `aws-triage.snapshot/9`"),
            ("{\"a\":\n", Some(2), "ends in the middle"),
            ("{\"a\":\n !}", Some(2), "not JSON"),
            ("[]", Some(1), "expected an object with"),
            ("{\"schema\": \"aws-triage.snapshot/1\",\n\n\"calls\": 3}", Some(3), "not a snapshot"),
        ];
        for (text, line, part) in cases {
            let error = Snapshot::from_json(text).unwrap_err();
            assert_eq!(error.line, line, "{error}");
            assert!(error.message.contains(part), "{error}");
        }
        let wrong_row = SMALL.replace("\"vpc-1\", \"Novelty\"", "7, \"Novelty\"");
        let error = Snapshot::from_json(&wrong_row).unwrap_err();
        assert_eq!(error.line, Some(7), "{error}");
        assert!(error.message.contains("ec2:DescribeSubnets"), "{error}");
    }
}

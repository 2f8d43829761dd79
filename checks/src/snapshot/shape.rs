//! From JSON in the AWS CLI's shape to typed rows.

use super::read::Operation;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::fmt;

/// An answer that does not have the shape of its operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShapeError {
    /// Such as `ec2:DescribeSubnets`.
    pub operation: String,
    /// Members that lead to the place, outermost first.
    pub path: Vec<String>,
    /// What was expected there.
    pub expected: String,
}

impl fmt::Display for ShapeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` does not look like an answer of `{}`: expected {}", self.place(), self.operation, self.expected)
    }
}

impl ShapeError {
    fn place(&self) -> String {
        if self.path.is_empty() { "the document".to_owned() } else { self.path.join(".") }
    }

    pub(crate) fn top(operation: Operation, expected: String) -> Self {
        Self { operation: operation.action.to_owned(), path: Vec::new(), expected }
    }

    pub(crate) fn row(operation: Operation, member: &str, position: usize, error: &serde_json::Error) -> Self {
        let path = vec![member.to_owned(), position.to_string()];
        Self { operation: operation.action.to_owned(), path, expected: error.to_string() }
    }
}

/// A row from its JSON, members that are `null` counting as absent.
pub(crate) fn row<T: DeserializeOwned>(value: Value) -> Result<T, serde_json::Error> {
    serde_json::from_value(pruned(value))
}

/// Without the members that are `null`: recorders write them where the CLI prints nothing.
fn pruned(value: Value) -> Value {
    match value {
        Value::Object(members) => Value::Object(
            members
                .into_iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(key, value)| (key, pruned(value)))
                .collect(),
        ),
        Value::Array(values) => Value::Array(values.into_iter().filter(|value| !value.is_null()).map(pruned).collect()),
        other => other,
    }
}

/// The list under `member`.
pub(crate) fn list(output: &Value, member: &str) -> Result<Vec<Value>, String> {
    match output.as_object().map(|members| members.get(member)) {
        Some(Some(Value::Array(rows))) => Ok(rows.clone()),
        Some(Some(Value::Null)) => Ok(Vec::new()),
        _ => Err(format!("an object with the list `{member}`")),
    }
}

/// The thing under `member`, or the whole output when `member` is empty.
pub(crate) fn member(output: &Value, member: &str) -> Result<Value, String> {
    match output.as_object() {
        None => Err(format!(
            "an object{}",
            if member.is_empty() { String::new() } else { format!(" with the member `{member}`") }
        )),
        Some(_) if member.is_empty() => Ok(output.clone()),
        Some(members) => members.get(member).cloned().ok_or_else(|| format!("an object with the member `{member}`")),
    }
}

//! Checks an input against the model before anything is sent.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::model::{Kind, Location};
use super::names;
use super::timestamp;
use super::view::View;

/// One thing that is wrong with an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where: `Filters[0].Values`; empty for the input as a whole.
    pub path: String,
    /// What, with a suggestion where there is one: lower case, no final stop.
    pub what: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            return f.write_str(&self.what);
        }
        write!(f, "`{}` {}", self.path, self.what)
    }
}

/// All problems of `value` as an input of the shape `view`. A member that is null counts as absent.
pub(super) fn problems(view: View<'_>, value: &Value) -> Vec<Problem> {
    let mut found = Vec::new();
    check(view, value, "", &mut found);
    found
}

fn check(view: View<'_>, value: &Value, path: &str, found: &mut Vec<Problem>) {
    if view.is_document() {
        return;
    }
    if view.json_value_header() {
        return;
    }
    let wrong = |what: &str| Problem { path: path.to_owned(), what: format!("{what}, but {}", described(value)) };
    match view.kind() {
        Kind::Structure => match value {
            Value::Object(_) => structure(view, value, path, found),
            _ => found.push(wrong("must be an object")),
        },
        Kind::List => match (value, view.element()) {
            (Value::Array(items), Some(element)) => {
                for (i, item) in items.iter().enumerate().filter(|(_, item)| !item.is_null()) {
                    check(element, item, &format!("{path}[{i}]"), found);
                }
            }
            _ => found.push(wrong("must be a list")),
        },
        Kind::Map => match (value, view.entry()) {
            (Value::Object(entries), Some((_, element))) => {
                for (key, item) in entries.iter().filter(|(_, item)| !item.is_null()) {
                    check(element, item, &join(path, key), found);
                }
            }
            _ => found.push(wrong("must be an object")),
        },
        _ => {
            if let Some(expected) = scalar(view, value) {
                found.push(wrong(expected));
            }
        }
    }
}

fn structure(view: View<'_>, value: &Value, path: &str, found: &mut Vec<Problem>) {
    let Value::Object(given) = value else { return };
    for (name, item) in given {
        match view.member(name) {
            None => {
                let suggestion = names::nearest(name, view.members().map(|(n, _)| n));
                let what = format!("is not a member of the input{}", names::did_you_mean(&suggestion));
                found.push(Problem { path: join(path, name), what });
            }
            Some(_) if item.is_null() => {}
            Some(member) => check(member, item, &join(path, name), found),
        }
    }
    for name in &view.shape.required {
        // A missing idempotency token is filled in by the encoder.
        let filled = view.member(name).is_some_and(|m| m.idempotency_token());
        if given.get(name).is_none_or(Value::is_null) && !filled {
            found.push(Problem { path: join(path, name), what: "is required and missing".to_owned() });
        }
    }
}

/// What the value had to be, if it is something else.
fn scalar(view: View<'_>, value: &Value) -> Option<&'static str> {
    let text = value.as_str();
    let special = || matches!(text, Some("NaN" | "Infinity" | "-Infinity"));
    let (right, expected) = match view.kind() {
        Kind::String | Kind::Character if view.location() == Some(Location::Uri) => {
            // An empty label would address another resource: `/{Bucket}` without bucket lists all buckets.
            (text.is_some_and(|t| !t.is_empty()), "must be a text that is not empty")
        }
        Kind::String | Kind::Character => (text.is_some(), "must be a text"),
        Kind::Integer | Kind::Long => (value.is_i64() || value.is_u64(), "must be a whole number"),
        Kind::Float | Kind::Double => (value.is_number() || special(), "must be a number"),
        Kind::Boolean => (value.is_boolean(), "must be true or false"),
        Kind::Timestamp => {
            (timestamp::from_input(value).is_some(), "must be a time such as 2026-11-22T20:14:00Z or epoch seconds")
        }
        Kind::Blob => (text.is_some_and(|t| STANDARD.decode(t).is_ok()), "must be base64 text"),
        Kind::Structure | Kind::List | Kind::Map => (true, ""),
    };
    (!right).then_some(expected)
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn described(value: &Value) -> String {
    match value {
        Value::Null => "it is null".to_owned(),
        Value::Bool(b) => format!("it is {b}"),
        Value::Number(n) => format!("it is the number {n}"),
        Value::String(s) if s.is_empty() => "it is an empty text".to_owned(),
        // No content: an input may hold secrets.
        Value::String(_) => "it is another text".to_owned(),
        Value::Array(_) => "it is a list".to_owned(),
        Value::Object(_) => "it is an object".to_owned(),
    }
}

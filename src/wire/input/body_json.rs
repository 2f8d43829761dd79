//! JSON bodies.

use serde_json::{Map, Value};

use super::super::model::{Kind, TimestampFormat};
use super::super::timestamp;
use super::super::view::View;

/// An object of the members. REST protocols have taken out those that stand elsewhere; to the JSON protocol such places
/// mean nothing.
pub(super) fn structure(view: View<'_>, input: &Map<String, Value>) -> Value {
    let mut out = Map::new();
    for (name, value) in input.iter().filter(|(_, value)| !value.is_null()) {
        let Some(member) = view.member(name) else {
            continue;
        };
        out.insert(member.location_name().unwrap_or(name).to_owned(), any(member, value));
    }
    Value::Object(out)
}

/// A value of any shape. Nulls inside lists and maps are kept: sparse ones mean them.
pub(super) fn any(view: View<'_>, value: &Value) -> Value {
    if view.is_document() {
        return value.clone();
    }
    match (view.kind(), value) {
        (Kind::Structure, Value::Object(input)) => structure(view, input),
        (Kind::List, Value::Array(items)) => match view.element() {
            Some(element) => items.iter().map(|item| any(element, item)).collect(),
            None => value.clone(),
        },
        (Kind::Map, Value::Object(entries)) => match view.entry() {
            Some((_, element)) => entries.iter().map(|(k, v)| (k.clone(), any(element, v))).collect(),
            None => value.clone(),
        },
        (Kind::Timestamp, _) => time(view, value),
        _ => value.clone(),
    }
}

fn time(view: View<'_>, value: &Value) -> Value {
    let format = view.timestamp_format().unwrap_or(TimestampFormat::UnixTimestamp);
    match timestamp::from_input(value) {
        Some(time) if format == TimestampFormat::UnixTimestamp => Value::Number(timestamp::epoch(time)),
        Some(time) => Value::String(timestamp::to_wire(time, format)),
        None => value.clone(),
    }
}

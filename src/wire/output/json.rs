//! JSON bodies of answers.

use serde_json::{Map, Value, json};

use super::super::model::Kind;
use super::super::view::View;
use super::{Fault, scalar};

/// A body that is one JSON object.
pub(super) fn document(view: View<'_>, body: &[u8]) -> Result<Value, Fault> {
    let parsed: Value = serde_json::from_slice(body).map_err(|e| Fault::Unreadable(e.to_string()))?;
    let wanted = match view.kind() {
        _ if view.is_document() => true,
        Kind::Structure | Kind::Map => parsed.is_object(),
        Kind::List => parsed.is_array(),
        _ => true,
    };
    if !wanted {
        return Err(Fault::Unreadable("it is JSON of another type than the operation's output".to_owned()));
    }
    Ok(value(view, &parsed))
}

/// A value by its shape; one of another type than the model says stays as it is.
pub(super) fn value(view: View<'_>, given: &Value) -> Value {
    if view.is_document() || given.is_null() {
        return given.clone();
    }
    match (view.kind(), given) {
        (Kind::Structure, Value::Object(members)) => structure(view, members),
        (Kind::List, Value::Array(items)) => match view.element() {
            Some(element) => items.iter().map(|item| value(element, item)).collect(),
            None => given.clone(),
        },
        (Kind::Map, Value::Object(entries)) => match view.entry() {
            Some((_, element)) => entries.iter().map(|(k, v)| (k.clone(), value(element, v))).collect(),
            None => given.clone(),
        },
        (Kind::Structure | Kind::List | Kind::Map, _) => given.clone(),
        _ => scalar::from_json(view, given),
    }
}

fn structure(view: View<'_>, given: &Map<String, Value>) -> Value {
    let mut out = Map::new();
    for (name, member) in view.members() {
        let wire = member.location_name().unwrap_or(name);
        if let Some(found) = given.get(wire).filter(|v| !v.is_null()) {
            out.insert(name.to_owned(), value(member, found));
        }
    }
    if view.shape.union && out.is_empty() {
        let known = |tag: &str| tag == "__type";
        if let Some((tag, _)) = given.iter().find(|(k, v)| !known(k) && !v.is_null()) {
            return unknown_member(tag);
        }
    }
    Value::Object(out)
}

/// A union whose only member is newer than the model, in the AWS CLI's words.
pub(super) fn unknown_member(tag: &str) -> Value {
    json!({"SDK_UNKNOWN_MEMBER": {"name": tag}})
}

//! Comparisons at the level at which the cases are written.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Number, Value};

use super::super::model::Kind;
use super::super::view::View;

/// A value with blobs and timestamps turned by `turn`, wherever the shape says that there is one.
pub(super) fn turned(view: View<'_>, value: &Value, turn: &dyn Fn(Kind, &Value) -> Value) -> Value {
    if view.is_document() || view.json_value_header() {
        return value.clone();
    }
    match (view.kind(), value) {
        (Kind::Structure, Value::Object(members)) => {
            let each = |(name, v): (&String, &Value)| {
                (name.clone(), view.member(name).map_or_else(|| v.clone(), |m| turned(m, v, turn)))
            };
            Value::Object(members.iter().map(each).collect())
        }
        (Kind::List, Value::Array(items)) => {
            items.iter().map(|item| turned(view.element().unwrap(), item, turn)).collect()
        }
        (Kind::Map, Value::Object(entries)) => {
            let (_, element) = view.entry().unwrap();
            entries.iter().map(|(k, v)| (k.clone(), turned(element, v, turn))).collect::<Map<_, _>>().into()
        }
        (kind, value) => turn(kind, value),
    }
}

/// Blobs of the cases are plain text, ours base64.
pub(super) fn blob_to_base64(kind: Kind, value: &Value) -> Value {
    match value.as_str() {
        Some(text) if kind == Kind::Blob => STANDARD.encode(text).into(),
        _ => value.clone(),
    }
}

/// Timestamps of the cases are seconds since 1970, blobs plain text.
pub(super) fn plain(kind: Kind, value: &Value) -> Value {
    match (kind, value.as_str()) {
        (Kind::Blob, Some(text)) => String::from_utf8(STANDARD.decode(text).unwrap()).unwrap().into(),
        (Kind::Timestamp, Some(text)) => {
            let time: jiff::Timestamp = text.parse().unwrap();
            Number::from_f64(time.as_microsecond() as f64 / 1e6).into()
        }
        _ => value.clone(),
    }
}

/// Equality in which `1` is `1.0`.
pub(super) fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(k, v)| b.get(k).is_some_and(|w| same(v, w)))
        }
        _ => a == b,
    }
}

/// A form or query string as sorted, decoded pairs.
pub(super) fn pairs(text: &str) -> Vec<(String, String)> {
    let split = |p: &str| p.split_once('=').map_or((decoded(p), String::new()), |(n, v)| (decoded(n), decoded(v)));
    let mut all: Vec<_> = text.split('&').filter(|p| !p.is_empty()).map(split).collect();
    all.sort();
    all
}

fn decoded(text: &str) -> String {
    let mut out = Vec::new();
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let hex: String = bytes.by_ref().take(2).map(char::from).collect();
            out.push(u8::from_str_radix(&hex, 16).unwrap());
        } else {
            out.push(byte);
        }
    }
    String::from_utf8(out).unwrap()
}

/// An XML document as text in which neither layout nor the order of attributes and siblings matters: the cases do not
/// order the members of a structure.
pub(super) fn canonical(text: &str) -> Result<String, String> {
    let document = roxmltree::Document::parse(text).map_err(|e| format!("{e}: {text}"))?;
    Ok(element(document.root_element()))
}

fn element(node: roxmltree::Node<'_, '_>) -> String {
    let mut attributes: Vec<String> =
        node.attributes().map(|a| format!("{:?}{}={:?}", a.namespace(), a.name(), a.value())).collect();
    attributes.sort();
    let own = |n: &&roxmltree::Namespace<'_>| n.name() != Some("xml");
    let mut namespaces: Vec<String> =
        node.namespaces().filter(own).map(|n| format!("{:?}={}", n.name(), n.uri())).collect();
    namespaces.sort();
    let mut children: Vec<String> = node.children().filter(|c| c.is_element()).map(element).collect();
    let text: String = if children.is_empty() { node.text().unwrap_or_default().to_owned() } else { String::new() };
    children.sort();
    format!("<{} {attributes:?} {namespaces:?}>{text}{}", node.tag_name().name(), children.concat())
}

//! XML bodies, written by hand: elements, attributes and text are all there is.

use serde_json::{Map, Value};

use super::super::model::{Kind, TimestampFormat, XmlNamespace};
use super::super::view::View;
use super::scalar;

/// The document of a body whose root element has the given name.
pub(super) fn document(view: View<'_>, value: &Value, root: &str) -> Vec<u8> {
    let mut out = String::new();
    any(view, value, root, None, &mut out);
    out.into_bytes()
}

/// One element of any shape. `outer` is a namespace for an element that declares none itself.
fn any(view: View<'_>, value: &Value, name: &str, outer: Option<&XmlNamespace>, out: &mut String) {
    match (view.kind(), value) {
        (_, Value::Null) => {}
        (Kind::Structure, Value::Object(input)) => structure(view, input, name, outer, out),
        (Kind::List, Value::Array(items)) => list(view, items, name, out),
        (Kind::Map, Value::Object(entries)) => map(view, entries, name, out),
        _ => {
            open(view, name, outer, &[], out);
            out.push_str(&escape(&scalar::text(view, value, TimestampFormat::Iso8601)));
            close(name, out);
        }
    }
}

fn structure(view: View<'_>, input: &Map<String, Value>, name: &str, outer: Option<&XmlNamespace>, out: &mut String) {
    let present = || input.iter().filter(|(_, v)| !v.is_null()).filter_map(|(k, v)| Some((k, v, view.member(k)?)));
    let attributes: Vec<(&str, String)> = present()
        .filter(|(_, _, member)| member.xml_attribute())
        .map(|(k, v, member)| (member.location_name().unwrap_or(k), scalar::text(member, v, TimestampFormat::Iso8601)))
        .collect();
    open(view, name, outer, &attributes, out);
    for (key, value, member) in present().filter(|(_, _, m)| !m.xml_attribute() && m.location().is_none()) {
        any(member, value, member.location_name().unwrap_or(key), None, out);
    }
    close(name, out);
}

fn list(view: View<'_>, items: &[Value], name: &str, out: &mut String) {
    let Some(element) = view.element() else {
        return;
    };
    if view.flattened() {
        for item in items {
            any(element, item, name, view.xml_namespace(), out);
        }
        return;
    }
    open(view, name, None, &[], out);
    for item in items {
        any(element, item, element.location_name().unwrap_or("member"), None, out);
    }
    close(name, out);
}

fn map(view: View<'_>, entries: &Map<String, Value>, name: &str, out: &mut String) {
    let Some((key_view, value_view)) = view.entry() else {
        return;
    };
    let entry = if view.flattened() { name } else { "entry" };
    if !view.flattened() {
        open(view, name, None, &[], out);
    }
    for (key, value) in entries {
        // A flattened map has no element of its own, so each entry declares its namespace.
        match view.xml_namespace().filter(|_| view.flattened()) {
            Some(namespace) => tag(entry, Some(namespace), &[], out),
            None => tag(entry, None, &[], out),
        }
        any(key_view, &Value::String(key.clone()), key_view.location_name().unwrap_or("key"), None, out);
        any(value_view, value, value_view.location_name().unwrap_or("value"), None, out);
        close(entry, out);
    }
    if !view.flattened() {
        close(name, out);
    }
}

fn open(view: View<'_>, name: &str, outer: Option<&XmlNamespace>, attributes: &[(&str, String)], out: &mut String) {
    tag(name, view.xml_namespace().or(outer), attributes, out);
}

fn tag(name: &str, namespace: Option<&XmlNamespace>, attributes: &[(&str, String)], out: &mut String) {
    out.push('<');
    out.push_str(name);
    match namespace {
        Some(XmlNamespace::Uri(uri) | XmlNamespace::Full { uri, prefix: None }) => {
            out.push_str(&format!(" xmlns=\"{}\"", escape(uri)));
        }
        Some(XmlNamespace::Full { uri, prefix: Some(prefix) }) => {
            out.push_str(&format!(" xmlns:{prefix}=\"{}\"", escape(uri)));
        }
        None => {}
    }
    for (key, value) in attributes {
        out.push_str(&format!(" {key}=\"{}\"", escape(value)));
    }
    out.push('>');
}

fn close(name: &str, out: &mut String) {
    out.push_str("</");
    out.push_str(name);
    out.push('>');
}

/// Text for elements and attributes. Line ends are written as references, which a parser would else normalise away.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\r' => out.push_str("&#xD;"),
            '\n' => out.push_str("&#xA;"),
            '\u{85}' => out.push_str("&#x85;"),
            '\u{2028}' => out.push_str("&#x2028;"),
            other => out.push(other),
        }
    }
    out
}

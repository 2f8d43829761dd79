//! XML bodies of answers.

use std::borrow::Cow;
use std::collections::HashMap;

use roxmltree::{Document, Node};
use serde_json::{Map, Value};

use super::super::model::Kind;
use super::super::view::View;
use super::{Fault, json, scalar};

/// Recursive shapes follow the answer as deep as it goes; nothing AWS sends is a tenth as deep.
const DEEPEST: usize = 100;

type Children<'a, 'i> = HashMap<&'a str, Vec<Node<'a, 'i>>>;

/// The body as the text that it is.
pub(super) fn utf8(body: &[u8]) -> Result<&str, Fault> {
    std::str::from_utf8(body).map_err(|e| Fault::Unreadable(format!("it is not UTF-8: {e}")))
}

/// The body as text that an XML parser takes: a character that XML cannot carry, such as an escape character that somebody wrote into a
/// tag, is replaced and does not make the whole answer unreadable.
pub(super) fn text(body: &[u8]) -> Result<Cow<'_, str>, Fault> {
    let text = utf8(body)?;
    if text.chars().all(is_xml) && !text.contains("&#") {
        return Ok(Cow::Borrowed(text));
    }
    let text: String = text.chars().map(|letter| if is_xml(letter) { letter } else { REPLACEMENT }).collect();
    let mut parts = text.split("&#");
    let mut clean = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once(';').and_then(|(reference, rest)| Some((code(reference)?, rest))) {
            Some((letter, rest)) if !letter.is_some_and(is_xml) => {
                clean.push(REPLACEMENT);
                clean.push_str(rest);
            }
            _ => {
                clean.push_str("&#");
                clean.push_str(part);
            }
        }
    }
    Ok(Cow::Owned(clean))
}

/// The character of a numeric reference such as `x1b` or `27`; `None` inside where there is no such character, and outside where the
/// text is no number.
fn code(reference: &str) -> Option<Option<char>> {
    let number = match reference.strip_prefix(['x', 'X']) {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => reference.parse(),
    };
    number.ok().map(char::from_u32)
}

/// Whether XML 1.0 can carry a character.
fn is_xml(letter: char) -> bool {
    matches!(letter, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

const REPLACEMENT: char = '\u{fffd}';

/// Well-formed XML that is not the page of a browser.
pub(super) fn parse(text: &str) -> Result<Document<'_>, Fault> {
    let document = Document::parse(text.trim_start()).map_err(|e| Fault::Unreadable(e.to_string()))?;
    if document.root_element().tag_name().name().eq_ignore_ascii_case("html") {
        return Err(Fault::Unreadable("it is an HTML page".to_owned()));
    }
    Ok(document)
}

/// The first child element of that name, whatever its namespace.
pub(super) fn child<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    node.children().find(|c| c.is_element() && c.tag_name().name() == name)
}

/// All text directly inside an element; comments and nested elements do not interrupt it.
pub(super) fn content(node: Node<'_, '_>) -> String {
    node.children().filter(Node::is_text).filter_map(|t| t.text()).collect()
}

/// The value of an element by its shape.
pub(super) fn value(view: View<'_>, node: Node<'_, '_>) -> Value {
    any(view, &[node], 0)
}

/// `nodes` are the elements of one name: several only for a flattened list or map.
fn any(view: View<'_>, nodes: &[Node<'_, '_>], depth: usize) -> Value {
    let Some(first) = nodes.first().copied() else {
        return Value::Null;
    };
    if depth > DEEPEST {
        return content(first).into();
    }
    match view.kind() {
        Kind::Structure => structure(view, first, depth),
        Kind::List => {
            let Some(element) = view.element() else {
                return Value::Null;
            };
            if view.flattened() {
                return nodes.iter().map(|n| any(element, &[*n], depth + 1)).collect();
            }
            first.children().filter(Node::is_element).map(|n| any(element, &[n], depth + 1)).collect()
        }
        Kind::Map if view.flattened() => map(view, nodes.iter().copied(), depth),
        Kind::Map => map(view, first.children().filter(Node::is_element), depth),
        _ => scalar::from_text(view, &content(first)),
    }
}

fn structure(view: View<'_>, node: Node<'_, '_>, depth: usize) -> Value {
    let mut children = Children::new();
    for element in node.children().filter(Node::is_element) {
        children.entry(element.tag_name().name()).or_default().push(element);
    }
    let mut out = Map::new();
    for (name, member) in view.members().filter(|(_, m)| m.in_answer_body()) {
        let wire = member.location_name().unwrap_or(name);
        if member.xml_attribute() {
            let local = wire.rsplit(':').next().unwrap_or(wire);
            if let Some(attribute) = node.attributes().find(|a| a.name() == local) {
                out.insert(name.to_owned(), scalar::from_text(member, attribute.value()));
            }
        } else if let Some(nodes) = children.get(wire) {
            out.insert(name.to_owned(), any(member, nodes, depth + 1));
        }
    }
    if view.shape.union
        && out.is_empty()
        && let Some(tag) = node.children().find(Node::is_element)
    {
        return json::unknown_member(tag.tag_name().name());
    }
    Value::Object(out)
}

fn map<'a, 'i: 'a>(view: View<'_>, entries: impl Iterator<Item = Node<'a, 'i>>, depth: usize) -> Value {
    let Some((key_view, value_view)) = view.entry() else {
        return Value::Null;
    };
    let key_name = key_view.location_name().unwrap_or("key");
    let value_name = value_view.location_name().unwrap_or("value");
    let pair = |entry: Node<'_, '_>| {
        let key = content(child(entry, key_name)?);
        Some((key, any(value_view, &[child(entry, value_name)?], depth + 1)))
    };
    Value::Object(entries.filter_map(pair).collect())
}

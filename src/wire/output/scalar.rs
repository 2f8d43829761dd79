//! Scalars of answers.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Number, Value};

use super::super::model::{Kind, Location};
use super::super::request::percent_decode;
use super::super::timestamp;
use super::super::view::View;

/// A scalar from the text of an XML element or a header. What cannot be read stays the text it is.
pub(super) fn from_text(view: View<'_>, text: &str) -> Value {
    if view.json_value_header() {
        let decoded = STANDARD.decode(text.trim()).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        return decoded.unwrap_or_else(|| text.into());
    }
    if view.encoded_policy() {
        let policy = percent_decode(text).and_then(|json| serde_json::from_str(&json).ok());
        return policy.unwrap_or_else(|| text.into());
    }
    let plain = text.trim();
    match view.kind() {
        Kind::Integer | Kind::Long => whole(plain).map_or_else(|| text.into(), Value::Number),
        Kind::Float | Kind::Double => {
            let number = plain.parse::<f64>().ok().and_then(Number::from_f64);
            number.map_or_else(|| text.into(), Value::Number)
        }
        Kind::Boolean => match plain {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            _ => text.into(),
        },
        Kind::Timestamp => timestamp::to_cli(&text.into()),
        // Line breaks inside base64 are no part of it.
        Kind::Blob => text.split_ascii_whitespace().collect::<String>().into(),
        _ => text.into(),
    }
}

/// A scalar from a JSON value, which may be of a neighbouring type.
pub(super) fn from_json(view: View<'_>, value: &Value) -> Value {
    match (view.kind(), value) {
        (Kind::Timestamp, _) => timestamp::to_cli(value),
        (Kind::Integer | Kind::Long, Value::Number(n)) if n.is_f64() => {
            whole(&n.to_string()).map_or_else(|| value.clone(), Value::Number)
        }
        (Kind::Integer | Kind::Long | Kind::Float | Kind::Double | Kind::Boolean, Value::String(text)) => {
            from_text(view, text)
        }
        _ => value.clone(),
    }
}

/// The elements of a list in a header. Timestamps in RFC 822 hold a comma themselves; elements may be quoted.
pub(super) fn header_list(element: View<'_>, text: &str) -> Value {
    use super::super::model::TimestampFormat::{Iso8601, UnixTimestamp};
    let two_commas =
        element.kind() == Kind::Timestamp && !matches!(element.timestamp_format(), Some(Iso8601 | UnixTimestamp));
    let pieces = split_list(text);
    let joined: Vec<String> = if two_commas { pieces.chunks(2).map(|pair| pair.join(", ")).collect() } else { pieces };
    joined.iter().map(|piece| from_text(element, piece)).collect()
}

/// Splits at commas outside quotes; a quoted element loses its quotes and backslashes.
fn split_list(text: &str) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut quoted = false;
    let mut letters = text.chars();
    while let Some(c) = letters.next() {
        match (c, quoted) {
            ('"', _) => quoted = !quoted,
            ('\\', true) => pieces.last_mut().into_iter().for_each(|p| p.extend(letters.next())),
            (',', false) => pieces.push(String::new()),
            _ => pieces.last_mut().into_iter().for_each(|p| p.push(c)),
        }
    }
    pieces.into_iter().map(|p| p.trim().to_owned()).collect()
}

/// The name under which a header holds a member's value, if the member lives in a header.
pub(super) fn header_name<'m>(view: View<'m>, name: &'m str) -> Option<&'m str> {
    (view.location() == Some(Location::Header)).then(|| view.location_name().unwrap_or(name))
}

fn whole(text: &str) -> Option<Number> {
    if let Ok(n) = text.parse::<i64>() {
        return Some(n.into());
    }
    if let Ok(n) = text.parse::<u64>() {
        return Some(n.into());
    }
    // `5.0`, as some JSON writers put it. Beyond 2^53 a float is no longer a whole number with certainty.
    let float = text.parse::<f64>().ok().filter(|f| f.fract() == 0.0 && f.abs() < 9e15)?;
    Some(Number::from(float as i64))
}

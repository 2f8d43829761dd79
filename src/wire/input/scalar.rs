//! Scalars as text, for forms, query strings, headers and XML.

use serde_json::Value;

use super::super::model::{Kind, TimestampFormat};
use super::super::timestamp;
use super::super::view::View;

/// The text of a checked scalar. Numbers that are not finite are spelt `NaN`, `Infinity`, `-Infinity` as in JSON.
pub(super) fn text(view: View<'_>, value: &Value, default: TimestampFormat) -> String {
    if view.kind() == Kind::Timestamp
        && let Some(time) = timestamp::from_input(value)
    {
        return timestamp::to_wire(time, view.timestamp_format().unwrap_or(default));
    }
    match value {
        // A blob is base64 text already.
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

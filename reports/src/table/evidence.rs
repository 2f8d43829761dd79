//! The proof of a finding as a table.

use crate::escape;
use crate::page::{Cell, PLAIN, Page};
use crate::text;
use checks::evidence::Evidence;
use serde_json::Value;

/// Columns in front of the table.
const INDENT: usize = 2;
/// Columns that a value needs at least to be worth a column of its own beside three others.
const VALUE: usize = 16;

/// Writes the fields that prove a finding; a long value is shortened, less so when `is_verbose`.
pub(crate) fn write(page: &mut Page, evidence: &[Evidence], is_verbose: bool) {
    if evidence.is_empty() {
        return;
    }
    let longest = if is_verbose { 600 } else { 60 };
    let values: Vec<String> = evidence.iter().map(|proof| text::cut(&value(&proof.value), longest)).collect();
    if fits(page, evidence, &values) {
        beside(page, evidence, &values);
    } else {
        below(page, evidence, &values);
    }
}

/// Four columns; what a row shares with the one above is left out.
fn beside(page: &mut Page, evidence: &[Evidence], values: &[String]) {
    let mut rows = Vec::new();
    let mut above = None;
    for (proof, value) in evidence.iter().zip(values) {
        let origin = (proof.source, proof.resource.as_str());
        let (source, resource) = if above == Some(origin) { ("", "") } else { origin };
        rows.push([source, resource, &proof.field, value].map(Cell::of).into());
        above = Some(origin);
    }
    page.grid(INDENT, &["source", "resource", "field", "value"], rows);
}

/// Resource and source above their fields, where four columns would break names.
fn below(page: &mut Page, evidence: &[Evidence], values: &[String]) {
    let longest = page.width() / 2;
    let fields = evidence.iter().map(|proof| text::width(&escape::terminal(&proof.field)));
    let column = fields.filter(|width| *width <= longest).max().unwrap_or(0);
    let mut above = None;
    for (proof, value) in evidence.iter().zip(values) {
        let origin = (proof.source, proof.resource.as_str());
        if above != Some(origin) {
            page.flow("  ", PLAIN, 4, &format!("{} ({})", proof.resource, proof.source));
        }
        let field = escape::terminal(&proof.field);
        let width = text::width(&field);
        if width <= column {
            let blanks = " ".repeat(column.saturating_sub(width));
            page.flow(&format!("    {field}{blanks}  "), PLAIN, column.saturating_add(6), value);
        } else {
            page.flow("    ", PLAIN, 6, &field);
            page.flow("      ", PLAIN, 6, value);
        }
        above = Some(origin);
    }
}

/// Whether four columns fit beside each other without breaking names; else source and resource share one.
fn fits(page: &Page, evidence: &[Evidence], values: &[String]) -> bool {
    let widest = |of: fn(&Evidence) -> &str| {
        evidence.iter().map(|proof| text::width(&escape::terminal(of(proof)))).max().unwrap_or(0)
    };
    let value = values.iter().map(|value| text::width(value)).max().unwrap_or(0).min(VALUE);
    let columns =
        [widest(|proof| proof.source), widest(|proof| &proof.resource).max(8), widest(|proof| &proof.field), value];
    // Indent, and two columns between each.
    let total = columns.iter().fold(INDENT.saturating_add(6), |total, column| total.saturating_add(*column));
    total <= page.width()
}

/// The JSON of a value on one line; `null` stands for a member that the answer does not have.
fn value(value: &Value) -> String {
    match value {
        Value::Null => "absent".to_owned(),
        value => escape::terminal(&value.to_string()).into_owned(),
    }
}

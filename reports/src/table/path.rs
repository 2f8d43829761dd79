//! The way of packets and of their replies, hop by hop.

use crate::page::{BAD, Cell, GOOD, PLAIN, Page, STRONG, UNKNOWN, WARNING};
use crate::text;
use checks::net::{Hop, HopVerdict, Verdict};
use checks::reach::{Walked, deciding};

/// Writes the way that decides, and the others in a line each or in full when `is_verbose`.
pub(crate) fn write(page: &mut Page, ways: &[Walked], is_verbose: bool) {
    let Some(first) = deciding(ways) else { return };
    let others: Vec<&Walked> = ways.iter().filter(|way| !std::ptr::eq(*way, first)).collect();
    page.gap();
    if !others.is_empty() {
        title(page, first);
    }
    full(page, first);
    if others.is_empty() {
        return;
    }
    page.gap();
    if !is_verbose {
        let more = format!("{} (-v shows them)", text::counted(others.len(), "other way"));
        page.flow("", STRONG, 0, &more);
    }
    for way in others {
        if is_verbose {
            page.gap();
        }
        title(page, way);
        if is_verbose {
            full(page, way);
        }
    }
}

fn title(page: &mut Page, way: &Walked) {
    let (word, paint) = match way.path.verdict {
        Verdict::Reachable => ("REACHABLE", GOOD),
        Verdict::Degraded => ("DEGRADED", WARNING),
        Verdict::Unknown => ("NOT KNOWN", UNKNOWN),
        Verdict::Blocked => ("BLOCKED", BAD),
    };
    let room = page.width().saturating_sub(text::width(word)).saturating_sub(4);
    let ends = text::cut(&crate::escape::terminal(&format!("{} -> {}", way.from, way.to)), room);
    page.line(&[("  ", PLAIN), (&ends, PLAIN), ("  ", PLAIN), (word, paint)]);
}

/// A table of hops, those of the reply below those on the way there.
fn full(page: &mut Page, way: &Walked) {
    let (there, back) = (rows(&way.path.hops), rows(&way.path.reply_hops));
    let between = if back.is_empty() { Vec::new() } else { vec![["", "reply", "", ""].map(Cell::of).into()] };
    let all: Vec<Vec<Cell>> = there.into_iter().chain(between).chain(back).collect();
    if !all.is_empty() {
        page.grid(2, &["", "forward", "packets", "decided by"], all);
    }
}

/// A row for each hop; packets are shown where they differ from those of the hop above.
fn rows(hops: &[Hop]) -> Vec<Vec<Cell>> {
    let mut above: Option<String> = None;
    let mut rows = Vec::new();
    for hop in hops {
        let packets = hop.header.to_string();
        let shown = if above.as_ref() == Some(&packets) { "" } else { &packets };
        let by = match (&hop.by, hop.code) {
            (Some(by), Some(code)) => format!("{by} ({code})"),
            (Some(by), None) => by.clone(),
            (None, code) => code.unwrap_or_default().to_owned(),
        };
        let component = format!("{} {}", hop.component.kind, hop.component.id);
        rows.push([mark(hop.verdict), &component, shown, &by].map(Cell::of).into());
        above = Some(packets);
    }
    rows
}

/// As the marks of a path in one line: `x` blocked, `~` in part, `?` unknown.
fn mark(verdict: HopVerdict) -> &'static str {
    match verdict {
        HopVerdict::Passed => "ok",
        HopVerdict::Partly => "~",
        HopVerdict::Blocked => "x",
        HopVerdict::Unknown => "?",
    }
}

//! What every layer of policy says of a request.

use crate::page::{Cell, Page, STRONG};
use checks::iam::{Decision, LayerDecision, LayerEffect};

/// Writes a table of the layers that have a part in the request, and what the decision takes for granted.
pub(crate) fn write(page: &mut Page, decision: &Decision) {
    let taking_part = decision.layers.iter().filter(|part| part.effect != LayerEffect::NotApplicable);
    let rows: Vec<Vec<Cell>> = taking_part.map(row).collect();
    if !rows.is_empty() {
        page.gap();
        page.grid(2, &["", "layer", "policy and statement", "says"], rows);
    }
    if !decision.assumptions.is_empty() {
        let texts: Vec<String> = decision.assumptions.iter().map(ToString::to_string).collect();
        page.gap();
        page.flow("taken for granted  ", STRONG, 19, &texts.join("; "));
    }
}

fn row(part: &LayerDecision) -> Vec<Cell> {
    let layer = match part.level {
        Some(0) => format!("{}, root", part.layer),
        Some(level) => format!("{}, level {level}", part.layer),
        None => part.layer.to_string(),
    };
    let by = part.by.as_ref().map_or_else(String::new, |statement| {
        let sid = statement.sid.as_ref().map(|sid| format!(" `{sid}`")).unwrap_or_default();
        let line = statement.line.map(|line| format!(" (line {line})")).unwrap_or_default();
        format!("{}, statement {}{sid}{line}", statement.source.name, statement.index.saturating_add(1))
    });
    [mark(part.effect), &layer, &by, says(part)].map(Cell::of).into()
}

/// As the marks of a path: `x` stops the request, `?` is not known.
fn mark(effect: LayerEffect) -> &'static str {
    match effect {
        LayerEffect::Allows | LayerEffect::NoImpact | LayerEffect::NotApplicable => "ok",
        LayerEffect::ExplicitDeny | LayerEffect::ImplicitDeny => "x",
        LayerEffect::Unknown | LayerEffect::Assumed => "?",
    }
}

fn says(part: &LayerDecision) -> &'static str {
    match (part.effect, &part.by) {
        (LayerEffect::Allows, Some(_)) => "allows",
        (LayerEffect::Allows, None) => "nothing denies",
        (LayerEffect::ExplicitDeny, _) => "denies",
        (LayerEffect::ImplicitDeny, _) => "no statement allows it",
        (LayerEffect::NoImpact, _) => "no statement allows it, none is needed",
        (LayerEffect::Unknown, Some(statement)) if statement.is_deny => "may deny",
        (LayerEffect::Unknown, Some(_)) => "may allow",
        (LayerEffect::Unknown, None) => "not known",
        (LayerEffect::Assumed, _) => "not read, taken to allow",
        (LayerEffect::NotApplicable, _) => "no part in it",
    }
}

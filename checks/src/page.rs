//! A rule's documentation as Markdown, for `explain` and for the generated pages.

use crate::rule::About;
use std::fmt::Write;

/// Headings that every page has, in this order.
pub const HEADINGS: &[&str] =
    &["What it checks", "Why it matters", "How to confirm", "False positives", "Fix", "References"];

/// The page of a rule.
pub fn page(about: &About) -> String {
    let mut text = format!("# {}\n\n{}\n\n", about.id, about.title);
    let _ = writeln!(text, "Severity: {}. Fix class: {}.\n", about.severity.word(), about.fix.letter());
    for line in about.page {
        text.push_str(line.strip_prefix(' ').unwrap_or(line));
        text.push('\n');
    }
    if !about.needs.is_empty() {
        let actions: Vec<String> = about.needs.iter().map(|operation| format!("`{}`", operation.action)).collect();
        let _ = writeln!(text, "\n## Facts\n\n{}", actions.join(", "));
    }
    text
}

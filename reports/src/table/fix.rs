//! The cure of a finding: what it costs, and commands to paste.

use crate::page::{FAINT, GOOD, Page};
use checks::fix::{Fix, FixClass};

/// Writes a fix with its commands and the way back, each command alone on its line.
pub(crate) fn write(page: &mut Page, fix: &Fix) {
    brief(page, fix);
    for command in &fix.commands {
        page.command(command);
    }
    if !fix.rollback.is_empty() {
        page.line(&[("  undo", FAINT)]);
        for command in &fix.rollback {
            page.command(command);
        }
    }
}

/// Writes what a fix would change, without commands.
pub(crate) fn brief(page: &mut Page, fix: &Fix) {
    let class = format!("({})", class(fix.class));
    page.units("  fix  ", GOOD, 7, fix.summary.split(' ').filter(|word| !word.is_empty()).chain([class.as_str()]));
}

fn class(class: FixClass) -> String {
    let words = match class {
        FixClass::A => "one reversible call, no interruption",
        FixClass::B => "costs money",
        FixClass::C => "restarts a service or reboots",
        FixClass::D => "needs stop and start, or work on the root volume",
        FixClass::M => "for a person or another team",
        FixClass::None => return "nothing to change".to_owned(),
    };
    format!("{}: {words}", class.letter())
}

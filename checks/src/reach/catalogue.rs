//! Every id that findings about paths can have, for `rules` and `explain`.

use super::fault::FAULTS;
use super::rules::{self, About, OPEN};
use crate::finding::Severity;
use crate::net::Cause;
use std::fmt::Write;

/// What findings with one id are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Such as `net/no-route`; never changes its meaning.
    pub id: &'static str,
    /// The fault in a few words.
    pub title: &'static str,
    /// The severity of its findings where nothing passes.
    pub severity: Severity,
    /// Code of Reachability Analyzer, where it has one. Findings may carry a narrower one.
    pub code: Option<&'static str>,
}

/// Every id, in the order in which a packet meets the faults.
pub fn catalogue() -> Vec<Entry> {
    let blocker = |about: &About, code| Entry { id: about.rule, title: about.title, severity: Severity::Blocker, code };
    let faults = FAULTS.iter().map(|about| blocker(about, Some("BAD_STATE")));
    let causes = Cause::ALL.iter().map(|cause| blocker(&rules::of(*cause), cause.code()));
    let title = "A fact is missing that could change the verdict";
    let open = Entry { id: OPEN, title, severity: Severity::CannotTell, code: None };
    faults.chain(causes).chain([open]).collect()
}

impl Entry {
    /// Its page as Markdown.
    pub fn page(&self) -> String {
        let mut text = format!("# {}\n\n{}.\n\n", self.id, self.title);
        let _ = match self.code {
            Some(code) => writeln!(text, "Reachability Analyzer calls it `{code}`.\n"),
            None => Ok(()),
        };
        text.push_str(if self.id == OPEN {
            "The finding lists what is missing: an IAM action whose call was refused or not made, or in words what no call tells, \
             such as what is behind an appliance. Nothing that is missing is ever taken for empty.\n"
        } else {
            "The finding names the resource and the line that decides (a rule, an entry, a route), the packets that met it, and the \
             members of the answers that prove it. It is a blocker where nothing passes, and a degradation where some ports or some \
             addresses do.\n"
        });
        text.push_str(
            "\n## How to confirm\n\n`aws-triage reach --from … --to … --output json` shows every hop there and back.\n",
        );
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_id_in_the_sources_has_an_entry_and_a_page() {
        let listed: BTreeSet<&str> = catalogue().iter().map(|entry| entry.id).collect();
        assert_eq!(listed.len(), catalogue().len(), "no id twice");
        for text in [include_str!("rules.rs"), include_str!("fault.rs")] {
            let written = text.split('"').filter(|part| part.starts_with("net/"));
            let lacking: Vec<&str> = written.filter(|id| !listed.contains(id)).collect();
            assert!(lacking.is_empty(), "{lacking:?}");
        }
        for entry in catalogue() {
            let page = entry.page();
            assert!(page.starts_with(&format!("# {}\n\n{}", entry.id, entry.title)), "{page}");
        }
    }
}

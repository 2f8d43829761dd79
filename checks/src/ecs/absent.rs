//! What the facts tell of an instance that does not exist.

use super::registration::{entries, orphan};
use super::{Question, capacity};
use crate::finding::Finding;
use crate::snapshot::Snapshot;

/// What is worth knowing of an instance that EC2 does not know: entries of it that are left in the cluster, and why nothing takes its
/// place, as far as the facts tell.
pub fn absent(snapshot: &Snapshot, question: &Question) -> Vec<String> {
    let entries = entries(snapshot, question.cluster_name(), &question.instance).unwrap_or_default();
    let orphans = entries.into_iter().map(|entry| orphan(snapshot, question, entry));
    let groups = capacity::groups(snapshot, question).unwrap_or_default();
    let lacking = groups.into_iter().filter_map(|group| capacity::lacking(snapshot, group).ok().flatten());
    orphans.chain(lacking).map(|finding| told(&finding)).collect()
}

/// What was found, with the command that mends it.
fn told(finding: &Finding) -> String {
    let command = finding.fix.as_ref().and_then(|fix| fix.commands.first());
    command.map_or_else(|| finding.detail.clone(), |command| format!("{} (`{command}`)", finding.detail))
}

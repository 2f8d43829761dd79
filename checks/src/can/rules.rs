//! The rule ids and titles of what keeps a request from being allowed.

use crate::finding::Severity;
use crate::iam::Layer;

/// What findings with one id are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Such as `iam/explicit-deny`; never changes its meaning.
    pub id: &'static str,
    /// The fault in a few words.
    pub title: &'static str,
    /// The severity of its findings.
    pub severity: Severity,
}

const fn entry(id: &'static str, title: &'static str) -> Entry {
    Entry { id, title, severity: Severity::Blocker }
}

/// A statement denies.
pub(super) const DENY: Entry = entry("iam/explicit-deny", "A statement denies the request");
/// A fact is missing.
pub(super) const OPEN: Entry = Entry {
    id: "iam/not-known",
    title: "A fact is missing that could change the verdict",
    severity: Severity::CannotTell,
};

/// The layer that lacks an Allow.
pub(super) fn lacking(layer: Layer) -> Entry {
    match layer {
        Layer::Identity => entry("iam/identity-no-allow", "No policy of the caller allows the action"),
        Layer::Resource => entry("iam/resource-no-allow", "The policy of the resource does not allow it to the caller"),
        Layer::Trust => entry("iam/trust-no-allow", "The trust policy of the role does not let the caller assume it"),
        Layer::Boundary => {
            entry("iam/boundary-no-allow", "The permissions boundary of the caller does not allow the action")
        }
        Layer::Session => entry("iam/session-no-allow", "The session policy does not allow the action"),
        Layer::ServiceControl => entry(
            "iam/service-control-no-allow",
            "The service control policies of the organization do not allow the action",
        ),
        Layer::ResourceControl => entry(
            "iam/resource-control-no-allow",
            "The resource control policies of the organization do not allow the action",
        ),
        Layer::Endpoint => {
            entry("iam/endpoint-no-allow", "The policy of the VPC endpoint does not let the request pass")
        }
    }
}

/// Every id, in the order in which layers are asked.
pub fn catalogue() -> Vec<Entry> {
    let layers = [
        Layer::ServiceControl,
        Layer::ResourceControl,
        Layer::Endpoint,
        Layer::Resource,
        Layer::Trust,
        Layer::Identity,
        Layer::Boundary,
        Layer::Session,
    ];
    [DENY].into_iter().chain(layers.map(lacking)).chain([OPEN]).collect()
}

impl Entry {
    /// Its page as Markdown.
    pub fn page(&self) -> String {
        let told = if *self == OPEN {
            "The finding lists what is missing: an IAM action whose call was refused, a policy that nobody could read, or a condition key \
             whose value only the real request has. Give a key with `--context`. Nothing that is missing is ever taken for absent."
        } else if *self == DENY {
            "A Deny that applies wins, wherever it stands. The finding quotes the statement; where several deny, each is a finding."
        } else {
            "An Allow is needed on this layer, and no statement gives it. Where a statement fails on one element only, the finding names the \
             element with the values of the policy and of the request."
        };
        format!(
            "# {}\n\n{}.\n\n{told}\n\n## How to confirm\n\n`aws-triage can PRINCIPAL ACTION RESOURCE --output json` shows what every layer says.\n",
            self.id, self.title
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_id_has_an_entry_and_a_page() {
        let listed: BTreeSet<&str> = catalogue().iter().map(|entry| entry.id).collect();
        assert_eq!(listed.len(), catalogue().len(), "no id twice");
        let written =
            include_str!("rules.rs").split('"').filter(|part| part.starts_with("iam/") && !part.contains(' '));
        let lacking: Vec<&str> = written.filter(|id| *id != "iam/" && !listed.contains(id)).collect();
        assert!(lacking.is_empty(), "{lacking:?}");
        for entry in catalogue() {
            assert!(entry.page().starts_with(&format!("# {}\n\n{}.", entry.id, entry.title)));
        }
    }
}

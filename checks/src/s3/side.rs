//! One side of the filters: prefixes, which keys begin with, or suffixes, which they end with.

use super::case::Case;
use super::document::set_filter;
use super::filter::{self, Filter};
use crate::finding::Judgement;
use crate::fix::{Aws, Fix, FixClass};
use crate::snapshot::Gap;

/// What tells the two sides apart.
pub(crate) struct Side {
    /// `prefix` or `suffix`.
    pub(crate) name: &'static str,
    /// What keys do with a value that takes them: `begin with`, `end with`.
    pub(crate) verb: &'static str,
    /// The value of a filter.
    pub(crate) value: fn(Filter<'_>) -> &str,
    /// Whether a value takes a key.
    pub(crate) takes: fn(&str, &str) -> bool,
    /// The value that was meant, where key and value make it plain.
    pub(crate) meant: fn(&str, &str) -> Option<String>,
}

impl Side {
    /// Judges whether this side of the entries keeps the key out that is asked about.
    ///
    /// # Errors
    /// Why the entries are not known.
    pub(crate) fn judge(&self, case: &Case<'_>) -> Result<Judgement, Gap> {
        let Self { name, verb, .. } = self;
        let lost = case.missing_key()?;
        let lost: Vec<_> = lost.iter().filter(|(entry, key)| !(self.takes)(key, (self.value)(entry.filter))).collect();
        let without = |value: &str, key: &str| (self.takes)(key, value.trim_matches(['*', '?']));
        if !lost.is_empty() && lost.iter().all(|(entry, key)| without((self.value)(entry.filter), key)) {
            return Ok(Judgement::follows_from("s3/filter-wildcard-literal"));
        }
        let findings = lost.iter().map(|(entry, key)| {
            let value = (self.value)(entry.filter);
            let detail = format!(
                "key `{key}` does not {verb} `{}`, the {name} of entry `{}` for {}",
                filter::decoded(value),
                entry.label(),
                entry.whither()
            );
            let finding = entry.finding(case.bucket(), detail).proof(entry.proof_of_filter(case.bucket(), name, value));
            finding.fix(match (self.meant)(key, value) {
                Some(meant) => {
                    let document = case.with_entry(entry, |own| set_filter(own, name, &meant));
                    case.rewrite(format!("let entry `{}` take keys that {verb} `{meant}`", entry.label()), &document)
                }
                None => {
                    let show = Aws::new("s3api", "get-bucket-notification-configuration", case.region());
                    let summary =
                        format!("give entry `{}` the {name} that is meant; this shows the document", entry.label());
                    Fix::new(FixClass::M, summary).run(show.arg("bucket", case.bucket()))
                }
            })
        });
        let pass = format!("an entry takes the key, or its {name} is not what keeps it out");
        Ok(Judgement::of(findings.collect(), pass))
    }
}

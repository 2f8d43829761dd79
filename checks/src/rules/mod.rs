//! Every rule, one file each. Written by `UPDATE=1 cargo test -p checks`.

mod ssm;

use crate::rule::{About, Rule};

/// Rules of `ssm`, in the order of its layers.
pub static SSM: &[&Rule<crate::ssm::Ssm>] = ssm::ALL;

/// What is known of every rule without a case.
pub fn all() -> impl Iterator<Item = &'static About> {
    SSM.iter().map(|rule| &rule.about)
}

/// Symptoms that have rules.
pub fn symptoms() -> Vec<&'static str> {
    vec!["ssm"]
}

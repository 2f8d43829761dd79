//! The string operators.

use super::super::context::Context;
use super::super::glob::Case;
use super::super::notes::Notes;
use super::super::pattern::{Filled, Pattern, Reading};
use super::super::truth::Truth;
use super::operator::Comparison;

/// `StringEquals` (exact, `*` is a plain character), `StringEqualsIgnoreCase`, `StringLike` (`*` and `?`).
#[derive(Clone, Debug)]
pub(super) struct StringTest {
    patterns: Box<[Pattern]>,
    case: Case,
}

impl StringTest {
    pub(super) fn compile(comparison: Comparison, values: &[Box<str>], variables: bool) -> Self {
        let reading = Reading { wildcards: comparison == Comparison::StringLike, variables };
        let case = if comparison == Comparison::StringEqualsIgnoreCase { Case::Insensitive } else { Case::Sensitive };
        Self { patterns: values.iter().map(|value| Pattern::compile(value, reading)).collect(), case }
    }

    pub(super) fn fits_any(&self, value: &str, context: &Context, notes: &mut Notes) -> Truth {
        let mut any = Truth::False;
        for pattern in &self.patterns {
            any = any.or(match pattern.fill(context, notes) {
                Filled::Value(glob) => glob.matches(value, self.case).into(),
                // Nothing equals a missing value.
                Filled::NoValue => Truth::False,
                Filled::Unknown => Truth::Unknown,
            });
            if any.is_true() {
                break;
            }
        }
        any
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(comparison: Comparison, policy: &str, value: &str) -> bool {
        StringTest::compile(comparison, &[policy.into()], true)
            .fits_any(value, &Context::complete(), &mut Notes::default())
            .is_true()
    }

    #[test]
    fn a_star_is_a_wildcard_in_like_only() {
        assert!(fits(Comparison::StringLike, "a*", "abc"));
        assert!(!fits(Comparison::StringEquals, "a*", "abc"));
        assert!(fits(Comparison::StringEquals, "a*", "a*"));
        assert!(fits(Comparison::StringEquals, "a${*}", "a*"));
        assert!(!fits(Comparison::StringLike, "a${*}", "abc"));
    }

    #[test]
    fn only_the_ignore_case_variant_ignores_case() {
        assert!(!fits(Comparison::StringEquals, "Prod", "prod"));
        assert!(!fits(Comparison::StringLike, "Pr*", "prod"));
        assert!(fits(Comparison::StringEqualsIgnoreCase, "Prod", "pROD"));
    }
}

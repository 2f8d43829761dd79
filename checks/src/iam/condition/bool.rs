//! The Boolean operator.

use super::super::context::Context;
use super::super::glob::Case;
use super::super::notes::Notes;
use super::super::pattern::{Filled, Pattern, Reading};
use super::super::truth::Truth;

/// `Bool`: `true` and `false`, in any letter case.
#[derive(Clone, Debug)]
pub(super) struct BoolTest(Box<[Pattern]>);

impl BoolTest {
    pub(super) fn compile(values: &[Box<str>], variables: bool) -> Self {
        let reading = Reading { wildcards: false, variables };
        Self(values.iter().map(|value| Pattern::compile(value, reading)).collect())
    }

    pub(super) fn fits_any(&self, value: &str, context: &Context, notes: &mut Notes) -> Truth {
        self.0.iter().fold(Truth::False, |any, pattern| {
            any.or(match pattern.fill(context, notes) {
                Filled::Value(glob) => glob.matches(value, Case::Insensitive).into(),
                Filled::NoValue => Truth::False,
                Filled::Unknown => Truth::Unknown,
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letter_case_does_not_matter() {
        let test = BoolTest::compile(&["tRUe".into()], true);
        let fits = |value: &str| test.fits_any(value, &Context::complete(), &mut Notes::default());
        assert_eq!(fits("true"), Truth::True);
        assert_eq!(fits("TRUE"), Truth::True);
        assert_eq!(fits("false"), Truth::False);
    }
}

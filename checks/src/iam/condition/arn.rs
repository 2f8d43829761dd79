//! The ARN operators.

use super::super::arn::{Arn, HeadFit, head_fits, split_tokens};
use super::super::context::Context;
use super::super::glob::{Case, Glob};
use super::super::notes::Notes;
use super::super::pattern::{Filled, Piece, Reading, fill_tokens, pieces};
use super::super::truth::Truth;
use super::super::unsettled::Unsettled;

/// `ArnEquals` and `ArnLike`, one operator under two names: segment by segment, wildcards allowed in each. A wildcard
/// does not run over one of the first five colons.
#[derive(Clone, Debug)]
pub(super) struct ArnTest {
    patterns: Box<[ArnPattern]>,
    negated: bool,
}

#[derive(Clone, Debug)]
struct ArnPattern {
    text: Box<str>,
    form: Form,
}

#[derive(Clone, Debug)]
enum Form {
    Split(Split),
    /// With policy variables: filled in first, split afterwards.
    Template(Box<[Piece]>),
}

#[derive(Clone, Debug)]
struct Split {
    head: Box<[Glob]>,
    /// What follows the fifth colon, if there is one.
    rest: Option<Glob>,
}

impl ArnTest {
    pub(super) fn compile(values: &[Box<str>], negated: bool, variables: bool) -> Self {
        let compile = |text: &str| {
            let pieces = pieces(text, Reading { wildcards: true, variables });
            let form = match pieces.as_slice() {
                [Piece::Tokens(tokens)] => {
                    let (head, rest) = split_tokens(tokens);
                    Form::Split(Split { head, rest })
                }
                _ => Form::Template(pieces.into()),
            };
            ArnPattern { text: text.into(), form }
        };
        Self { patterns: values.iter().map(|text| compile(text)).collect(), negated }
    }

    pub(super) fn fits_any(&self, value: &str, context: &Context, notes: &mut Notes) -> Truth {
        let Some(arn) = Arn::parse(value) else {
            if self.negated {
                notes.unsettled(Unsettled::ArnNegationOnOtherText { value: value.to_owned() });
                return Truth::Unknown;
            }
            return Truth::False;
        };
        let mut any = Truth::False;
        for pattern in &self.patterns {
            any = any.or(pattern.fits(&arn, context, notes));
            if any.is_true() {
                break;
            }
        }
        any
    }
}

impl ArnPattern {
    fn fits(&self, arn: &Arn<'_>, context: &Context, notes: &mut Notes) -> Truth {
        match &self.form {
            Form::Split(split) => self.split_fits(split, arn, notes),
            Form::Template(pieces) => match fill_tokens(pieces, context, notes) {
                Filled::Value(tokens) => {
                    let (head, rest) = split_tokens(&tokens);
                    self.split_fits(&Split { head, rest }, arn, notes)
                }
                // Nothing equals a missing value.
                Filled::NoValue => Truth::False,
                Filled::Unknown => Truth::Unknown,
            },
        }
    }

    fn split_fits(&self, split: &Split, arn: &Arn<'_>, notes: &mut Notes) -> Truth {
        let head = head_fits(&split.head, arn);
        let rest = split.rest.as_ref();
        if head == HeadFit::No || rest.is_some_and(|rest| !rest.matches(arn.resource, Case::Sensitive)) {
            return Truth::False;
        }
        if rest.is_none() {
            notes.unsettled(Unsettled::ShortArnInCondition { pattern: self.text.to_string() });
            return Truth::Unknown;
        }
        if head == HeadFit::CaseOnly {
            notes.unsettled(Unsettled::SegmentCase { pattern: self.text.to_string() });
            return Truth::Unknown;
        }
        Truth::True
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(pattern: &str, value: &str) -> Truth {
        let context =
            Context::complete().with("aws:PrincipalAccount", "111122223333").with("aws:SourceArn", "arn:aws:s3:::b");
        ArnTest::compile(&[pattern.into()], false, true).fits_any(value, &context, &mut Notes::default())
    }

    #[test]
    fn wildcards_stay_within_a_segment() {
        let group = "arn:aws:logs:eu-west-1:111122223333:log-group:x";
        assert_eq!(fits("arn:aws:logs:*:log-group:x", group), Truth::False);
        assert_eq!(fits("arn:aws:logs:*:*:log-group:x", group), Truth::True);
        assert_eq!(fits("arn:aws*:logs:*:111122223333:*", group), Truth::True);
    }

    #[test]
    fn variables_work_in_every_segment() {
        assert_eq!(
            fits("arn:aws:iam::${aws:PrincipalAccount}:role/*", "arn:aws:iam::111122223333:role/web"),
            Truth::True
        );
        assert_eq!(
            fits("arn:aws:iam::${aws:PrincipalAccount}:role/*", "arn:aws:iam::444455556666:role/web"),
            Truth::False
        );
        assert_eq!(fits("${aws:SourceArn}", "arn:aws:s3:::b"), Truth::True);
        assert_eq!(fits("arn:aws:s3:::${aws:username}", "arn:aws:s3:::b"), Truth::False);
    }

    #[test]
    fn short_patterns_decide_nothing_when_they_fit_so_far() {
        assert_eq!(fits("*", "arn:aws:s3:::b"), Truth::Unknown);
        assert_eq!(fits("arn:aws:sns:*", "arn:aws:s3:::b"), Truth::False);
    }
}

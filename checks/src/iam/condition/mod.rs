//! The `Condition` element: one file per operator family, the set operators, `IfExists` and absent keys here.

mod arn;
mod binary;
mod bool;
mod date;
mod ip;
mod null;
mod numeric;
mod operator;
mod string;

use super::context::{Context, Known};
use super::notes::Notes;
use super::truth::Truth;
use super::unsettled::Unsettled;
use operator::{Comparison, Operator, Quantifier};

/// One operator with one key and its values. A statement's conditions are the conjunction of these.
#[derive(Clone, Debug)]
pub(crate) struct Condition {
    operator_text: Box<str>,
    shown_key: Box<str>,
    texts: Box<[Box<str>]>,
    /// In lower case, as the context is asked.
    key: Box<str>,
    rule: Rule,
}

#[derive(Clone, Debug)]
enum Rule {
    /// The operator is not in the documentation: taking it for "no match" would silently drop a Deny.
    UnknownOperator,
    /// `Null` with the wanted answers; `None` for a value that is neither `true` nor `false`.
    Null(null::NullTest),
    Compare {
        operator: Operator,
        test: Test,
    },
}

/// The values of a condition, read once for their operator family.
#[derive(Clone, Debug)]
enum Test {
    String(string::StringTest),
    Numeric(numeric::NumericTest),
    Date(date::DateTest),
    Bool(bool::BoolTest),
    Binary(binary::BinaryTest),
    Ip(ip::IpTest),
    Arn(arn::ArnTest),
}

impl Test {
    /// Whether a value of the request fits at least one value of the policy, before any negation.
    fn fits_any(&self, value: &str, context: &Context, notes: &mut Notes) -> Truth {
        match self {
            Self::String(test) => test.fits_any(value, context, notes),
            Self::Numeric(test) => test.fits_any(value, notes),
            Self::Date(test) => test.fits_any(value, notes),
            Self::Bool(test) => test.fits_any(value, context, notes),
            Self::Binary(test) => test.fits_any(value, notes),
            Self::Ip(test) => test.fits_any(value, notes),
            Self::Arn(test) => test.fits_any(value, context, notes),
        }
    }
}

impl Condition {
    /// Reads one entry of a `Condition` block. `variables` says whether the policy version supports policy variables.
    pub(crate) fn compile(operator_text: &str, key: &str, values: Vec<Box<str>>, variables: bool) -> Self {
        let rule = match Operator::parse(operator_text) {
            None => Rule::UnknownOperator,
            Some(Operator { comparison: Comparison::Null, .. }) => Rule::Null(null::NullTest::compile(&values)),
            Some(operator) => Rule::Compare { operator, test: test(operator, &values, variables) },
        };
        Self {
            operator_text: operator_text.into(),
            shown_key: key.into(),
            texts: values.into(),
            key: key.to_ascii_lowercase().into(),
            rule,
        }
    }

    /// The operator as written.
    pub(crate) fn operator(&self) -> &str {
        &self.operator_text
    }

    /// The key as written.
    pub(crate) fn shown_key(&self) -> &str {
        &self.shown_key
    }

    /// The values as written.
    pub(crate) fn values(&self) -> &[Box<str>] {
        &self.texts
    }

    /// Whether the condition holds for a request.
    pub(crate) fn holds(&self, context: &Context, notes: &mut Notes) -> Truth {
        if self.texts.is_empty() {
            notes.unsettled(Unsettled::EmptyElement { element: self.shown_key.to_string() });
            return Truth::Unknown;
        }
        match &self.rule {
            Rule::UnknownOperator => {
                notes.unsettled(Unsettled::UnknownOperator { operator: self.operator_text.to_string() });
                Truth::Unknown
            }
            Rule::Null(test) => test.holds(context.get(&self.key), &self.shown_key, notes),
            Rule::Compare { operator, test } => match context.get(&self.key) {
                Known::Unknown => {
                    notes.key(&self.shown_key);
                    Truth::Unknown
                }
                Known::Absent => self.without_key(*operator, notes),
                Known::Values(values) => self.with_values(*operator, test, values, context, notes),
            },
        }
    }

    /// The key is absent: false for positive operators, true for negated ones, `IfExists` and `ForAllValues`.
    fn without_key(&self, operator: Operator, notes: &mut Notes) -> Truth {
        match operator.quantifier {
            Quantifier::ForAll => Truth::True,
            Quantifier::ForAny if operator.if_exists => {
                notes.unsettled(Unsettled::ForAnyValueIfExistsMissing { key: self.shown_key.to_string() });
                Truth::Unknown
            }
            Quantifier::ForAny => Truth::False,
            Quantifier::One => Truth::from(operator.if_exists || operator.negated),
        }
    }

    fn with_values(
        &self,
        operator: Operator,
        test: &Test,
        values: &[String],
        context: &Context,
        notes: &mut Notes,
    ) -> Truth {
        let mut fits = |value: &String| {
            let any = test.fits_any(value, context, notes);
            // A value satisfies a negated operator when it differs from every listed value.
            if operator.negated { !any } else { any }
        };
        match (operator.quantifier, values) {
            (Quantifier::One, [value]) => fits(value),
            (Quantifier::One, _) => {
                notes.unsettled(Unsettled::MultivaluedWithoutSetOperator { key: self.shown_key.to_string() });
                Truth::Unknown
            }
            // An empty list and a list of one empty text count as no value for the set operators.
            (_, []) => self.without_key(operator, notes),
            (_, [only]) if only.is_empty() => self.without_key(operator, notes),
            (Quantifier::ForAll, values) => values.iter().map(&mut fits).fold(Truth::True, Truth::and),
            (Quantifier::ForAny, values) => values.iter().map(&mut fits).fold(Truth::False, Truth::or),
        }
    }
}

fn test(operator: Operator, values: &[Box<str>], variables: bool) -> Test {
    match operator.comparison {
        Comparison::Numeric(order) => Test::Numeric(numeric::NumericTest::compile(order, values)),
        Comparison::Date(order) => Test::Date(date::DateTest::compile(order, values)),
        Comparison::Bool => Test::Bool(bool::BoolTest::compile(values, variables)),
        Comparison::Binary => Test::Binary(binary::BinaryTest::compile(values)),
        Comparison::Ip => Test::Ip(ip::IpTest::compile(values)),
        Comparison::Arn => Test::Arn(arn::ArnTest::compile(values, operator.negated, variables)),
        text => Test::String(string::StringTest::compile(text, values, variables)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(operator: &str, key: &str, values: &[&str], context: &Context) -> Truth {
        let values = values.iter().map(|value| (*value).into()).collect();
        Condition::compile(operator, key, values, true).holds(context, &mut Notes::default())
    }

    #[test]
    fn an_absent_key_fails_positive_operators_and_meets_negated_ones() {
        let none = Context::complete();
        for operator in [
            "StringEquals",
            "StringLike",
            "ArnLike",
            "Bool",
            "IpAddress",
            "BinaryEquals",
            "NumericLessThan",
            "DateEquals",
        ] {
            assert_eq!(holds(operator, "aws:x", &["*"], &none), Truth::False, "{operator}");
            assert_eq!(
                holds(&format!("{operator}IfExists"), "aws:x", &["1"], &none),
                Truth::True,
                "{operator}IfExists"
            );
        }
        for operator in [
            "StringNotEquals",
            "StringNotLike",
            "ArnNotEquals",
            "ArnNotLike",
            "NumericNotEquals",
            "DateNotEquals",
            "NotIpAddress",
        ] {
            assert_eq!(holds(operator, "aws:x", &["1"], &none), Truth::True, "{operator}");
            assert_eq!(
                holds(&format!("{operator}IfExists"), "aws:x", &["1"], &none),
                Truth::True,
                "{operator}IfExists"
            );
        }
    }

    #[test]
    fn set_operators_count_an_empty_list_and_an_empty_text_as_no_value() {
        for context in [
            Context::complete(),
            Context::complete().with_values("aws:TagKeys", Vec::<String>::new()),
            Context::complete().with_values("aws:TagKeys", [""]),
        ] {
            assert_eq!(holds("ForAllValues:StringEquals", "aws:TagKeys", &["a"], &context), Truth::True);
            assert_eq!(holds("ForAllValues:StringNotEquals", "aws:TagKeys", &["a"], &context), Truth::True);
            assert_eq!(holds("ForAnyValue:StringEquals", "aws:TagKeys", &["a"], &context), Truth::False);
            assert_eq!(holds("ForAnyValue:StringNotEquals", "aws:TagKeys", &["a"], &context), Truth::False);
        }
    }

    #[test]
    fn negated_set_operators_compare_with_every_listed_value() {
        let tags = Context::complete().with_values("aws:TagKeys", ["a", "c"]);
        assert_eq!(holds("ForAnyValue:StringNotEquals", "aws:TagKeys", &["a", "b"], &tags), Truth::True);
        assert_eq!(holds("ForAnyValue:StringNotEquals", "aws:TagKeys", &["a", "c"], &tags), Truth::False);
        assert_eq!(holds("ForAllValues:StringNotEquals", "aws:TagKeys", &["b"], &tags), Truth::True);
        assert_eq!(holds("ForAllValues:StringNotEquals", "aws:TagKeys", &["a", "b"], &tags), Truth::False);
        assert_eq!(holds("ForAllValues:StringEquals", "aws:TagKeys", &["a", "b", "c"], &tags), Truth::True);
        assert_eq!(holds("ForAllValues:StringEquals", "aws:TagKeys", &["a", "b"], &tags), Truth::False);
        assert_eq!(holds("ForAnyValue:StringEquals", "aws:TagKeys", &["x", "c"], &tags), Truth::True);
    }

    #[test]
    fn a_key_of_which_nothing_is_known_decides_nothing() {
        for operator in ["StringEquals", "StringNotEquals", "BoolIfExists", "ForAllValues:StringEquals", "Null"] {
            assert_eq!(holds(operator, "aws:x", &["true"], &Context::partial()), Truth::Unknown, "{operator}");
        }
    }
}

//! Names of operators, with their set prefix and `IfExists`.

/// A condition operator, taken apart: `ForAnyValue:StringNotLikeIfExists` is quantifier, comparison, negation and
/// `IfExists` (IAM user guide, condition operators).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Operator {
    pub(crate) quantifier: Quantifier,
    pub(crate) comparison: Comparison,
    pub(crate) negated: bool,
    pub(crate) if_exists: bool,
}

/// How the values of the request are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quantifier {
    /// The key has one value.
    One,
    /// `ForAllValues:`
    ForAll,
    /// `ForAnyValue:`
    ForAny,
}

/// What one value of the request is compared with, before any negation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    StringEquals,
    StringEqualsIgnoreCase,
    StringLike,
    Numeric(Order),
    Date(Order),
    Bool,
    Binary,
    Ip,
    Arn,
    Null,
}

/// Which order between the value of the request and the value of the policy is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Order {
    pub(crate) fn accepts(self, ordering: std::cmp::Ordering) -> bool {
        match self {
            Self::Equal => ordering.is_eq(),
            Self::Less => ordering.is_lt(),
            Self::LessOrEqual => ordering.is_le(),
            Self::Greater => ordering.is_gt(),
            Self::GreaterOrEqual => ordering.is_ge(),
        }
    }

    fn parse(name: &str) -> Option<(Self, bool)> {
        Some(match name {
            "Equals" => (Self::Equal, false),
            "NotEquals" => (Self::Equal, true),
            "LessThan" => (Self::Less, false),
            "LessThanEquals" => (Self::LessOrEqual, false),
            "GreaterThan" => (Self::Greater, false),
            "GreaterThanEquals" => (Self::GreaterOrEqual, false),
            _ => return None,
        })
    }
}

impl Operator {
    /// Reads an operator name; `None` for a name that is not in the documentation.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        let (quantifier, rest) = match name.split_once(':') {
            Some(("ForAllValues", rest)) => (Quantifier::ForAll, rest),
            Some(("ForAnyValue", rest)) => (Quantifier::ForAny, rest),
            Some(_) => return None,
            None => (Quantifier::One, name),
        };
        let (base, if_exists) = rest.strip_suffix("IfExists").map_or((rest, false), |base| (base, true));
        let (comparison, negated) = comparison(base)?;
        if comparison == Comparison::Null && (if_exists || quantifier != Quantifier::One) {
            return None;
        }
        Some(Self { quantifier, comparison, negated, if_exists })
    }
}

fn comparison(base: &str) -> Option<(Comparison, bool)> {
    if let Some(order) = base.strip_prefix("Numeric") {
        return Order::parse(order).map(|(order, negated)| (Comparison::Numeric(order), negated));
    }
    if let Some(order) = base.strip_prefix("Date") {
        return Order::parse(order).map(|(order, negated)| (Comparison::Date(order), negated));
    }
    Some(match base {
        "StringEquals" => (Comparison::StringEquals, false),
        "StringNotEquals" => (Comparison::StringEquals, true),
        "StringEqualsIgnoreCase" => (Comparison::StringEqualsIgnoreCase, false),
        "StringNotEqualsIgnoreCase" => (Comparison::StringEqualsIgnoreCase, true),
        "StringLike" => (Comparison::StringLike, false),
        "StringNotLike" => (Comparison::StringLike, true),
        "Bool" => (Comparison::Bool, false),
        "BinaryEquals" => (Comparison::Binary, false),
        "IpAddress" => (Comparison::Ip, false),
        "NotIpAddress" => (Comparison::Ip, true),
        // One operator under two names (IAM user guide, ARN condition operators).
        "ArnEquals" | "ArnLike" => (Comparison::Arn, false),
        "ArnNotEquals" | "ArnNotLike" => (Comparison::Arn, true),
        "Null" => (Comparison::Null, false),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_apart() {
        let operator = Operator::parse("ForAnyValue:StringNotLikeIfExists").unwrap();
        assert_eq!(operator.quantifier, Quantifier::ForAny);
        assert_eq!(operator.comparison, Comparison::StringLike);
        assert!(operator.negated && operator.if_exists);
        assert_eq!(Operator::parse("DateLessThanEquals").unwrap().comparison, Comparison::Date(Order::LessOrEqual));
    }

    #[test]
    fn names_outside_the_documentation_are_unknown() {
        for name in [
            "",
            "stringequals",
            "StringLikeIgnoreCase",
            "NullIfExists",
            "ForAllValues:Null",
            "ForEachValue:Bool",
            "BoolNot",
            "NumericLike",
            "IfExists",
        ] {
            assert_eq!(Operator::parse(name), None, "{name}");
        }
    }
}

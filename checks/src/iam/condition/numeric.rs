//! The numeric operators.

use std::cmp::Ordering;

use super::super::notes::Notes;
use super::super::truth::Truth;
use super::super::unsettled::Unsettled;
use super::operator::Order;

/// `NumericEquals`, `NumericLessThan` and relatives: by value, `5` is `5.0` and `9` is less than `10`.
#[derive(Clone, Debug)]
pub(super) struct NumericTest {
    order: Order,
    values: Box<[(Box<str>, Option<Decimal>)]>,
}

impl NumericTest {
    pub(super) fn compile(order: Order, values: &[Box<str>]) -> Self {
        Self { order, values: values.iter().map(|value| (value.clone(), Decimal::parse(value))).collect() }
    }

    pub(super) fn fits_any(&self, value: &str, notes: &mut Notes) -> Truth {
        let unreadable = |notes: &mut Notes, value: &str| {
            notes.unsettled(Unsettled::UnreadableValue { family: "Numeric", value: value.to_owned() });
            Truth::Unknown
        };
        let Some(own) = Decimal::parse(value) else { return unreadable(notes, value) };
        self.values.iter().fold(Truth::False, |any, (text, wanted)| {
            any.or(match wanted {
                Some(wanted) => self.order.accepts(own.compare(wanted)).into(),
                None => unreadable(notes, text),
            })
        })
    }
}

/// A decimal number of any length, compared digit by digit so that no precision is lost.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Decimal {
    negative: bool,
    /// Without leading zeros.
    whole: Box<str>,
    /// Without trailing zeros.
    fraction: Box<str>,
}

impl Decimal {
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if (whole.is_empty() && fraction.is_empty()) || !is_number(whole) || !is_number(fraction) {
            return None;
        }
        let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
        let zero = whole.is_empty() && fraction.is_empty();
        Some(Self { negative: negative && !zero, whole: whole.into(), fraction: fraction.into() })
    }

    fn compare(&self, other: &Self) -> Ordering {
        let size = self
            .whole
            .len()
            .cmp(&other.whole.len())
            .then_with(|| self.whole.cmp(&other.whole))
            .then_with(|| self.fraction.cmp(&other.fraction));
        match (self.negative, other.negative) {
            (false, false) => size,
            (true, true) => size.reverse(),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compare(left: &str, right: &str) -> Ordering {
        Decimal::parse(left).unwrap().compare(&Decimal::parse(right).unwrap())
    }

    #[test]
    fn numbers_are_compared_by_value() {
        assert_eq!(compare("5", "5.0"), Ordering::Equal);
        assert_eq!(compare("9", "10"), Ordering::Less);
        assert_eq!(compare("1.25", "1.3"), Ordering::Less);
        assert_eq!(compare("-2", "-1"), Ordering::Less);
        assert_eq!(compare("-0", "0"), Ordering::Equal);
        assert_eq!(compare("007", "7"), Ordering::Equal);
        assert_eq!(compare("90071992547409931", "90071992547409930"), Ordering::Greater);
    }

    #[test]
    fn other_text_is_no_number() {
        for text in ["", "-", ".", "1e3", "0x10", "ten", "1.2.3"] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
    }

    #[test]
    fn text_that_is_no_number_decides_nothing() {
        let test = NumericTest::compile(Order::Less, &["ten".into()]);
        assert_eq!(test.fits_any("5", &mut Notes::default()), Truth::Unknown);
        let test = NumericTest::compile(Order::Less, &["ten".into(), "10".into()]);
        assert_eq!(test.fits_any("5", &mut Notes::default()), Truth::True);
    }
}

//! The date operators.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::super::notes::Notes;
use super::super::truth::Truth;
use super::super::unsettled::Unsettled;
use super::operator::Order;

/// `DateEquals`, `DateLessThan` and relatives: ISO 8601 with zone, a date alone, or epoch seconds, mixed freely.
/// Instants are compared, never text.
#[derive(Clone, Debug)]
pub(super) struct DateTest {
    order: Order,
    values: Box<[(Box<str>, Option<Timestamp>)]>,
}

impl DateTest {
    pub(super) fn compile(order: Order, values: &[Box<str>]) -> Self {
        Self { order, values: values.iter().map(|value| (value.clone(), instant(value))).collect() }
    }

    pub(super) fn fits_any(&self, value: &str, notes: &mut Notes) -> Truth {
        let unreadable = |notes: &mut Notes, value: &str| {
            notes.unsettled(Unsettled::UnreadableValue { family: "Date", value: value.to_owned() });
            Truth::Unknown
        };
        let Some(own) = instant(value) else { return unreadable(notes, value) };
        self.values.iter().fold(Truth::False, |any, (text, wanted)| {
            any.or(match wanted {
                Some(wanted) => self.order.accepts(own.cmp(wanted)).into(),
                None => unreadable(notes, text),
            })
        })
    }
}

/// Reads an instant. A date alone is its first moment in UTC, a month its first day. Four digits could be a year as well
/// as epoch seconds and are not read; a time of day without a zone neither.
fn instant(text: &str) -> Option<Timestamp> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return if text.len() == 4 { None } else { Timestamp::from_second(text.parse().ok()?).ok() };
    }
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        return Some(timestamp);
    }
    if text.contains(['T', 't', ' ']) {
        return None;
    }
    let day = if text.len() == 7 { format!("{text}-01").parse::<Date>() } else { text.parse::<Date>() };
    TimeZone::UTC.to_timestamp(day.ok()?.at(0, 0, 0, 0)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_instant_has_many_spellings() {
        let noon = instant("2025-06-01T12:00:00Z").unwrap();
        for text in ["2025-06-01T12:00Z", "2025-06-01T14:00:00+02:00", "2025-06-01T12:00:00.000Z", "1748779200"] {
            assert_eq!(instant(text), Some(noon), "{text}");
        }
        assert_eq!(instant("2025-06-01"), instant("2025-06-01T00:00:00Z"));
        assert_eq!(instant("2025-06"), instant("2025-06-01T00:00:00Z"));
        assert!(instant("1767225600").unwrap() > instant("2025-06-01T00:00:00Z").unwrap());
    }

    #[test]
    fn ambiguous_and_other_text_is_no_instant() {
        for text in ["2025", "2025-06-01T12:00:00", "yesterday", "", "2025-13-01", "2025-06-01T25:00:00Z"] {
            assert_eq!(instant(text), None, "{text}");
        }
    }
}

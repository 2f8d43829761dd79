//! Points in time: the three formats of the protocols, and the one text the AWS CLI prints.

use jiff::Timestamp;
use jiff::fmt::temporal::{DateTimePrinter, Pieces};
use jiff::tz::Offset;
use serde_json::{Number, Value};

use super::model::TimestampFormat;

/// A point in time from what a caller may write: ISO 8601 text with a zone, or seconds since 1970.
pub(super) fn from_input(value: &Value) -> Option<Timestamp> {
    match value {
        Value::Number(n) => from_epoch(n),
        Value::String(text) => from_text(text).map(|(t, _)| t),
        _ => None,
    }
}

/// The text of a request in the given format. Fractions of a second are kept to the microsecond where they are not
/// zero; RFC 822 has none.
pub(super) fn to_wire(time: Timestamp, format: TimestampFormat) -> String {
    match format {
        TimestampFormat::Iso8601 => iso(time).timestamp_to_string(&time),
        TimestampFormat::UnixTimestamp => epoch(time).to_string(),
        TimestampFormat::Rfc822 => jiff::fmt::rfc2822::DateTimePrinter::new()
            .timestamp_to_rfc9110_string(&time)
            .unwrap_or_else(|_| iso(time).timestamp_to_string(&time)),
    }
}

/// Seconds since 1970, whole where they can be.
pub(super) fn epoch(time: Timestamp) -> Number {
    let micros = time.as_microsecond();
    if micros % 1_000_000 == 0 {
        return Number::from(micros / 1_000_000);
    }
    // Divided once: adding a rounded fraction to whole seconds would round twice.
    Number::from_f64(micros as f64 / 1e6).unwrap_or_else(|| Number::from(micros / 1_000_000))
}

/// A time of an answer as the AWS CLI prints it, `2026-11-22T20:14:00+00:00`. The offset of the answer is kept, seconds
/// since 1970 are printed as UTC. What cannot be read as a time is returned as it is.
pub(super) fn to_cli(value: &Value) -> Value {
    let read = match value {
        Value::Number(n) => from_epoch(n).map(|t| (t, Offset::UTC)),
        Value::String(text) => match text.trim().parse::<Number>() {
            Ok(n) => from_epoch(&n).map(|t| (t, Offset::UTC)),
            Err(_) => from_text(text),
        },
        _ => None,
    };
    read.map_or_else(|| value.clone(), |(t, offset)| Value::String(iso(t).timestamp_with_offset_to_string(&t, offset)))
}

/// No fraction, or six digits of it: what Python's `isoformat` does.
fn iso(time: Timestamp) -> DateTimePrinter {
    let whole = time.as_microsecond() % 1_000_000 == 0;
    DateTimePrinter::new().precision(Some(if whole { 0 } else { 6 }))
}

fn from_epoch(seconds: &Number) -> Option<Timestamp> {
    match seconds.as_i64() {
        Some(whole) => Timestamp::from_second(whole).ok(),
        None => {
            let micros = (seconds.as_f64()? * 1e6).round_ties_even();
            // A float beyond i64 saturates and is then outside jiff's range.
            Timestamp::from_microsecond(micros as i64).ok()
        }
    }
}

fn from_text(text: &str) -> Option<(Timestamp, Offset)> {
    let text = text.trim();
    if let Ok(pieces) = Pieces::parse(text) {
        let offset = pieces.to_numeric_offset()?;
        return Some((text.parse().ok()?, offset));
    }
    let (text, fraction) = split_fraction(text);
    let time = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(&text).ok()?;
    let micros: i64 = format!("{fraction:0<6}").get(..6)?.parse().ok()?;
    Some((Timestamp::from_microsecond(time.as_microsecond() + micros).ok()?, Offset::UTC))
}

/// `Sun, 02 Jan 2000 20:34:56.456 GMT` as the text without the fraction and its digits: services send fractions in
/// headers though RFC 822 knows none.
fn split_fraction(text: &str) -> (String, &str) {
    let Some((before, after)) = text.split_once('.') else {
        return (text.to_owned(), "");
    };
    let end = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
    let (digits, rest) = after.split_at(end);
    (format!("{before}{rest}"), digits)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn answers_are_printed_as_the_aws_cli_prints_them() {
        for (wire, cli) in [
            (json!(1_700_000_000), json!("2023-11-14T22:13:20+00:00")),
            (json!(1_700_000_000.5), json!("2023-11-14T22:13:20.500000+00:00")),
            (json!(1.7e9), json!("2023-11-14T22:13:20+00:00")),
            (json!("1700000000"), json!("2023-11-14T22:13:20+00:00")),
            (json!("2026-11-22T20:14:00Z"), json!("2026-11-22T20:14:00+00:00")),
            (json!("2026-11-22T20:14:00.000Z"), json!("2026-11-22T20:14:00+00:00")),
            (json!("2026-11-22T20:14:00.120Z"), json!("2026-11-22T20:14:00.120000+00:00")),
            (json!("2026-11-22T20:14:00+09:00"), json!("2026-11-22T20:14:00+09:00")),
            (json!("Sun, 22 Nov 2026 20:14:00 GMT"), json!("2026-11-22T20:14:00+00:00")),
            (json!("Sun, 22 Nov 2026 20:14:00.25 GMT"), json!("2026-11-22T20:14:00.250000+00:00")),
        ] {
            assert_eq!(to_cli(&wire), cli, "{wire}");
        }
    }

    #[test]
    fn what_is_no_time_stays_as_it_is() {
        for odd in
            [json!("never"), json!(""), json!("2026-13-45T99:00:00Z"), json!(1e300), json!(true), json!("2026-11-22")]
        {
            assert_eq!(to_cli(&odd), odd);
        }
    }

    #[test]
    fn requests_use_the_format_of_the_member() {
        let time = from_input(&json!("2000-01-02T20:34:56.000Z")).unwrap();
        assert_eq!(to_wire(time, TimestampFormat::Iso8601), "2000-01-02T20:34:56Z");
        assert_eq!(to_wire(time, TimestampFormat::UnixTimestamp), "946845296");
        assert_eq!(to_wire(time, TimestampFormat::Rfc822), "Sun, 02 Jan 2000 20:34:56 GMT");
        let time = from_input(&json!(1.003_691)).unwrap();
        assert_eq!(to_wire(time, TimestampFormat::Iso8601), "1970-01-01T00:00:01.003691Z");
        assert_eq!(to_wire(time, TimestampFormat::UnixTimestamp), "1.003691");
    }
}

//! Event patterns of EventBridge, as far as events of S3 meet them.
//!
//! Source: EventBridge user guide, "Creating event patterns" and "Comparison operators for use in event patterns".

use crate::iam::Truth;
use ipnetwork::IpNetwork;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::net::IpAddr;

/// What is known of a member of an event.
#[derive(Debug, Clone, PartialEq)]
pub enum Field {
    /// Its values: one, or those of a list.
    Is(Vec<String>),
    /// It is there, with a value that is not known.
    There,
    /// Perhaps it is there.
    Perhaps,
    /// Members of its own.
    Of(Fields),
}

/// Members by name; what is not listed is not there.
pub type Fields = BTreeMap<&'static str, Field>;

/// What a pattern makes of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// Whether it takes it.
    pub fits: Truth,
    /// Members of the pattern that the event does not meet, by their path.
    pub failed: Vec<String>,
    /// Operators that this program does not know.
    pub odd: Vec<String>,
}

/// Compares an event with a pattern.
pub fn compare(pattern: &Map<String, Value>, event: &Fields) -> Match {
    let mut matched = Match { fits: Truth::True, failed: Vec::new(), odd: Vec::new() };
    matched.fits = matched.members(pattern, event, "");
    matched
}

static NONE: Fields = Fields::new();

impl Match {
    fn members(&mut self, pattern: &Map<String, Value>, fields: &Fields, path: &str) -> Truth {
        let mut all = Truth::True;
        for (name, wanted) in pattern {
            let place = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            let truth = match wanted {
                Value::Array(choices) if name == "$or" => self.any(choices, fields, path),
                Value::Array(choices) => self.leaf(choices, fields.get(name.as_str())),
                Value::Object(members) => match fields.get(name.as_str()) {
                    Some(Field::Of(own)) => self.members(members, own, &place),
                    None => self.members(members, &NONE, &place),
                    Some(Field::Is(_)) => Truth::False,
                    Some(Field::There | Field::Perhaps) => Truth::Unknown,
                },
                other => self.odd(other.to_string()),
            };
            if truth.is_false() && !self.failed.iter().any(|known| known.starts_with(&place)) {
                self.failed.push(place);
            }
            all = all.and(truth);
        }
        all
    }

    fn any(&mut self, choices: &[Value], fields: &Fields, path: &str) -> Truth {
        let known = self.failed.len();
        let mut any = Truth::False;
        for choice in choices {
            let truth = match choice {
                Value::Object(members) => self.members(members, fields, path),
                other => self.odd(other.to_string()),
            };
            any = any.or(truth);
        }
        self.failed.truncate(known);
        any
    }

    /// A list of alternatives, of which one has to hold.
    fn leaf(&mut self, choices: &[Value], field: Option<&Field>) -> Truth {
        choices.iter().fold(Truth::False, |any, choice| any.or(self.choice(choice, field)))
    }

    fn choice(&mut self, choice: &Value, field: Option<&Field>) -> Truth {
        let Value::Object(operators) = choice else {
            return of_values(field, |value| value == text(choice));
        };
        let mut operators = operators.iter();
        let (Some((operator, operand)), None) = (operators.next(), operators.next()) else {
            return self.odd(choice.to_string());
        };
        if operator == "exists" {
            let is_there = match field {
                None => Truth::False,
                Some(Field::Is(_) | Field::There) => Truth::True,
                Some(Field::Perhaps | Field::Of(_)) => Truth::Unknown,
            };
            return if operand.as_bool() == Some(false) { !is_there } else { is_there };
        }
        if operator == "anything-but" {
            return self.anything_but(operand, field);
        }
        match test(operator, operand) {
            Some(test) => of_values(field, |value| test(value)),
            None => self.odd(operator.clone()),
        }
    }

    /// Values are there, and none of them is one of the excluded.
    fn anything_but(&mut self, operand: &Value, field: Option<&Field>) -> Truth {
        let excluded: Vec<Test<'_>> = match operand {
            Value::Object(operators) => {
                let of = |(operator, operand): (&String, &Value)| {
                    let operands: Vec<Value> = operand.as_array().cloned().unwrap_or_else(|| vec![operand.clone()]);
                    operands.iter().map(|operand| test(operator, operand)).collect::<Option<Vec<_>>>()
                };
                let tests: Option<Vec<Vec<_>>> = operators.iter().map(of).collect();
                match tests {
                    Some(tests) => tests.into_iter().flatten().collect(),
                    None => return self.odd("anything-but".to_owned()),
                }
            }
            Value::Array(values) => {
                values.iter().map(|excluded| Box::new(move |value: &str| value == text(excluded)) as Box<_>).collect()
            }
            single => vec![Box::new(move |value: &str| value == text(single))],
        };
        of_values(field, |value| !excluded.iter().any(|is_excluded| is_excluded(value)))
    }

    fn odd(&mut self, what: String) -> Truth {
        if !self.odd.contains(&what) {
            self.odd.push(what);
        }
        Truth::Unknown
    }
}

/// A value as text: numbers and words of JSON as they are written.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn of_values(field: Option<&Field>, holds: impl Fn(&str) -> bool) -> Truth {
    match field {
        Some(Field::Is(values)) => values.iter().any(|value| holds(value)).into(),
        Some(Field::There | Field::Perhaps) => Truth::Unknown,
        Some(Field::Of(_)) | None => Truth::False,
    }
}

/// What a value has to be.
type Test<'o> = Box<dyn Fn(&str) -> bool + 'o>;

/// The test of an operator; `None` for one that is not known.
fn test(operator: &str, operand: &Value) -> Option<Test<'static>> {
    // `{"prefix": {"equals-ignore-case": "a"}}`
    if let Some(inner) = operand.as_object() {
        let wanted = inner.get("equals-ignore-case").filter(|_| inner.len() == 1)?.as_str()?.to_lowercase();
        return match operator {
            "prefix" => Some(Box::new(move |value| value.to_lowercase().starts_with(&wanted))),
            "suffix" => Some(Box::new(move |value| value.to_lowercase().ends_with(&wanted))),
            _ => None,
        };
    }
    if operator == "numeric" {
        let bounds = bounds(operand.as_array()?)?;
        return Some(Box::new(move |value| {
            value.parse::<f64>().is_ok_and(|value| bounds.iter().all(|(sign, bound)| holds(value, sign, *bound)))
        }));
    }
    let wanted = operand.as_str()?.to_owned();
    Some(match operator {
        "prefix" => Box::new(move |value| value.starts_with(&wanted)),
        "suffix" => Box::new(move |value| value.ends_with(&wanted)),
        "equals-ignore-case" => Box::new(move |value| value.to_lowercase() == wanted.to_lowercase()),
        "wildcard" => Box::new(move |value| wildcard(&wanted, value)),
        "cidr" => {
            let block: IpNetwork = wanted.parse().ok()?;
            Box::new(move |value| value.parse::<IpAddr>().is_ok_and(|address| block.contains(address)))
        }
        _ => return None,
    })
}

fn bounds(operand: &[Value]) -> Option<Vec<(String, f64)>> {
    let pairs = operand.chunks(2).map(|pair| match pair {
        [sign, bound] => Some((sign.as_str()?.to_owned(), bound.as_f64()?)),
        _ => None,
    });
    pairs.collect()
}

fn holds(value: f64, sign: &str, bound: f64) -> bool {
    match sign {
        "=" => (value - bound).abs() < f64::EPSILON,
        "<" => value < bound,
        "<=" => value <= bound,
        ">" => value > bound,
        ">=" => value >= bound,
        _ => false,
    }
}

/// `*` is any run of characters, `\*` and `\\` are the characters themselves.
fn wildcard(pattern: &str, value: &str) -> bool {
    let mut parts = vec![String::new()];
    let mut letters = pattern.chars();
    while let Some(letter) = letters.next() {
        let own = match letter {
            '*' => {
                parts.push(String::new());
                continue;
            }
            '\\' => letters.next().unwrap_or('\\'),
            other => other,
        };
        if let Some(part) = parts.last_mut() {
            part.push(own);
        }
    }
    let (Some((first, others)), Some(last)) = (parts.split_first(), parts.last()) else { return false };
    let Some((_, middle)) = others.split_last() else { return value == first };
    let Some(mut rest) = value.strip_prefix(first.as_str()) else { return false };
    for part in middle {
        let Some((_, after)) = rest.split_once(part.as_str()) else { return false };
        rest = after;
    }
    rest.ends_with(last.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn event() -> Fields {
        let is = |value: &str| Field::Is(vec![value.to_owned()]);
        let object =
            Fields::from([("key", is("images/a.jpg")), ("size", Field::There), ("version-id", Field::Perhaps)]);
        let bucket = Fields::from([("name", is("photos"))]);
        let detail = Fields::from([("bucket", Field::Of(bucket)), ("object", Field::Of(object))]);
        Fields::from([
            ("source", is("aws.s3")),
            ("resources", Field::Is(vec!["arn:aws:s3:::other".into(), "arn:aws:s3:::photos".into()])),
            ("detail", Field::Of(detail)),
        ])
    }

    fn fits(pattern: Value) -> Truth {
        compare(pattern.as_object().unwrap(), &event()).fits
    }

    fn key(choice: Value) -> Truth {
        fits(json!({ "detail": { "object": { "key": [choice] } } }))
    }

    #[test]
    fn operators_do_what_the_guide_says() {
        for (choice, wanted) in [
            (json!("images/a.jpg"), true),
            (json!("images/A.jpg"), false),
            (json!({ "prefix": "images/" }), true),
            (json!({ "prefix": "logs/" }), false),
            (json!({ "prefix": { "equals-ignore-case": "IMAGES/" } }), true),
            (json!({ "suffix": ".jpg" }), true),
            (json!({ "suffix": { "equals-ignore-case": ".JPG" } }), true),
            (json!({ "equals-ignore-case": "IMAGES/a.JPG" }), true),
            (json!({ "wildcard": "images/*.jpg" }), true),
            (json!({ "wildcard": "*a*" }), true),
            (json!({ "wildcard": "images/*.png" }), false),
            (json!({ "wildcard": "images/\\*.jpg" }), false),
            (json!({ "anything-but": "images/a.jpg" }), false),
            (json!({ "anything-but": ["x", "y"] }), true),
            (json!({ "anything-but": { "prefix": "images/" } }), false),
            (json!({ "anything-but": { "suffix": [".png", ".gif"] } }), true),
            (json!({ "anything-but": { "wildcard": "*/a.*" } }), false),
            (json!({ "exists": true }), true),
            (json!({ "exists": false }), false),
        ] {
            assert_eq!(key(choice.clone()), wanted.into(), "{choice}");
        }
    }

    #[test]
    fn what_is_not_known_of_the_event_stays_open() {
        let object = |member: &str, choice: Value| fits(json!({ "detail": { "object": { member: [choice] } } }));
        assert_eq!(object("size", json!({ "numeric": [">", 0, "<=", 5] })), Truth::Unknown);
        assert_eq!(object("version-id", json!({ "exists": true })), Truth::Unknown);
        assert_eq!(object("size", json!({ "exists": true })), Truth::True);
        assert_eq!(object("colour", json!({ "exists": false })), Truth::True);
        assert_eq!(object("colour", json!("red")), Truth::False);
    }

    #[test]
    fn alternatives_and_lists_need_one_that_fits() {
        assert_eq!(fits(json!({ "resources": ["arn:aws:s3:::photos"], "source": ["aws.ec2", "aws.s3"] })), Truth::True);
        let either =
            |a: &str, b: &str| fits(json!({ "$or": [{ "source": [a] }, { "detail": { "bucket": { "name": [b] } } }] }));
        assert_eq!((either("x", "photos"), either("x", "y")), (Truth::True, Truth::False));
    }

    #[test]
    fn what_failed_and_what_is_odd_is_told() {
        let pattern = json!({ "source": ["aws.s3"], "detail": { "bucket": { "name": ["other"] } } });
        assert_eq!(compare(pattern.as_object().unwrap(), &event()).failed, ["detail.bucket.name"]);
        let pattern = json!({ "source": [{ "like": "aws" }] });
        let matched = compare(pattern.as_object().unwrap(), &event());
        assert_eq!((matched.fits, matched.odd), (Truth::Unknown, vec!["like".to_owned()]));
    }

    #[test]
    fn numbers_and_addresses_are_compared_by_value() {
        let number = test("numeric", &json!([">", 0, "<=", 5])).unwrap();
        assert!(number("5") && !number("0") && !number("a"));
        let block = test("cidr", &json!("10.0.0.0/24")).unwrap();
        assert!(block("10.0.0.9") && !block("10.0.1.9"));
    }
}

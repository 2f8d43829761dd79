//! The operator that asks whether a key is there.

use super::super::context::Known;
use super::super::notes::Notes;
use super::super::truth::Truth;
use super::super::unsettled::Unsettled;

/// `Null`: `true` wants the key to be absent, `false` wants it to be present.
#[derive(Clone, Debug)]
pub(super) struct NullTest(Box<[(Box<str>, Option<bool>)]>);

impl NullTest {
    pub(super) fn compile(values: &[Box<str>]) -> Self {
        let wanted = |value: &str| match value {
            _ if value.eq_ignore_ascii_case("true") => Some(true),
            _ if value.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        };
        Self(values.iter().map(|value| (value.clone(), wanted(value))).collect())
    }

    pub(super) fn holds(&self, known: Known<'_>, key: &str, notes: &mut Notes) -> Truth {
        let absent = match known {
            Known::Absent => true,
            Known::Values([]) => {
                notes.unsettled(Unsettled::NullOnEmptyList { key: key.to_owned() });
                return Truth::Unknown;
            }
            Known::Values(_) => false,
            Known::Unknown => {
                notes.key(key);
                return Truth::Unknown;
            }
        };
        self.0.iter().fold(Truth::False, |any, (text, wanted)| {
            any.or(match wanted {
                Some(wanted) => (*wanted == absent).into(),
                None => {
                    notes.unsettled(Unsettled::UnreadableValue { family: "Null", value: text.to_string() });
                    Truth::Unknown
                }
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(wanted: &str, known: Known<'_>) -> Truth {
        NullTest::compile(&[wanted.into()]).holds(known, "aws:x", &mut Notes::default())
    }

    #[test]
    fn true_wants_absence_and_false_wants_presence() {
        let present = ["v".to_owned()];
        assert_eq!(holds("true", Known::Absent), Truth::True);
        assert_eq!(holds("false", Known::Absent), Truth::False);
        assert_eq!(holds("True", Known::Values(&present)), Truth::False);
        assert_eq!(holds("false", Known::Values(&present)), Truth::True);
        assert_eq!(holds("maybe", Known::Absent), Truth::Unknown);
    }
}

//! The binary operator.

use super::super::notes::Notes;
use super::super::truth::Truth;
use super::super::unsettled::Unsettled;

/// `BinaryEquals`: byte for byte, both sides in base64.
#[derive(Clone, Debug)]
pub(super) struct BinaryTest(Vec<Wanted>);

#[derive(Clone, Debug)]
struct Wanted {
    text: Box<str>,
    bytes: Option<Vec<u8>>,
}

impl BinaryTest {
    pub(super) fn compile(values: &[Box<str>]) -> Self {
        Self(values.iter().map(|value| Wanted { text: value.clone(), bytes: decode(value) }).collect())
    }

    pub(super) fn fits_any(&self, value: &str, notes: &mut Notes) -> Truth {
        let unreadable = |notes: &mut Notes, value: &str| {
            notes.unsettled(Unsettled::UnreadableValue { family: "Binary", value: value.to_owned() });
            Truth::Unknown
        };
        let Some(own) = decode(value) else { return unreadable(notes, value) };
        self.0.iter().fold(Truth::False, |any, wanted| {
            any.or(match &wanted.bytes {
                Some(bytes) => (own == *bytes).into(),
                None => unreadable(notes, &wanted.text),
            })
        })
    }
}

/// Standard base64 with or without padding (RFC 4648, section 4).
fn decode(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=');
    if text.len().saturating_sub(digits.len()) > 2 {
        return None;
    }
    let mut bytes = Vec::new();
    for group in digits.as_bytes().chunks(4) {
        let mut bits = 0_u32;
        for byte in group {
            bits = (bits << 6) | u32::from(sextet(*byte)?);
        }
        let (bits, count) = match group.len() {
            4 => (bits << 8, 3),
            3 => (bits << 14, 2),
            2 => (bits << 20, 1),
            _ => return None,
        };
        bytes.extend(bits.to_be_bytes().iter().take(count));
    }
    Some(bytes)
}

fn sextet(byte: u8) -> Option<u8> {
    Some(match byte {
        b'A'..=b'Z' => byte.wrapping_sub(b'A'),
        b'a'..=b'z' => byte.wrapping_sub(b'a').wrapping_add(26),
        b'0'..=b'9' => byte.wrapping_sub(b'0').wrapping_add(52),
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_decoded() {
        assert_eq!(decode("QmluYXJ5VmFsdWVJbkJhc2U2NA==").unwrap(), b"BinaryValueInBase64");
        assert_eq!(decode("QmluYXJ5VmFsdWVJbkJhc2U2NA").unwrap(), b"BinaryValueInBase64");
        assert_eq!(decode("TWFu").unwrap(), b"Man");
        assert_eq!(decode("TWE=").unwrap(), b"Ma");
        assert_eq!(decode("").unwrap(), b"");
        assert_eq!(decode("no base64!"), None);
        assert_eq!(decode("A"), None);
    }

    #[test]
    fn bytes_are_compared() {
        let test = BinaryTest::compile(&["TWE=".into()]);
        assert_eq!(test.fits_any("TWE", &mut Notes::default()), Truth::True);
        assert_eq!(test.fits_any("TWFu", &mut Notes::default()), Truth::False);
        assert_eq!(test.fits_any("?", &mut Notes::default()), Truth::Unknown);
    }
}

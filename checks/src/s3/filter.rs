//! Filters by key: how a value is compared with a key, and when two filters overlap.
//!
//! Source: S3 user guide, "Configuring event notifications using object key name filtering" and "Naming Amazon S3 objects".

/// A prefix and a suffix as an entry holds them, URL-encoded; empty where every key will do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Filter<'a> {
    /// What keys begin with.
    pub prefix: &'a str,
    /// What keys end with.
    pub suffix: &'a str,
}

impl Filter<'_> {
    /// Whether a key could pass both filters: S3 takes no two entries for one type of event whose prefixes and suffixes both overlap.
    pub fn overlaps(self, other: Filter<'_>) -> bool {
        let (prefixes, suffixes) =
            ((normal(self.prefix), normal(other.prefix)), (normal(self.suffix), normal(other.suffix)));
        (prefixes.0.starts_with(&prefixes.1) || prefixes.1.starts_with(&prefixes.0))
            && (suffixes.0.ends_with(&suffixes.1) || suffixes.1.ends_with(&suffixes.0))
    }

    /// Whether every key passes.
    pub fn is_open(self) -> bool {
        self.prefix.is_empty() && self.suffix.is_empty()
    }
}

/// Characters that a filter may hold as they are. `/` is listed among those that may need handling, and every example has it bare.
fn is_safe(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!-_.*'()/".contains(&byte)
}

/// A key as filters write it.
pub fn encoded(key: &str) -> String {
    encode(key.as_bytes())
}

fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for byte in bytes.iter().copied() {
        match byte {
            b' ' => text.push('+'),
            byte if is_safe(byte) => text.push(char::from(byte)),
            byte => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text
}

/// A value of a filter in the one way to write it.
pub fn normal(value: &str) -> String {
    encode(&decode(value))
}

/// The start or end of keys that a value stands for.
pub fn decoded(value: &str) -> String {
    String::from_utf8_lossy(&decode(value)).into_owned()
}

fn decode(value: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let Some((first, others)) = rest.split_first() {
        let hex = (*first == b'%').then(|| others.split_at_checked(2)).flatten();
        let code = hex.and_then(|(digits, after)| {
            let digits =
                str::from_utf8(digits).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
            Some((u8::from_str_radix(digits, 16).ok()?, after))
        });
        match code {
            Some((byte, after)) => {
                bytes.push(byte);
                rest = after;
            }
            None => {
                bytes.push(if *first == b'+' { b' ' } else { *first });
                rest = others;
            }
        }
    }
    bytes
}

/// Whether a key begins with the prefix of a filter.
pub fn begins(key: &str, prefix: &str) -> bool {
    key.as_bytes().starts_with(&decode(prefix))
}

/// Whether a key ends with the suffix of a filter.
pub fn ends(key: &str, suffix: &str) -> bool {
    key.as_bytes().ends_with(&decode(suffix))
}

/// The characters of a value that have to be URL-encoded and are not.
pub fn bare_specials(value: &str) -> Vec<char> {
    let mut found: Vec<char> = Vec::new();
    let mut rest = value;
    while let Some(letter) = rest.chars().next() {
        let after = rest.get(letter.len_utf8()..).unwrap_or_default();
        let is_code =
            letter == '%' && after.get(..2).is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let is_safe = letter == '+' || is_code || u8::try_from(letter).is_ok_and(is_safe);
        if !is_safe && !found.contains(&letter) {
            found.push(letter);
        }
        rest = after;
    }
    found
}

/// Whether a value holds what people mean as a wildcard.
pub fn has_wildcard(value: &str) -> bool {
    value.contains(['*', '?'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_compared_with_keys_as_they_are_encoded() {
        assert!(begins("my photos/a.jpg", "my+photos/") && ends("a (1).jpg", "(1).jpg"));
        assert!(begins("year=2026/x", "year%3D2026/") && begins("year=2026/x", "year%3d2026/"));
        assert!(!begins("Images/a", "images/") && !ends("a.JPG", ".jpg") && !begins("a/b", "/a"));
        assert!(begins("été/a", "%C3%A9t") && ends("a", "") && begins("", ""));
        assert_eq!(encoded("a b+c=d/é"), "a+b%2Bc%3Dd/%C3%A9");
        assert_eq!((decoded("a+b%3D%"), normal("%2fa%3db")), ("a b=%".to_owned(), "/a%3Db".to_owned()));
    }

    #[test]
    fn special_characters_are_found_unless_they_are_encoded() {
        assert_eq!(bare_specials("a b=c&d=e"), [' ', '=', '&']);
        assert_eq!(bare_specials("100%é"), ['%', 'é']);
        assert!(bare_specials("images/a-b_c.(1)!+%3D'*").is_empty());
        assert!(has_wildcard("images/*") && has_wildcard("?") && !has_wildcard("images/"));
    }

    #[test]
    fn filters_overlap_where_one_key_passes_both() {
        let of = |prefix, suffix| Filter { prefix, suffix };
        let images = of("images/", ".jpg");
        assert!(images.overlaps(of("", "")) && of("", "").is_open());
        assert!(images.overlaps(of("images/a", "jpg")) && images.overlaps(of("", ".jpg")));
        assert!(!images.overlaps(of("images/", ".png")) && !images.overlaps(of("logs/", ".jpg")));
        assert!(of("a%2Fb", "").overlaps(of("a/", "")));
    }
}

//! Text from AWS is untrusted: a tag or an error message can hold terminal commands, or letters that make a line read differently
//! from what it says.

use std::borrow::Cow;
use std::fmt::Write;

/// Text that a terminal shows on one line and as it is: every letter that moves the cursor, starts an escape sequence, turns the
/// reading direction or shows as nothing is written out, such as `\x1b` or `\u{202e}`. Applying it twice changes nothing.
pub fn terminal(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len().saturating_mul(2));
    for letter in text.chars() {
        // Writing to a string cannot fail.
        let _ = match letter {
            '\n' => safe.write_str("\\n"),
            '\r' => safe.write_str("\\r"),
            '\t' => safe.write_str("\\t"),
            _ if !is_unsafe(letter) => safe.write_char(letter),
            _ if letter.is_ascii() => write!(safe, "\\x{:02x}", u32::from(letter)),
            _ => write!(safe, "\\u{{{:x}}}", u32::from(letter)),
        };
    }
    Cow::Owned(safe)
}

/// A JSON document that is harmless when it is printed to a terminal: the same values, with unsafe letters as JSON escapes.
///
/// Outside of strings JSON has no such letter except the line feed, and inside of strings the writer has already escaped that one.
pub(crate) fn json(document: &str) -> String {
    let mut safe = String::with_capacity(document.len());
    for letter in document.chars() {
        if letter != '\n' && is_unsafe(letter) {
            for unit in letter.encode_utf16(&mut [0; 2]) {
                let _ = write!(safe, "\\u{unit:04x}");
            }
        } else {
            safe.push(letter);
        }
    }
    safe
}

/// Whether a letter is a control character (C0, DEL, C1), a line separator, a bidirectional control, or invisible.
pub(crate) fn is_unsafe(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_obeys_is_written_out() {
        assert_eq!(terminal("a\x1b[31mb\x07\x7f\u{9b}2J"), "a\\x1b[31mb\\x07\\x7f\\u{9b}2J");
        assert_eq!(terminal("one\ntwo\r\n\tthree"), "one\\ntwo\\r\\n\\tthree");
    }

    #[test]
    fn what_deceives_the_reader_is_written_out() {
        for letter in "\u{200b}\u{200e}\u{2028}\u{202a}\u{202e}\u{2066}\u{2069}\u{feff}\u{61c}\u{e0041}".chars() {
            assert_eq!(terminal(&letter.to_string()), format!("\\u{{{:x}}}", u32::from(letter)));
        }
    }

    #[test]
    fn ordinary_text_of_any_language_stays() {
        let text = "web-1 Größe 日本語 हिन्दी `sg-1` \\x1b ✓";
        assert!(matches!(terminal(text), Cow::Borrowed(same) if same == text));
    }

    #[test]
    fn escaping_a_document_keeps_its_values() {
        let value = serde_json::json!({ "a\u{9b}": ["\x1b\n\u{202e}\u{e0041}日本", "\\u009b"] });
        let text = json(&serde_json::to_string_pretty(&value).unwrap());
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
        assert!(text.chars().all(|letter| letter == '\n' || !is_unsafe(letter)), "{text:?}");
    }
}

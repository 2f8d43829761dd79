//! Policy documents as text: URL-encoding, lines of statements, elements given twice.

use std::borrow::Cow;

/// The document itself, when the text is URL-encoded (RFC 3986) as IAM returns it; otherwise the text as it is.
pub(crate) fn decoded(text: &str) -> Cow<'_, str> {
    if !text.trim_start().starts_with('%') {
        return Cow::Borrowed(text);
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut ahead = rest.clone();
        match (ahead.next().and_then(hex), ahead.next().and_then(hex)) {
            (Some(high), Some(low)) => {
                bytes.push((high << 4) | low);
                rest = ahead;
            }
            _ => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).map_or(Cow::Borrowed(text), Cow::Owned)
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// An element that one block holds more than once, which the policy grammar forbids and a JSON reader would hide.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct GivenTwice {
    pub(crate) key: String,
    pub(crate) line: u32,
}

/// The line at which each statement begins, counted from 1. The text must be JSON.
pub(crate) fn statement_lines(text: &str) -> Result<Vec<u32>, GivenTwice> {
    let mut walk = Walk { line: 1, ..Walk::default() };
    let mut string_start = None;
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match (string_start, byte) {
            (Some(_), _) if escaped => escaped = false,
            (Some(_), b'\\') => escaped = true,
            (Some(start), b'"') => {
                walk.last_text = text.get(start..at).unwrap_or_default();
                string_start = None;
            }
            (Some(_), _) => {}
            (None, b'"') => string_start = at.checked_add(1),
            (None, b'\n') => walk.line = walk.line.saturating_add(1),
            (None, b'{') => walk.open(Block::Object(Vec::new())),
            (None, b'[') => walk.open(Block::Array),
            (None, b'}' | b']') => {
                walk.blocks.pop();
            }
            (None, b':') => walk.name()?,
            (None, _) => {}
        }
    }
    Ok(walk.lines)
}

#[derive(Default)]
struct Walk<'a> {
    line: u32,
    lines: Vec<u32>,
    blocks: Vec<Block<'a>>,
    /// The text that ended last: a name when a colon follows.
    last_text: &'a str,
    /// The name at the top level that was read last.
    top_name: &'a str,
}

enum Block<'a> {
    Object(Vec<&'a str>),
    Array,
}

impl<'a> Walk<'a> {
    fn open(&mut self, block: Block<'a>) {
        let is_object = matches!(block, Block::Object(_));
        let in_statement = match self.blocks.as_slice() {
            [Block::Object(_)] | [Block::Object(_), Block::Array] => self.top_name == "Statement",
            _ => false,
        };
        if is_object && in_statement {
            self.lines.push(self.line);
        }
        self.blocks.push(block);
    }

    fn name(&mut self) -> Result<(), GivenTwice> {
        if self.blocks.len() == 1 {
            self.top_name = self.last_text;
        }
        if let Some(Block::Object(names)) = self.blocks.last_mut() {
            if names.contains(&self.last_text) {
                return Err(GivenTwice { key: self.last_text.to_owned(), line: self.line });
            }
            names.push(self.last_text);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn url_encoded_text_is_decoded() {
        assert_eq!(decoded("%7B%22Sid%22%3A%22a%2Bb+%C3%A9%22%7D"), "{\"Sid\":\"a+b+é\"}");
        assert_eq!(decoded("{\"Resource\":\"100%25\"}"), "{\"Resource\":\"100%25\"}");
        assert_eq!(decoded("%zz%7b"), "%zz{");
    }

    #[test]
    fn statements_keep_their_lines() {
        let text = "{\n \"Id\": \"{[:\\\"\",\n \"Statement\": [\n  {\"Condition\": {\"A\": {}}},\n\n  {\n  }\n ]\n}";
        assert_eq!(statement_lines(text).unwrap(), [4, 6]);
        assert_eq!(statement_lines("{\"Statement\":\n{\"Effect\": \"Allow\"}}").unwrap(), [2]);
    }

    #[test]
    fn a_name_twice_in_one_block_is_found() {
        let error = statement_lines("{\"Statement\": [{\"Effect\": \"Deny\",\n\"Effect\": \"Allow\"}]}").unwrap_err();
        assert_eq!(error, GivenTwice { key: "Effect".into(), line: 2 });
        assert!(statement_lines("{\"a\": {\"x\": 1}, \"b\": {\"x\": 1}}").is_ok());
    }
}

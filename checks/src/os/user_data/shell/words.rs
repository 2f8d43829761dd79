//! Words, their quotes, and expansions that are not known.

use super::{EXPANSION, Parser};

impl Parser<'_> {
    /// What follows an opening bracket that was eaten, up to the one that closes it.
    pub(super) fn skip_to_closing(&mut self) {
        let mut open = 1_usize;
        while let Some(letter) = self.bump() {
            match letter {
                '(' => open = open.saturating_add(1),
                ')' => open = open.saturating_sub(1),
                '\'' => self.skip_past('\''),
                '\\' => {
                    self.bump();
                }
                _ => {}
            }
            if open == 0 {
                return;
            }
        }
    }

    fn skip_past(&mut self, end: char) {
        while let Some(letter) = self.bump() {
            if letter == end {
                return;
            }
        }
    }

    /// The next word, without its quotes; empty where none begins.
    pub(super) fn word(&mut self) -> String {
        self.rest = self.rest.trim_start_matches([' ', '\t']);
        let mut word = String::new();
        while let Some(letter) = self.peek() {
            match letter {
                ' ' | '\t' | '\n' | ';' | '&' | '|' | '(' | ')' | '<' | '>' => break,
                '\'' => {
                    self.bump();
                    while let Some(letter) = self.bump().filter(|letter| *letter != '\'') {
                        word.push(letter);
                    }
                }
                '"' => {
                    self.bump();
                    self.double_quoted(&mut word);
                }
                '\\' => {
                    self.bump();
                    if let Some(letter) = self.bump().filter(|letter| *letter != '\n') {
                        word.push(letter);
                    }
                }
                '$' | '`' => self.expansion(&mut word),
                _ => {
                    self.bump();
                    word.push(letter);
                }
            }
        }
        word
    }

    fn double_quoted(&mut self, word: &mut String) {
        while let Some(letter) = self.peek() {
            match letter {
                '"' => {
                    self.bump();
                    return;
                }
                '\\' => {
                    self.bump();
                    match self.bump() {
                        Some(escaped @ ('"' | '\\' | '$' | '`')) => word.push(escaped),
                        Some('\n') | None => {}
                        Some(other) => word.extend(['\\', other]),
                    }
                }
                '$' | '`' => self.expansion(word),
                _ => {
                    self.bump();
                    word.push(letter);
                }
            }
        }
    }

    /// An expansion, of which the first letter comes next.
    fn expansion(&mut self, word: &mut String) {
        if self.bump() == Some('`') {
            self.skip_past('`');
            word.push(EXPANSION);
        } else if self.eat("(") {
            self.skip_to_closing();
            word.push(EXPANSION);
        } else if self.eat("{") {
            self.skip_past('}');
            word.push(EXPANSION);
        } else {
            let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
            let name: usize = self.rest.chars().take_while(|letter| is_name(*letter)).map(char::len_utf8).sum();
            if name > 0 {
                self.rest = self.rest.get(name..).unwrap_or_default();
                word.push(EXPANSION);
            } else if let Some('?' | '!' | '#' | '@' | '*' | '$') = self.peek() {
                self.bump();
                word.push(EXPANSION);
            } else if !self.rest.starts_with(['\'', '"']) {
                word.push('$');
            }
        }
    }
}

/// The body of a here-document whose expansions are not known.
pub(super) fn expanded(body: &str) -> String {
    let mut parser = Parser { rest: body, ..Parser::default() };
    let mut text = String::new();
    while let Some(letter) = parser.peek() {
        match letter {
            '\\' => {
                parser.bump();
                match parser.bump() {
                    Some(escaped @ ('\\' | '$' | '`')) => text.push(escaped),
                    Some('\n') | None => {}
                    Some(other) => text.extend(['\\', other]),
                }
            }
            '$' | '`' => parser.expansion(&mut text),
            _ => {
                parser.bump();
                text.push(letter);
            }
        }
    }
    text
}

//! Matching with `*` and `?` in linear time and without allocation.

/// Whether letters are compared exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    /// `a` is not `A`.
    Sensitive,
    /// `a` is `A`.
    Insensitive,
}

impl Case {
    fn same_byte(self, left: u8, right: u8) -> bool {
        match self {
            Self::Sensitive => left == right,
            Self::Insensitive => left.eq_ignore_ascii_case(&right),
        }
    }

    fn same_text(self, left: &str, right: &str) -> bool {
        match self {
            Self::Sensitive => left == right,
            Self::Insensitive if left.is_ascii() && right.is_ascii() => left.eq_ignore_ascii_case(right),
            Self::Insensitive => {
                left.chars().flat_map(char::to_lowercase).eq(right.chars().flat_map(char::to_lowercase))
            }
        }
    }

    fn starts_with(self, text: &str, prefix: &str) -> bool {
        let (text, prefix) = (text.as_bytes(), prefix.as_bytes());
        text.get(..prefix.len())
            .is_some_and(|start| start.iter().zip(prefix).all(|(left, right)| self.same_byte(*left, *right)))
    }
}

/// One step of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    /// This byte of literal text.
    Byte(u8),
    /// `?`: one character.
    One,
    /// `*`: any run of characters, also none.
    Run,
}

/// A text with `*` and `?`, prepared for matching without allocation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Glob {
    /// `*`
    Any,
    /// No wildcard at all.
    Exact(Box<str>),
    /// Literal text, then `*`.
    Prefix(Box<str>),
    /// Everything else.
    Tokens(Box<[Token]>),
}

impl Glob {
    /// Reads `*` and `?` as wildcards.
    pub(crate) fn wildcard(text: &str) -> Self {
        Self::from_tokens(&wildcard_tokens(text).collect::<Vec<_>>())
    }

    /// Takes every character literally.
    pub(crate) fn literal(text: &str) -> Self {
        Self::Exact(text.into())
    }

    /// Builds the cheapest form of a token sequence.
    pub(crate) fn from_tokens(tokens: &[Token]) -> Self {
        let literal = |tokens: &[Token]| {
            let bytes: Option<Vec<u8>> =
                tokens.iter().map(|token| if let Token::Byte(byte) = token { Some(*byte) } else { None }).collect();
            bytes.and_then(|bytes| String::from_utf8(bytes).ok())
        };
        if !tokens.is_empty() && tokens.iter().all(|token| *token == Token::Run) {
            return Self::Any;
        }
        if let Some(text) = literal(tokens) {
            return Self::Exact(text.into());
        }
        if let Some((Token::Run, start)) = tokens.split_last()
            && let Some(text) = literal(start)
        {
            return Self::Prefix(text.into());
        }
        Self::Tokens(tokens.into())
    }

    /// Whether the whole text fits. Work is bounded by pattern length times text length, however many runs there are.
    pub(crate) fn matches(&self, text: &str, case: Case) -> bool {
        match self {
            Self::Any => true,
            Self::Exact(wanted) => case.same_text(wanted, text),
            Self::Prefix(prefix) => case.starts_with(text, prefix),
            Self::Tokens(tokens) => matches_tokens(tokens, text.as_bytes(), case),
        }
    }
}

/// The tokens of a text in which `*` and `?` are wildcards.
pub(crate) fn wildcard_tokens(text: &str) -> impl Iterator<Item = Token> {
    text.bytes().map(|byte| match byte {
        b'*' => Token::Run,
        b'?' => Token::One,
        other => Token::Byte(other),
    })
}

/// The tokens of a text without wildcards.
pub(crate) fn literal_tokens(text: &str) -> impl Iterator<Item = Token> {
    text.bytes().map(Token::Byte)
}

/// Greedy match that goes back to the last run only: an earlier run never needs to take more, because whatever it
/// could swallow the later one can swallow as well.
fn matches_tokens(tokens: &[Token], text: &[u8], case: Case) -> bool {
    let (mut pattern, mut rest) = (tokens, text);
    let mut retry: Option<(&[Token], &[u8])> = None;
    loop {
        match pattern.split_first() {
            Some((Token::Run, [])) => return true,
            Some((Token::Run, after)) => {
                retry = Some((after, rest));
                pattern = after;
                continue;
            }
            Some((Token::One, after)) if !rest.is_empty() => {
                pattern = after;
                rest = skip_character(rest);
                continue;
            }
            Some((Token::Byte(byte), after)) => {
                if let Some((first, others)) = rest.split_first()
                    && case.same_byte(*byte, *first)
                {
                    pattern = after;
                    rest = others;
                    continue;
                }
            }
            None if rest.is_empty() => return true,
            _ => {}
        }
        match retry {
            Some((after, tried)) if !tried.is_empty() => {
                let next = skip_character(tried);
                retry = Some((after, next));
                pattern = after;
                rest = next;
            }
            _ => return false,
        }
    }
}

/// Steps over one character of UTF-8 text: `?` stands for a character, not for a byte.
fn skip_character(text: &[u8]) -> &[u8] {
    let width = match text.first() {
        Some(byte) if *byte >= 0xf0 => 4,
        Some(byte) if *byte >= 0xe0 => 3,
        Some(byte) if *byte >= 0xc0 => 2,
        _ => 1,
    };
    text.get(width..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(pattern: &str, text: &str) -> bool {
        Glob::wildcard(pattern).matches(text, Case::Sensitive)
    }

    #[test]
    fn wildcards_stand_for_runs_and_single_characters() {
        assert!(fits("*", ""));
        assert!(fits("a*", "a"));
        assert!(fits("a*c", "abbbc"));
        assert!(fits("*b*c", "abcbc"));
        assert!(fits("a?c", "abc"));
        assert!(!fits("a?c", "ac"));
        assert!(!fits("a*c", "abcd"));
        assert!(!fits("", "a"));
        assert!(fits("", ""));
    }

    #[test]
    fn a_question_mark_is_one_character_of_any_width() {
        assert!(fits("b/?.txt", "b/é.txt"));
        assert!(!fits("b/??.txt", "b/é.txt"));
        assert!(fits("*€", "10€"));
    }

    #[test]
    fn case_is_ignored_only_when_asked() {
        assert!(!fits("Get*", "getObject"));
        assert!(Glob::wildcard("Get*t").matches("getobject", Case::Insensitive));
        assert!(Glob::literal("GRÜN").matches("grün", Case::Insensitive));
    }

    #[test]
    fn literal_stars_of_a_value_are_no_wildcards() {
        let tokens: Vec<Token> = literal_tokens("a*").chain(wildcard_tokens("?")).collect();
        let glob = Glob::from_tokens(&tokens);
        assert!(glob.matches("a*b", Case::Sensitive));
        assert!(!glob.matches("abb", Case::Sensitive));
    }

    #[test]
    fn many_runs_stay_bounded() {
        let pattern = format!("{}b", "*a".repeat(2_000));
        let text = "a".repeat(20_000);
        assert!(!fits(&pattern, &text));
    }
}

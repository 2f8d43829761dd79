//! Values of a policy, with wildcards and policy variables.

use std::borrow::Cow;

use super::context::{Context, Known};
use super::glob::{Case, Glob, Token, literal_tokens, wildcard_tokens};
use super::notes::Notes;
use super::services::is_multivalued;
use super::unsettled::Unsettled;

/// How the characters of a policy value are read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading {
    /// `*` and `?` are wildcards.
    pub(crate) wildcards: bool,
    /// `${…}` is a policy variable: version 2012-10-17, in an element that supports them.
    pub(crate) variables: bool,
}

/// A value of a policy, split where it is read once and matched often.
#[derive(Clone, Debug)]
pub(crate) enum Pattern {
    /// Without policy variables.
    Fixed(Glob),
    /// With policy variables, to be filled in per request.
    Template(Box<[Piece]>),
}

/// A stretch of a [`Pattern::Template`].
#[derive(Clone, Debug)]
pub(crate) enum Piece {
    Tokens(Box<[Token]>),
    Variable { key: Box<str>, default: Option<Box<str>> },
}

/// A template with its variables filled in.
pub(crate) enum Filled<T> {
    Value(T),
    /// A variable has neither a value nor a default.
    NoValue,
    /// A variable is not known; the note says which.
    Unknown,
}

impl Pattern {
    pub(crate) fn compile(text: &str, reading: Reading) -> Self {
        let pieces = pieces(text, reading);
        let fixed: Option<Vec<&[Token]>> =
            pieces.iter().map(|piece| if let Piece::Tokens(tokens) = piece { Some(&**tokens) } else { None }).collect();
        match fixed {
            Some(tokens) => Self::Fixed(Glob::from_tokens(&tokens.concat())),
            None => Self::Template(pieces.into()),
        }
    }

    /// Whether a variable is not known and a text does not fit whatever the variables stand for.
    pub(crate) fn misses_anyway(&self, text: &str, context: &Context) -> bool {
        let Self::Template(pieces) = self else { return false };
        let is_unknown =
            |piece: &Piece| matches!(piece, Piece::Variable { key, .. } if context.get(key) == Known::Unknown);
        if !pieces.iter().any(is_unknown) {
            return false;
        }
        let mut tokens = Vec::new();
        for piece in pieces {
            match piece {
                Piece::Tokens(fixed) => tokens.extend_from_slice(fixed),
                Piece::Variable { .. } => tokens.push(Token::Run),
            }
        }
        !Glob::from_tokens(&tokens).matches(text, Case::Sensitive)
    }

    /// The pattern for this request.
    pub(crate) fn fill(&self, context: &Context, notes: &mut Notes) -> Filled<Cow<'_, Glob>> {
        match self {
            Self::Fixed(glob) => Filled::Value(Cow::Borrowed(glob)),
            Self::Template(pieces) => match fill_tokens(pieces, context, notes) {
                Filled::Value(tokens) => Filled::Value(Cow::Owned(Glob::from_tokens(&tokens))),
                Filled::NoValue => Filled::NoValue,
                Filled::Unknown => Filled::Unknown,
            },
        }
    }
}

/// Inserts the values of the request as literal text: a `*` in a value is no wildcard (IAM user guide, policy variables).
pub(crate) fn fill_tokens(pieces: &[Piece], context: &Context, notes: &mut Notes) -> Filled<Vec<Token>> {
    let mut filled = Vec::new();
    let mut unknown = false;
    for piece in pieces {
        match piece {
            Piece::Tokens(tokens) => filled.extend_from_slice(tokens),
            Piece::Variable { key, default } => match (context.get(key), default) {
                (Known::Values(_), _) if is_multivalued(key) => {
                    notes.unsettled(Unsettled::MultivaluedVariable { key: key.to_string() });
                    unknown = true;
                }
                (Known::Values([value]), _) => filled.extend(literal_tokens(value)),
                (Known::Values(_), _) => {
                    notes.unsettled(Unsettled::MultivaluedVariable { key: key.to_string() });
                    unknown = true;
                }
                (Known::Absent, Some(default)) => filled.extend(literal_tokens(default)),
                (Known::Absent, None) => return Filled::NoValue,
                (Known::Unknown, _) => {
                    notes.key(key);
                    unknown = true;
                }
            },
        }
    }
    if unknown { Filled::Unknown } else { Filled::Value(filled) }
}

/// Splits a value at its policy variables.
pub(crate) fn pieces(text: &str, reading: Reading) -> Vec<Piece> {
    let tokens = |text: &str| -> Vec<Token> {
        if reading.wildcards { wildcard_tokens(text).collect() } else { literal_tokens(text).collect() }
    };
    let mut pieces = Vec::new();
    let mut open: Vec<Token> = Vec::new();
    let mut rest = text;
    while reading.variables
        && let Some((before, after)) = rest.split_once("${")
    {
        open.extend(tokens(before));
        match variable(after) {
            Some((body @ ("*" | "?" | "$"), remaining)) => {
                open.extend(literal_tokens(body));
                rest = remaining;
            }
            Some((body, remaining)) => {
                if !open.is_empty() {
                    pieces.push(Piece::Tokens(std::mem::take(&mut open).into()));
                }
                pieces.push(named(body));
                rest = remaining;
            }
            None => {
                open.extend(literal_tokens("${"));
                rest = after;
            }
        }
    }
    open.extend(tokens(rest));
    if !open.is_empty() {
        pieces.push(Piece::Tokens(open.into()));
    }
    pieces
}

/// What stands between the braces, and what follows them. A brace inside the quotes of a default does not count.
fn variable(after: &str) -> Option<(&str, &str)> {
    let mut quoted = false;
    for (at, character) in after.char_indices() {
        match character {
            '\'' => quoted = !quoted,
            '}' if !quoted => return Some((after.get(..at)?, after.get(at.checked_add(1)?..)?)),
            _ => {}
        }
    }
    None
}

/// `key` or `key, 'default'`.
fn named(body: &str) -> Piece {
    let (key, default) = match body.split_once(',') {
        Some((key, default)) => {
            let default = default.trim();
            let bare = default.strip_prefix('\'').and_then(|text| text.strip_suffix('\'')).unwrap_or(default);
            (key, Some(bare.into()))
        }
        None => (body, None),
    };
    Piece::Variable { key: key.trim().to_ascii_lowercase().into(), default }
}

#[cfg(test)]
mod tests {
    use super::super::glob::Case;
    use super::*;

    const ALL: Reading = Reading { wildcards: true, variables: true };

    fn fits(pattern: &str, text: &str, context: &Context) -> Option<bool> {
        match Pattern::compile(pattern, ALL).fill(context, &mut Notes::default()) {
            Filled::Value(glob) => Some(glob.matches(text, Case::Sensitive)),
            Filled::NoValue | Filled::Unknown => None,
        }
    }

    #[test]
    fn variables_insert_literal_text() {
        let context = Context::complete().with("aws:username", "b*b");
        assert_eq!(fits("home/${aws:UserName}/*", "home/b*b/x", &context), Some(true));
        assert_eq!(fits("home/${aws:username}/*", "home/bob/x", &context), Some(false));
    }

    #[test]
    fn defaults_stand_in_for_absent_keys_only() {
        let pattern = "a-${aws:PrincipalTag/Team, 'none}'}";
        assert_eq!(fits(pattern, "a-none}", &Context::complete()), Some(true));
        assert_eq!(fits(pattern, "a-red", &Context::complete().with("aws:PrincipalTag/team", "red")), Some(true));
        assert_eq!(fits(pattern, "a-none}", &Context::partial()), None);
    }

    #[test]
    fn a_variable_that_is_not_known_stands_for_anything() {
        let pattern = Pattern::compile("a-${aws:PrincipalTag/Team}/*", ALL);
        let misses = |text: &str, context: &Context| pattern.misses_anyway(text, context);
        assert!(misses("b-red/x", &Context::partial()) && !misses("a-red/x", &Context::partial()));
        assert!(!misses("b-red/x", &Context::complete()), "one without a value is another matter");
    }

    #[test]
    fn escapes_are_the_literal_characters() {
        assert_eq!(fits("a${*}b${?}${$}", "a*b?$", &Context::complete()), Some(true));
        assert_eq!(fits("a${*}b", "axxb", &Context::complete()), Some(false));
    }

    #[test]
    fn an_unclosed_brace_is_text() {
        assert_eq!(fits("a${b", "a${b", &Context::complete()), Some(true));
    }
}

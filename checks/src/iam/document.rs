//! Policy documents and where they come from.

use std::fmt;
use std::sync::Arc;

use serde_json::Value;

use super::layer::Layer;
use super::parse;
use super::statement::Statement;
use super::text;

/// A policy document, read and compiled once and asked many times. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct PolicyDocument {
    pub(crate) statements: Arc<[Statement]>,
}

impl PolicyDocument {
    /// Reads a document that is already JSON. A JSON text holding the document, as some API answers carry it, is read
    /// like [`PolicyDocument::parse_text`].
    ///
    /// # Errors
    /// When AWS would refuse the document (IAM user guide, policy grammar).
    pub fn parse(document: &Value) -> Result<Self, MalformedPolicy> {
        match document {
            Value::String(text) => Self::parse_text(text),
            other => Self::from_value(other, &[]),
        }
    }

    /// Reads a document as text, also URL-encoded as IAM returns it, and keeps the line at which each statement begins.
    ///
    /// # Errors
    /// When the text is no JSON, holds an element twice, or AWS would refuse the document.
    pub fn parse_text(document: &str) -> Result<Self, MalformedPolicy> {
        let text = text::decoded(document);
        let value: Value = serde_json::from_str(&text).map_err(|error| {
            let line = u32::try_from(error.line()).ok();
            MalformedPolicy { reason: format!("the policy is no JSON: {error}"), statement: None, line }
        })?;
        let lines = text::statement_lines(&text).map_err(|twice| MalformedPolicy {
            reason: format!("element `{}` is given twice in one block", twice.key),
            statement: None,
            line: Some(twice.line),
        })?;
        Self::from_value(&value, &lines)
    }

    fn from_value(document: &Value, lines: &[u32]) -> Result<Self, MalformedPolicy> {
        Ok(Self { statements: parse::statements(document, lines)?.into() })
    }

    /// Number of statements.
    #[must_use]
    pub fn len(&self) -> usize {
        self.statements.len()
    }

    /// Whether the document holds no statement.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.statements.is_empty()
    }

    /// Position, `Sid` and line of each statement, in the order of the document.
    pub fn positions(&self) -> impl Iterator<Item = (usize, Option<&str>, Option<u32>)> {
        self.statements.iter().map(|statement| (statement.index, statement.sid.as_deref(), statement.line))
    }
}

/// Why a document is no policy that AWS would store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MalformedPolicy {
    /// What is wrong, in a few words.
    pub reason: String,
    /// The statement, counted from 0.
    pub statement: Option<usize>,
    /// The line, counted from 1, when the document was read from text.
    pub line: Option<u32>,
}

impl fmt::Display for MalformedPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)?;
        match (self.statement, self.line) {
            (Some(index), Some(line)) => write!(f, " (statement {}, line {line})", index.saturating_add(1)),
            (Some(index), None) => write!(f, " (statement {})", index.saturating_add(1)),
            (None, Some(line)) => write!(f, " (line {line})"),
            (None, None) => Ok(()),
        }
    }
}

impl std::error::Error for MalformedPolicy {}

/// Where a policy comes from, as shown to people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicySource {
    /// The kind of policy.
    pub layer: Layer,
    /// Name or ARN.
    pub name: String,
}

impl PolicySource {
    /// A policy of a layer.
    pub fn new(layer: Layer, name: impl Into<String>) -> Self {
        Self { layer, name: name.into() }
    }
}

impl fmt::Display for PolicySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} `{}`", self.layer, self.name)
    }
}

/// A document together with its origin.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Where it comes from.
    pub source: PolicySource,
    /// What it says.
    pub document: PolicyDocument,
}

impl Policy {
    /// A policy with its origin.
    #[must_use]
    pub fn new(source: PolicySource, document: PolicyDocument) -> Self {
        Self { source, document }
    }
}

//! Documents of policies as answers of AWS hold them: the proof of what a statement says.

use crate::evidence::Evidence;
use crate::iam::{PolicySource, StatementRef};
use crate::snapshot::Operation;
use serde_json::Value;
use std::borrow::Cow;

/// A document and the answer that holds it.
#[derive(Debug, Clone)]
pub struct Document<'s> {
    /// What decisions call the policy.
    pub source: PolicySource,
    /// The call that answered.
    pub operation: Operation,
    /// What the call was about.
    pub resource: String,
    /// The member of the answer.
    pub member: &'static str,
    /// The document; a text where it was read as one.
    pub document: Cow<'s, Value>,
    /// Whether it says one thing as a whole, as a grant does, and has no statements.
    pub is_whole: bool,
}

impl Document<'_> {
    fn statement(&self, at: usize) -> Evidence {
        if self.is_whole {
            return Evidence::new(self.operation, &self.resource, self.member, self.document.clone().into_owned());
        }
        let parsed = self.document.as_str().and_then(|text| serde_json::from_str(text).ok());
        let document: &Value = parsed.as_ref().unwrap_or(&self.document);
        let value = match document.get("Statement") {
            Some(Value::Array(statements)) => statements.get(at).cloned().unwrap_or_default(),
            Some(statement) => statement.clone(),
            None => document.clone(),
        };
        Evidence::new(self.operation, &self.resource, format!("{}.Statement[{at}]", self.member), value)
    }
}

/// The statement that a decision names, as the answers hold it.
pub fn proof(documents: &[Document<'_>], statement: &StatementRef) -> Option<Evidence> {
    let document = documents.iter().find(|document| document.source == statement.source)?;
    Some(document.statement(statement.index))
}

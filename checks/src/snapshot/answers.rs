//! Facts of one kind that are asked for one at a time: a role, a setting, a document.

use super::observed::{Gap, Observed};
use super::read::{Operation, Outcome, Recorded, text_of};
use super::shape::{self, ShapeError};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// The answer to a call about one named thing.
pub trait Reply: DeserializeOwned {
    /// The call.
    const OPERATION: Operation;
    /// Input members that together name the thing.
    const KEY: &'static [&'static str];
    /// The member of the answer that holds the thing; empty for the answer itself.
    const MEMBER: &'static str;
    /// The name of the thing as the input tells it.
    fn key_of_input(parameters: &Map<String, Value>) -> Option<String> {
        let parts: Vec<&str> = Self::KEY.iter().filter_map(|member| text_of(parameters, member)).collect();
        (parts.len() == Self::KEY.len()).then(|| parts.join("/"))
    }
    /// The name of the thing as the answer itself tells it, for outputs saved without their input.
    fn key_of(_output: &Value) -> Option<String> {
        None
    }
}

/// Answers of one kind by the name of the thing; parts of a name are joined with `/`.
#[derive(Debug, Clone)]
pub struct Answers<T> {
    known: Vec<(String, Observed<T>)>,
}

impl<T> Default for Answers<T> {
    fn default() -> Self {
        Self { known: Vec::new() }
    }
}

impl<T: Reply> Answers<T> {
    /// Takes over a read of this kind; a later one about the same thing wins.
    ///
    /// # Errors
    /// The answer does not have the shape of the operation.
    pub(crate) fn ingest(&mut self, read: &Recorded) -> Result<(), ShapeError> {
        let (named, answer) = match &read.outcome {
            Outcome::Error { .. } => (None, read.gap(T::OPERATION).map_or(Ok(None), Err)),
            Outcome::Output(output) => {
                let thing =
                    shape::member(output, T::MEMBER).map_err(|expected| ShapeError::top(T::OPERATION, expected))?;
                let thing = shape::row(thing).map_err(|error| ShapeError::row(T::OPERATION, T::MEMBER, 0, &error))?;
                (T::key_of(output), Ok(Some(thing)))
            }
        };
        let key = T::key_of_input(&read.parameters).or(named).unwrap_or_default();
        self.known.retain(|(known, _)| *known != key);
        self.known.push((key, answer));
        Ok(())
    }

    /// What is known of the thing with this name.
    ///
    /// # Errors
    /// Why nothing is known.
    pub fn get(&self, key: &str) -> Observed<&T> {
        match self.known.iter().find(|(known, _)| known == key) {
            Some((_, Ok(answer))) => Ok(answer.as_ref()),
            Some((_, Err(gap))) => Err(gap.clone()),
            None => Err(Gap::NotAsked { action: T::OPERATION.action.to_owned() }),
        }
    }

    /// Every name that was asked about.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.known.iter().map(|(key, _)| key.as_str())
    }
}

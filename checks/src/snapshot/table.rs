//! Facts of one kind, and for which questions they are the whole answer.

use super::observed::{Gap, Observed};
use super::read::{Operation, Outcome, Recorded};
use super::shape::{self, ShapeError};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::collections::HashMap;

/// A kind of resource that a describe or list call returns by the row.
pub trait Resource: DeserializeOwned {
    /// The call that lists them.
    const OPERATION: Operation;
    /// Member of the answer that holds the rows.
    const MEMBER: &'static str;
    /// Member of the input that selects by id.
    const IDS: &'static str;
    /// Id of a row.
    fn id(&self) -> &str;
    /// The rows of an answer, or what was expected instead.
    fn rows(output: &Value) -> Result<Vec<Value>, String> {
        shape::list(output, Self::MEMBER)
    }
}

/// Rows of one kind with the selections they came from.
///
/// A row that is missing is *absent* only if some read that must have returned it succeeded.
#[derive(Debug, Clone)]
pub struct Table<T> {
    rows: Vec<T>,
    index: HashMap<String, usize>,
    scopes: Vec<Scope>,
}

#[derive(Debug, Clone)]
struct Scope {
    selection: Selection,
    gap: Option<Gap>,
}

#[derive(Debug, Clone, PartialEq)]
enum Selection {
    All,
    Ids(Vec<String>),
    /// One filter; with more than one the answer is whole for none of them.
    Filter(String, Vec<String>),
    Narrow,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { rows: Vec::new(), index: HashMap::new(), scopes: Vec::new() }
    }
}

impl<T: Resource> Table<T> {
    /// Takes over a read of this kind.
    ///
    /// # Errors
    /// The answer does not have the shape of the operation.
    pub(crate) fn ingest(&mut self, read: &Recorded) -> Result<(), ShapeError> {
        self.scopes.push(Scope { selection: Selection::of(&read.parameters, T::IDS), gap: read.gap(T::OPERATION) });
        let Outcome::Output(output) = &read.outcome else { return Ok(()) };
        let rows = T::rows(output).map_err(|expected| ShapeError::top(T::OPERATION, expected))?;
        for (position, row) in rows.into_iter().enumerate() {
            let row: T = shape::row(row).map_err(|error| ShapeError::row(T::OPERATION, T::MEMBER, position, &error))?;
            match self.index.get(row.id()).and_then(|at| self.rows.get_mut(*at)) {
                Some(known) => *known = row,
                None => {
                    self.index.insert(row.id().to_owned(), self.rows.len());
                    self.rows.push(row);
                }
            }
        }
        Ok(())
    }

    /// The row with this id.
    ///
    /// # Errors
    /// Why it is not known whether there is one.
    pub fn get(&self, id: &str) -> Observed<&T> {
        if let Some(row) = self.index.get(id).and_then(|at| self.rows.get(*at)) {
            return Ok(Some(row));
        }
        self.answered(|selection| match selection {
            Selection::All => true,
            Selection::Ids(ids) => ids.iter().any(|known| known == id),
            // Some services take ids as one more filter.
            Selection::Filter(name, values) => name == T::IDS && values.iter().any(|known| known == id),
            Selection::Narrow => false,
        })?;
        Ok(None)
    }

    /// Every row for which `matches` holds, where `filter` = `value` is the same question in the API's words.
    ///
    /// # Errors
    /// Why it is not known whether these are all.
    pub fn select(&self, filter: &str, value: &str, matches: impl Fn(&T) -> bool) -> Result<Vec<&T>, Gap> {
        self.answered(|selection| match selection {
            Selection::All => true,
            Selection::Filter(name, values) => name == filter && values.iter().any(|known| known == value),
            Selection::Ids(_) | Selection::Narrow => false,
        })?;
        Ok(self.rows.iter().filter(|row| matches(row)).collect())
    }

    /// Every row, when all were asked for.
    ///
    /// # Errors
    /// Why it is not known whether these are all.
    pub fn all(&self) -> Result<&[T], Gap> {
        self.answered(|selection| *selection == Selection::All)?;
        Ok(&self.rows)
    }

    /// The rows that happen to be known, for look-ups where missing rows do no harm.
    pub fn known(&self) -> &[T] {
        &self.rows
    }

    /// `Ok` when a read that covers the question succeeded; else the best reason why not.
    fn answered(&self, covers: impl Fn(&Selection) -> bool) -> Result<(), Gap> {
        if self.scopes.iter().any(|scope| scope.gap.is_none() && covers(&scope.selection)) {
            return Ok(());
        }
        let covering = self.scopes.iter().filter(|scope| covers(&scope.selection)).find_map(|scope| scope.gap.as_ref());
        let refused = || {
            let gaps = self.scopes.iter().filter_map(|scope| scope.gap.as_ref());
            gaps.into_iter().find(|gap| matches!(gap, Gap::Denied { .. }))
        };
        Err(covering
            .or_else(refused)
            .cloned()
            .unwrap_or_else(|| Gap::NotAsked { action: T::OPERATION.action.to_owned() }))
    }
}

impl Selection {
    fn of(parameters: &Map<String, Value>, ids: &str) -> Self {
        let ids = parameters.get(ids).and_then(Value::as_array);
        let filters = parameters.get("Filters").and_then(Value::as_array).filter(|filters| !filters.is_empty());
        match (ids, filters) {
            (Some(ids), None) => Self::Ids(texts(ids)),
            (None, None) => Self::All,
            (None, Some(filters)) => match filters.as_slice() {
                [filter] => {
                    let name = ["Name", "Key"].iter().find_map(|key| filter.get(key)).and_then(Value::as_str);
                    let values = filter.get("Values").and_then(Value::as_array);
                    match (name, values) {
                        (Some(name), Some(values)) => Self::Filter(name.to_owned(), texts(values)),
                        _ => Self::Narrow,
                    }
                }
                _ => Self::Narrow,
            },
            (Some(_), Some(_)) => Self::Narrow,
        }
    }
}

fn texts(values: &[Value]) -> Vec<String> {
    values.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

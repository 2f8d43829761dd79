//! Facts of one kind that are asked for one at a time: a role, a setting, a document.

use super::observed::{Gap, Observed};
use super::read::{Operation, Outcome, Recorded, text_of};
use super::shape::{self, ShapeError};
use foldhash::{HashMap, HashMapExt};
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
    /// A shorter name under which a file may hold the thing, for names that no file can have.
    fn short_name(_key: &str) -> Option<&str> {
        None
    }
    /// The name of the thing as the answer itself tells it, for outputs saved without their input.
    fn key_of(_output: &Value) -> Option<String> {
        None
    }
}

/// Answers of one kind by the name of the thing; parts of a name are joined with `/`.
#[derive(Debug, Clone)]
pub struct Answers<T> {
    known: HashMap<String, Observed<T>>,
}

impl<T> Default for Answers<T> {
    fn default() -> Self {
        Self { known: HashMap::new() }
    }
}

impl<T: Reply> Answers<T> {
    /// Takes over a read of this kind; a later one about the same thing wins. One page of several is no answer: what it lacks may be on
    /// the next.
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
                (T::key_of(output), read.cut(T::OPERATION).map_or(Ok(Some(thing)), Err))
            }
        };
        let key = T::key_of_input(&read.parameters).or(named).unwrap_or_default();
        self.known.insert(key, answer);
        Ok(())
    }

    /// What is known of the thing with this name, or with its short name when nothing goes by the whole one.
    ///
    /// # Errors
    /// Why nothing is known.
    pub fn get(&self, key: &str) -> Observed<&T> {
        let named = |name: &str| self.known.get(name);
        match named(key).or_else(|| T::short_name(key).and_then(named)) {
            Some(Ok(answer)) => Ok(answer.as_ref()),
            Some(Err(gap)) => Err(gap.clone()),
            None => Err(Gap::NotAsked { action: T::OPERATION.action.to_owned() }),
        }
    }

    /// Everything that is known, in no order.
    pub fn values(&self) -> impl Iterator<Item = &T> {
        self.known.values().filter_map(|answer| answer.as_ref().ok()?.as_ref())
    }

    /// Every name that was asked about, in no order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.known.keys().map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Gap, Header, Outcome, Read, Recorded, Snapshot, operations as op};
    use serde_json::{Value, json};

    fn with(operation: super::Operation, parameters: Value, output: Value) -> Snapshot {
        let mut snapshot = Snapshot::new(Header::default());
        snapshot.record(Recorded::new(&Read::new(operation, parameters), "", Outcome::Output(output))).unwrap();
        snapshot
    }

    #[test]
    fn one_page_of_several_is_no_answer() {
        let page = json!({ "AttachedPolicies": [], "IsTruncated": true, "Marker": "a" });
        let cut = with(op::LIST_ATTACHED_ROLE_POLICIES, json!({ "RoleName": "web" }), page);
        let gap = cut.attached_policies.get("web").unwrap_err();
        assert!(matches!(gap, Gap::Failed { code, .. } if code == "IncompleteAnswer"));
        let page = json!({ "AttachedPolicies": [], "IsTruncated": false });
        let whole = with(op::LIST_ATTACHED_ROLE_POLICIES, json!({ "RoleName": "web" }), page);
        assert!(matches!(whole.attached_policies.get("web"), Ok(Some(_))));
    }

    #[test]
    fn a_policy_goes_by_its_arn_before_its_name() {
        let version = |id: &str| json!({ "PolicyVersion": { "VersionId": id } });
        let mut snapshot = with(op::GET_POLICY_VERSION, json!({ "PolicyArn": "Core" }), version("v1"));
        let arn = "arn:aws:iam::aws:policy/service-role/Core";
        let read = Read::new(op::GET_POLICY_VERSION, json!({ "PolicyArn": arn }));
        assert_eq!(snapshot.policy_versions.get(arn).unwrap().unwrap().version_id, "v1");
        assert!(snapshot.policy_versions.get("arn:aws:iam::aws:policy/Other").is_err());
        snapshot.record(Recorded::new(&read, "", Outcome::Output(version("v2")))).unwrap();
        assert_eq!(snapshot.policy_versions.get(arn).unwrap().unwrap().version_id, "v2");
    }
}

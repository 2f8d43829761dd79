//! Members of a JSON input as the types that typed builders take.

use std::cell::RefCell;
use std::collections::BTreeSet;

use aws_sdk_ec2::types::{Filter, InstanceAttributeName, InstanceType, VpcAttributeName};
use aws_sdk_iam::types::{ContextEntry, ContextKeyTypeEnum, PolicyScopeType, PolicyUsageType};
use serde_json::{Map, Value};

/// An input whose members are taken one by one.
pub(super) struct Given<'a> {
    members: &'a Map<String, Value>,
    taken: RefCell<BTreeSet<&'static str>>,
}

impl<'a> Given<'a> {
    pub(super) fn new(members: &'a Map<String, Value>) -> Self {
        Self { members, taken: RefCell::default() }
    }

    /// A member in the type the builder asks for; `None` when it is absent, or of a shape no type here has.
    pub(super) fn get<T: FromInput>(&self, name: &'static str) -> Option<T> {
        let value = T::from_input(self.members.get(name)?)?;
        self.taken.borrow_mut().insert(name);
        Some(value)
    }

    /// Whether nothing of the input would be lost.
    pub(super) fn all_taken(&self) -> bool {
        self.taken.borrow().len() == self.members.len()
    }
}

/// A type that can be read from a member. `None` loses nothing: the call then goes another way.
pub(super) trait FromInput: Sized {
    fn from_input(value: &Value) -> Option<Self>;
}

impl FromInput for String {
    fn from_input(value: &Value) -> Option<Self> {
        value.as_str().map(str::to_owned)
    }
}

impl FromInput for bool {
    fn from_input(value: &Value) -> Option<Self> {
        value.as_bool()
    }
}

impl FromInput for i32 {
    fn from_input(value: &Value) -> Option<Self> {
        value.as_i64().and_then(|n| Self::try_from(n).ok())
    }
}

impl FromInput for i64 {
    fn from_input(value: &Value) -> Option<Self> {
        value.as_i64()
    }
}

impl<T: FromInput> FromInput for Vec<T> {
    fn from_input(value: &Value) -> Option<Self> {
        value.as_array()?.iter().map(T::from_input).collect()
    }
}

macro_rules! texts {
    ($($name:ty),* $(,)?) => {
        $(impl FromInput for $name {
            fn from_input(value: &Value) -> Option<Self> {
                value.as_str().map(Self::from)
            }
        })*
    };
}

texts!(VpcAttributeName, InstanceAttributeName, InstanceType, PolicyScopeType, PolicyUsageType, ContextKeyTypeEnum);

impl FromInput for Filter {
    fn from_input(value: &Value) -> Option<Self> {
        let given = Given::new(value.as_object()?);
        let filter = Self::builder().set_name(given.get("Name")).set_values(given.get("Values")).build();
        given.all_taken().then_some(filter)
    }
}

impl FromInput for ContextEntry {
    fn from_input(value: &Value) -> Option<Self> {
        let given = Given::new(value.as_object()?);
        let entry = Self::builder()
            .set_context_key_name(given.get("ContextKeyName"))
            .set_context_key_values(given.get("ContextKeyValues"))
            .set_context_key_type(given.get("ContextKeyType"))
            .build();
        given.all_taken().then_some(entry)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_not_taken_is_noticed() {
        let input = json!({"InstanceIds": ["i-1"], "MaxResults": 5, "New": 1});
        let given = Given::new(input.as_object().unwrap());
        assert_eq!(given.get::<Vec<String>>("InstanceIds"), Some(vec!["i-1".to_owned()]));
        assert_eq!(given.get::<i32>("MaxResults"), Some(5));
        assert_eq!(given.get::<String>("NextToken"), None);
        assert!(!given.all_taken());
    }

    #[test]
    fn filters() {
        let filter = Filter::from_input(&json!({"Name": "vpc-id", "Values": ["v"]})).unwrap();
        assert_eq!((filter.name(), filter.values()), (Some("vpc-id"), &["v".to_owned()][..]));
        assert!(Filter::from_input(&json!({"Name": "vpc-id", "Values": [1]})).is_none());
    }
}

//! Pages: how the next one is asked for, and how they become one value.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::catalog;

/// How an operation pages.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Paginator {
    #[serde(deserialize_with = "one_or_many")]
    input_token: Vec<String>,
    #[serde(deserialize_with = "one_or_many")]
    output_token: Vec<String>,
    #[serde(deserialize_with = "one_or_many")]
    result_key: Vec<String>,
    more_results: Option<String>,
    limit_key: Option<String>,
}

static PAGINATORS: LazyLock<BTreeMap<String, BTreeMap<String, Paginator>>> = LazyLock::new(|| {
    let packed = include_bytes!("../../models/paginators.json.gz");
    // A test reads the file; a build whose models are broken pages nothing rather than ending here.
    let text = catalog::unpack("paginators", packed).unwrap_or_default();
    serde_json::from_slice(&text).unwrap_or_default()
});

/// The paginator of an operation, if it has pages.
pub fn paginator(service: &str, operation: &str) -> Option<&'static Paginator> {
    PAGINATORS.get(service)?.get(operation)
}

impl Paginator {
    /// The members to put into the input for the next page; `None` after the last one.
    pub fn next(&self, output: &Value) -> Option<Map<String, Value>> {
        if let Some(more) = &self.more_results
            && !is_true(search(output, more).as_ref())
        {
            return None;
        }
        let tokens: Map<String, Value> = self
            .input_token
            .iter()
            .zip(&self.output_token)
            .filter_map(|(name, path)| Some((name.clone(), search(output, path).filter(|v| is_true(Some(v)))?)))
            .collect();
        (!tokens.is_empty()).then_some(tokens)
    }

    /// The input members that carry tokens: one that the next page does not need must not stay from the last.
    pub fn tokens(&self) -> &[String] {
        &self.input_token
    }

    /// The input member that bounds a page.
    pub fn limit_key(&self) -> Option<&str> {
        self.limit_key.as_deref()
    }

    /// Adds the results of `page` to `whole`: lists are joined, counts added. Everything else is the first page's
    /// but the flag that there is more.
    pub fn merge(&self, whole: &mut Value, page: Value) {
        let (Value::Object(whole), Value::Object(mut page)) = (whole, page) else {
            return;
        };
        for key in &self.result_key {
            let Some(more) = page.remove(key) else {
                continue;
            };
            match (whole.get_mut(key), more) {
                (Some(Value::Array(old)), Value::Array(new)) => old.extend(new),
                (Some(Value::Number(old)), Value::Number(new)) => {
                    if let (Some(a), Some(b)) = (old.as_i64(), new.as_i64()) {
                        *old = a.saturating_add(b).into();
                    }
                }
                (Some(Value::String(old)), Value::String(new)) => old.push_str(&new),
                (Some(_), _) => {}
                (None, new) => {
                    whole.insert(key.clone(), new);
                }
            }
        }
        // Whether there is more is the last page's to say.
        if let Some(flag) = &self.more_results {
            let more = page.remove(flag).unwrap_or(Value::Bool(false));
            whole.insert(flag.clone(), more);
        }
    }

    /// Takes the tokens out of the joined value, as the AWS CLI does. A flag that still says that there is more stays:
    /// EC2's SearchTransitGatewayRoutes can end a list with `AdditionalRoutesAvailable` and no token.
    pub fn finish(&self, whole: &mut Value) {
        let cut = self.more_results.as_ref().filter(|more| is_true(search(whole, more).as_ref()));
        let flag = self.more_results.as_ref().filter(|_| cut.is_none());
        let Value::Object(members) = whole else {
            return;
        };
        let paths = self.output_token.iter().chain(flag);
        for key in paths.flat_map(|path| path.split("||")) {
            // Only a plain member is a token; `Contents[-1].Key` points into the results.
            members.shift_remove(key.trim());
        }
    }
}

/// The subset of JMESPath that the files use: `a.b`, `a[-1]`, and `x || y` for the first that is there.
fn search(value: &Value, path: &str) -> Option<Value> {
    path.split("||").map(str::trim).find_map(|path| member(value, path).filter(|v| is_true(Some(v))))
}

fn member(value: &Value, path: &str) -> Option<Value> {
    let mut here = value;
    for part in path.split('.') {
        let (name, index) = part.split_once('[').map_or((part, None), |(n, i)| (n, Some(i)));
        here = here.get(name)?;
        if let Some(index) = index {
            let items = here.as_array()?;
            here = match index.trim_end_matches(']') {
                "-1" => items.last()?,
                other => items.get(other.parse::<usize>().ok()?)?,
            };
        }
    }
    Some(here.clone())
}

/// JMESPath's truth: null, false, and empty texts, lists and objects are false.
fn is_true(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null | Value::Bool(false)) => false,
        Some(Value::String(s)) => !s.is_empty(),
        Some(Value::Array(a)) => !a.is_empty(),
        Some(Value::Object(o)) => !o.is_empty(),
        Some(_) => true,
    }
}

fn one_or_many<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum OneOrMany {
        One(String),
        Many(Vec<String>),
    }
    Ok(match OneOrMany::deserialize(deserializer)? {
        OneOrMany::One(one) => vec![one],
        OneOrMany::Many(many) => many,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::Service;
    use super::*;

    #[test]
    fn every_paginator_names_members_that_exist() {
        assert_eq!(PAGINATORS.len(), catalog::SERVICES.len());
        for (service, operations) in PAGINATORS.iter() {
            let model = Service::load(service).unwrap();
            for (name, paginator) in operations {
                let operation = model.operation(name).unwrap();
                let members = |r: &Option<super::super::model::ShapeRef>| {
                    let shape = r.as_ref().map(|r| &model.shapes[&r.shape]);
                    shape.map(|s| s.members.iter().map(|(n, _)| n.to_owned()).collect::<Vec<_>>()).unwrap_or_default()
                };
                let (input, output) = (members(&operation.input), members(&operation.output));
                assert_eq!(paginator.input_token.len(), paginator.output_token.len(), "{service} {name}");
                for token in paginator.input_token.iter().chain(&paginator.limit_key) {
                    assert!(input.contains(token), "{service} {name}: no input {token}");
                }
                let heads = paginator.output_token.iter().chain(&paginator.result_key).chain(&paginator.more_results);
                for head in heads.flat_map(|p| p.split("||")) {
                    let head = head.trim().split(['.', '[']).next().unwrap().to_owned();
                    assert!(output.contains(&head), "{service} {name}: no output {head}");
                }
            }
        }
    }

    #[test]
    fn pages_become_one_value_without_tokens() {
        let pages = paginator("ec2", "DescribeInstances").unwrap();
        let mut whole = json!({"Reservations": [1], "NextToken": "a"});
        assert_eq!(pages.next(&whole), json!({"NextToken": "a"}).as_object().cloned());
        let last = json!({"Reservations": [2, 3], "NextToken": ""});
        assert_eq!(pages.next(&last), None);
        pages.merge(&mut whole, last);
        pages.finish(&mut whole);
        assert_eq!(whole, json!({"Reservations": [1, 2, 3]}));
    }

    #[test]
    fn a_flag_ends_the_pages_even_with_a_marker() {
        let pages = paginator("iam", "ListPolicies").unwrap();
        assert_eq!(pages.next(&json!({"Policies": [], "IsTruncated": false, "Marker": "m"})), None);
        let next = pages.next(&json!({"Policies": [], "IsTruncated": true, "Marker": "m"}));
        assert_eq!(next, json!({"Marker": "m"}).as_object().cloned());
    }

    #[test]
    fn a_list_that_is_cut_without_a_token_says_so() {
        let pages = paginator("ec2", "SearchTransitGatewayRoutes").unwrap();
        let mut cut = json!({"Routes": [1], "AdditionalRoutesAvailable": true});
        assert_eq!(pages.next(&cut), None);
        pages.finish(&mut cut);
        assert_eq!(cut, json!({"Routes": [1], "AdditionalRoutesAvailable": true}));
        let mut whole = json!({"Routes": [1], "AdditionalRoutesAvailable": true, "NextToken": "a"});
        pages.merge(&mut whole, json!({"Routes": [2], "AdditionalRoutesAvailable": false}));
        pages.finish(&mut whole);
        assert_eq!(whole, json!({"Routes": [1, 2]}));
    }

    #[test]
    fn the_marker_may_be_the_last_key() {
        let pages = paginator("s3", "ListObjects").unwrap();
        let page = json!({"IsTruncated": true, "Contents": [{"Key": "a"}, {"Key": "b"}]});
        assert_eq!(pages.next(&page), json!({"Marker": "b"}).as_object().cloned());
    }
}

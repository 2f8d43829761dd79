//! Requests from values.

mod body;
mod body_json;
mod body_xml;
mod query;
mod rest;
mod scalar;

use serde_json::{Map, Value};

use super::model::{Operation, Protocol, Service};
use super::names;
use super::request::HttpRequest;
use super::validate::{self, Problem};
use super::view::View;

/// Why a request could not be built. Nothing was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InputError {
    /// The service has no such operation.
    #[error("`{service}` has no operation `{operation}`{}", names::did_you_mean(.suggestion))]
    UnknownOperation {
        /// The service.
        service: String,
        /// What was asked for.
        operation: String,
        /// The nearest name that exists.
        suggestion: Option<String>,
    },
    /// The input does not fit the model.
    #[error("the input of `{service}:{operation}` is not valid: {}", list(.problems))]
    Invalid {
        /// The service.
        service: String,
        /// The operation.
        operation: String,
        /// Everything that is wrong, not only the first thing.
        problems: Vec<Problem>,
    },
}

fn list(problems: &[Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

impl Service {
    /// An operation by its name in the API.
    ///
    /// # Errors
    /// [`InputError::UnknownOperation`] with the nearest name.
    pub fn operation(&self, name: &str) -> Result<&Operation, InputError> {
        self.operations.get(name).ok_or_else(|| InputError::UnknownOperation {
            service: self.name.clone(),
            operation: name.to_owned(),
            suggestion: names::nearest(name, self.operations.keys().map(String::as_str)),
        })
    }
}

/// The request of an operation. `input` is an object with the members of the model; null counts as an empty one, and a
/// member that is null as absent. `token` is asked for a fresh unique text for each missing idempotency token.
///
/// # Errors
/// The operation does not exist, or the input does not fit its model.
pub fn encode(
    service: &Service,
    operation: &str,
    input: &Value,
    token: &mut dyn FnMut() -> String,
) -> Result<HttpRequest, InputError> {
    let operation = service.operation(operation)?;
    let invalid =
        |problems| InputError::Invalid { service: service.name.clone(), operation: operation.name.clone(), problems };
    let view = operation.input.as_ref().and_then(|r| View::new(service, r));
    let problems = match view {
        Some(view) if !input.is_null() => validate::problems(view, input),
        Some(view) => validate::problems(view, &Value::Object(Map::new())),
        None if has_members(input) => {
            vec![Problem { path: String::new(), what: "the operation takes no input".to_owned() }]
        }
        None => Vec::new(),
    };
    if !problems.is_empty() {
        return Err(invalid(problems));
    }
    let input = prepared(view, input, token);
    let host_prefix = host_prefix(operation, view, &input).map_err(|p| invalid(vec![p]))?;
    let call = Call { service, operation, view, input: &input };
    let mut request = match service.protocol {
        Protocol::Json => call.json(),
        Protocol::Query | Protocol::Ec2 => call.query(),
        Protocol::RestJson | Protocol::RestXml => call.rest(),
    };
    request.host_prefix = host_prefix;
    body::compress(operation, &mut request);
    body::checksum(operation, view, &input, &mut request);
    Ok(request)
}

/// An operation with its checked input.
struct Call<'a> {
    service: &'a Service,
    operation: &'a Operation,
    view: Option<View<'a>>,
    input: &'a Map<String, Value>,
}

impl Call<'_> {
    fn json(&self) -> HttpRequest {
        let metadata = &self.service.metadata;
        let mut request = HttpRequest { method: "POST".to_owned(), path: "/".to_owned(), ..HttpRequest::default() };
        let target = format!("{}.{}", metadata.target_prefix.as_deref().unwrap_or_default(), self.operation.name);
        request.header("X-Amz-Target", target);
        let version = metadata.json_version.as_deref().unwrap_or("1.0");
        request.header("Content-Type", format!("application/x-amz-json-{version}"));
        if metadata.aws_query_compatible.is_some() {
            request.header("x-amzn-query-mode", "true");
        }
        let body = self.view.map_or_else(|| Value::Object(Map::new()), |v| body_json::structure(v, self.input));
        request.body = body.to_string().into_bytes();
        request
    }
}

fn has_members(input: &Value) -> bool {
    match input {
        Value::Null => false,
        Value::Object(members) => !members.is_empty(),
        _ => true,
    }
}

/// The input without nulls at the top and with its idempotency tokens.
fn prepared(view: Option<View<'_>>, input: &Value, token: &mut dyn FnMut() -> String) -> Map<String, Value> {
    let given = input.as_object();
    let mut ready: Map<String, Value> =
        given.into_iter().flatten().filter(|(_, v)| !v.is_null()).map(|(k, v)| (k.clone(), v.clone())).collect();
    for (name, _) in view.into_iter().flat_map(|v| v.members()).filter(|(_, m)| m.idempotency_token()) {
        if !ready.contains_key(name) {
            ready.insert(name.to_owned(), Value::String(token()));
        }
    }
    ready
}

/// `{Bucket}.data.` with the labels filled in.
fn host_prefix(
    operation: &Operation,
    view: Option<View<'_>>,
    input: &Map<String, Value>,
) -> Result<Option<String>, Problem> {
    let Some(prefix) = operation.endpoint.as_ref().map(|e| e.host_prefix.clone()).filter(|p| !p.is_empty()) else {
        return Ok(None);
    };
    let mut filled = prefix;
    for (name, _) in view.into_iter().flat_map(|v| v.members()).filter(|(_, m)| m.host_label()) {
        let value = input.get(name).and_then(Value::as_str).unwrap_or_default();
        let clean = value.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '.');
        if value.is_empty() || !clean {
            let what = "becomes a part of the host name and must consist of letters, digits, hyphens and dots";
            return Err(Problem { path: name.to_owned(), what: what.to_owned() });
        }
        filled = filled.replace(&format!("{{{name}}}"), value);
    }
    Ok(Some(filled))
}

#[cfg(test)]
mod tests;

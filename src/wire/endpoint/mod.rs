//! Endpoints: which URL a service has in a region, and what its requests are signed for.

mod functions;
mod partition;
mod rules;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::{Map, Value};

use super::catalog;
use super::model::{Operation, Service};
use super::view::View;

pub use partition::region_is_known;

/// What an endpoint depends on.
#[derive(Debug, Clone, Default)]
pub struct Query<'a> {
    /// The region; services with one endpoint per partition need it too, to tell the partition.
    pub region: Option<&'a str>,
    /// Ask for a FIPS endpoint.
    pub use_fips: bool,
    /// Ask for a dual-stack endpoint.
    pub use_dual_stack: bool,
    /// A URL that was configured and goes before everything else.
    pub endpoint: Option<&'a str>,
    /// Further parameters of the rule set by name, such as `Bucket`: see [`parameters`].
    pub parameters: Map<String, Value>,
}

/// Where requests go and what they are signed for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Scheme, host, perhaps port and path, without a final slash.
    pub url: String,
    /// Service name in the credential scope.
    pub signing_name: String,
    /// Region in the credential scope; not always the one that was asked for (IAM is signed for `us-east-1`).
    pub signing_region: Option<String>,
    /// Headers that the rules want on each request.
    pub headers: Vec<(String, String)>,
}

/// Why there is no endpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// The rules refuse the combination, in their own words.
    #[error("{0}")]
    Refused(String),
    /// The rules cannot be evaluated.
    #[error("the endpoint rules of `{service}` cannot be evaluated: {reason}")]
    Rules {
        /// The service.
        service: String,
        /// What is wrong.
        reason: String,
    },
}

static RULE_SETS: LazyLock<BTreeMap<String, Value>> = LazyLock::new(|| {
    let packed = include_bytes!("../../../models/endpoints.json.gz");
    // A test reads the file; without rules every resolution is an error that says so.
    let text = catalog::unpack("endpoints", packed).unwrap_or_default();
    serde_json::from_slice(&text).unwrap_or_default()
});

/// The endpoint of a service.
///
/// # Errors
/// The rules refuse the combination: no region, FIPS with a configured endpoint, dual-stack where there is none.
pub fn resolve(service: &Service, query: &Query<'_>) -> Result<Endpoint, EndpointError> {
    let wrong = |reason: &str| EndpointError::Rules { service: service.name.clone(), reason: reason.to_owned() };
    let rule_set = RULE_SETS.get(&service.name).ok_or_else(|| wrong("there are none"))?;
    let parameters = filled(rule_set, query);
    let found = rules::evaluate(rule_set, parameters).map_err(|e| match e {
        rules::Stop::Refused(message) => EndpointError::Refused(message),
        rules::Stop::Malformed(reason) => wrong(&reason),
    })?;
    let found = found.ok_or_else(|| wrong("no rule matches"))?;
    let scheme = found
        .properties
        .get("authSchemes")
        .and_then(Value::as_array)
        .and_then(|schemes| schemes.iter().find(|s| s.get("name").and_then(Value::as_str) == Some("sigv4")));
    let of_scheme = |key: &str| scheme.and_then(|s| s.get(key)).and_then(Value::as_str).map(str::to_owned);
    Ok(Endpoint {
        url: found.url.trim_end_matches('/').to_owned(),
        signing_name: of_scheme("signingName").unwrap_or_else(|| service.metadata.signing_name().to_owned()),
        signing_region: of_scheme("signingRegion").or_else(|| query.region.map(str::to_owned)),
        headers: found.headers,
    })
}

/// The rule parameters that an operation fixes or that its input carries (`Bucket`).
pub fn parameters(service: &Service, operation: &Operation, input: &Value) -> Map<String, Value> {
    let mut out: Map<String, Value> =
        operation.static_context_params.iter().map(|(name, p)| (name.clone(), p.value.clone())).collect();
    let view = operation.input.as_ref().and_then(|r| View::new(service, r));
    for (name, member) in view.into_iter().flat_map(|v| v.members()) {
        if let (Some(parameter), Some(value)) = (member.context_param(), input.get(name).filter(|v| !v.is_null())) {
            out.insert(parameter.to_owned(), value.clone());
        }
    }
    out
}

/// The parameters of the rule set: built-ins from the query, the caller's, defaults.
fn filled(rule_set: &Value, query: &Query<'_>) -> Vec<(String, Value)> {
    let declared = rule_set.get("parameters").and_then(Value::as_object);
    let mut out = Vec::new();
    for (name, spec) in declared.into_iter().flatten() {
        let built_in = match spec.get("builtIn").and_then(Value::as_str) {
            Some("AWS::Region") => query.region.map(Value::from),
            Some("AWS::UseFIPS") => Some(query.use_fips.into()),
            Some("AWS::UseDualStack") => Some(query.use_dual_stack.into()),
            Some("SDK::Endpoint") => query.endpoint.map(|e| e.trim_end_matches('/').into()),
            _ => None,
        };
        let given = query.parameters.get(name).cloned();
        if let Some(value) = given.or(built_in).or_else(|| spec.get("default").cloned()) {
            out.push((name.clone(), value));
        }
    }
    out
}

#[cfg(test)]
mod tests;

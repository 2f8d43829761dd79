//! The answer half of the protocol cases.

use serde_json::{Map, Value};

use super::super::decode;
use super::{Case, compare, run};

#[test]
fn answers() {
    run("output", check);
}

fn check(case: &Case) -> Result<(), String> {
    let response = &case.data["response"];
    let headers: Vec<(String, String)> = response["headers"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(k, v)| (k.clone(), v.as_str().unwrap().to_owned()))
        .collect();
    let status = u16::try_from(response["status_code"].as_u64().unwrap()).unwrap();
    let body = response["body"].as_str().unwrap_or_default();
    let ours = decode(&case.service, &case.operation, status, &headers, body.as_bytes());
    let operation = case.service.operation(&case.operation).unwrap();
    let Some(code) = case.data["errorCode"].as_str() else {
        let value = ours.map_err(|e| format!("an error: {e}"))?;
        let value = match case.view(operation.output.as_ref()) {
            Some(view) => compare::turned(view, &value, &compare::plain),
            None => value,
        };
        return equal("value", &case.data["result"], &value);
    };
    let error = ours.err().ok_or("no error")?;
    equal("code", &code.into(), &error.code.clone().into())?;
    if let Some(message) = case.data["errorMessage"].as_str() {
        equal("message", &message.into(), &error.message.clone().into())?;
    }
    let wanted = match &case.data["error"] {
        Value::Null => Value::Object(Map::new()),
        detail => detail.clone(),
    };
    let view = operation.errors.iter().find_map(|r| case.view(Some(r)));
    let detail = view.map_or_else(|| (*error.detail).clone(), |v| compare::turned(v, &error.detail, &compare::plain));
    equal("detail", &wanted, &detail)
}

fn equal(what: &str, wanted: &Value, ours: &Value) -> Result<(), String> {
    if compare::same(wanted, ours) { Ok(()) } else { Err(format!("{what}\n  wanted {wanted}\n  ours   {ours}")) }
}

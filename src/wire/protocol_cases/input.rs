//! The request half of the protocol cases.

use std::io::Read;

use serde_json::Value;

use super::super::{HttpRequest, encode, model::Protocol};
use super::{Case, compare, run};

/// What the cases expect for an idempotency token that is filled in.
const TOKEN: &str = "00000000-0000-4000-8000-000000000000";

#[test]
fn requests() {
    run("input", check);
}

fn check(case: &Case) -> Result<(), String> {
    let operation = case.service.operation(&case.operation).unwrap();
    let params = &case.data["params"];
    let input = match case.view(operation.input.as_ref()) {
        Some(view) => compare::turned(view, params, &compare::blob_to_base64),
        None => params.clone(),
    };
    let request =
        encode(&case.service, &case.operation, &input, &mut || TOKEN.to_owned()).map_err(|e| e.to_string())?;
    let expected = &case.data["serialized"];
    equal("method", expected["method"].as_str().unwrap(), &request.method)?;
    target(expected, &request)?;
    headers(expected, &request)?;
    match expected["body"].as_str() {
        Some(body) => self::body(case, body, &request),
        None => Ok(()),
    }
}

fn target(expected: &Value, request: &HttpRequest) -> Result<(), String> {
    // Without a word on the host the endpoint is `example.com`; one with a path is an endpoint that was configured so.
    let host = expected["host"].as_str().unwrap_or("example.com");
    let (host, path) = host.split_once('/').unwrap_or((host, ""));
    let url = request.url(&format!("https://example.com/{path}"));
    let (our_host, ours) = url.strip_prefix("https://").unwrap().split_once('/').unwrap();
    equal("host", host, our_host)?;
    let ours = format!("/{ours}");
    let wanted = expected["uri"].as_str().unwrap();
    let (path, query) = wanted.split_once('?').unwrap_or((wanted, ""));
    let (our_path, our_query) = ours.split_once('?').unwrap_or((&ours, ""));
    equal("path", path, our_path)?;
    equal("query string", &format!("{:?}", compare::pairs(query)), &format!("{:?}", compare::pairs(our_query)))
}

fn headers(expected: &Value, request: &HttpRequest) -> Result<(), String> {
    let find = |name: &str| request.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str());
    for (name, value) in expected["headers"].as_object().into_iter().flatten() {
        equal(name, value.as_str().unwrap(), find(name).unwrap_or("(absent)"))?;
    }
    for name in expected["forbidHeaders"].as_array().into_iter().flatten() {
        equal(name.as_str().unwrap(), "(absent)", find(name.as_str().unwrap()).unwrap_or("(absent)"))?;
    }
    for name in expected["requireHeaders"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        // The HTTP client adds the length.
        if name != "Content-Length" && find(name).is_none() {
            return Err(format!("header {name} is missing"));
        }
    }
    Ok(())
}

fn body(case: &Case, wanted: &str, request: &HttpRequest) -> Result<(), String> {
    let mut plain = String::new();
    let packed = request.headers.iter().any(|(n, v)| n == "Content-Encoding" && v.ends_with("gzip"));
    if packed {
        flate2::read::GzDecoder::new(&*request.body).read_to_string(&mut plain).map_err(|e| e.to_string())?;
    } else {
        plain = String::from_utf8(request.body.clone()).map_err(|e| e.to_string())?;
    }
    let ours = plain.as_str();
    let structured = ours.starts_with('<') && wanted.trim().starts_with('<');
    match case.service.protocol {
        Protocol::Query | Protocol::Ec2 => {
            equal("form", &format!("{:?}", compare::pairs(wanted)), &format!("{:?}", compare::pairs(ours)))
        }
        Protocol::RestXml if structured => {
            equal("XML", &compare::canonical(wanted.trim())?, &compare::canonical(ours)?)
        }
        Protocol::Json | Protocol::RestJson => {
            match (serde_json::from_str::<Value>(wanted), serde_json::from_str::<Value>(ours)) {
                (Ok(a), Ok(b)) if compare::same(&a, &b) => Ok(()),
                _ => equal("body", wanted, ours),
            }
        }
        Protocol::RestXml => equal("body", wanted, ours),
    }
}

fn equal(what: &str, wanted: &str, ours: &str) -> Result<(), String> {
    if wanted == ours { Ok(()) } else { Err(format!("{what}\n  wanted {wanted}\n  ours   {ours}")) }
}

//! Errors of services, in every shape they come in.

use std::time::Duration;

use serde_json::{Map, Value};

use super::super::model::{Protocol, Shape};
use super::super::view::View;
use super::{Answer, json, rest, xml};

/// How much of an unreadable answer is quoted, in characters.
const QUOTED: usize = 200;

/// An answer that is no result.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{}{message}", code.as_ref().map(|c| format!("{c}: ")).unwrap_or_default())]
pub struct ServiceError {
    /// The service's code (`UnauthorizedOperation`), without namespace or address; none when the answer names none.
    pub code: Option<String>,
    /// The service's words, or what is wrong with the answer and how it begins.
    pub message: String,
    /// The id to quote to AWS support.
    pub request_id: Option<String>,
    /// The HTTP status. Below 300 when a good status came with an answer that cannot be read.
    pub status: u16,
    /// How long the service asks to wait before the next try.
    pub retry_after: Option<Duration>,
    /// The members of the error in the shape of its model; null when the model knows no such error.
    pub detail: Box<Value>,
}

/// The error of an answer whose status is one.
pub(super) fn from_answer(answer: &Answer<'_>) -> ServiceError {
    let xml_first = !matches!(answer.service.protocol, Protocol::Json | Protocol::RestJson);
    // A gateway in front of a service may answer in the other format.
    let read = if xml_first {
        from_xml(answer).or_else(|| from_json(answer))
    } else {
        from_json(answer).or_else(|| from_xml(answer))
    };
    let mut error = read.unwrap_or_else(|| bare(answer));
    if let Some(code) = query_compatible(answer) {
        error.code = Some(code);
    }
    error
}

/// The error of an answer that is not in the service's format.
pub(super) fn unreadable(answer: &Answer<'_>, reason: &str) -> ServiceError {
    let format = match answer.service.protocol {
        Protocol::Json | Protocol::RestJson => "JSON",
        Protocol::Query | Protocol::Ec2 | Protocol::RestXml => "XML",
    };
    let begins = if answer.is_empty() {
        "it is empty".to_owned()
    } else {
        format!("{reason}; it begins with {}", quote(answer.body))
    };
    let message = format!("the answer (status {}) is not the {format} of the service: {begins}", answer.status);
    ServiceError { message, ..blank(answer) }
}

fn blank(answer: &Answer<'_>) -> ServiceError {
    let request_id = ["x-amzn-requestid", "x-amz-request-id", "x-amz-requestid"].iter().find_map(|n| answer.header(n));
    ServiceError {
        code: None,
        message: String::new(),
        request_id: request_id.map(str::to_owned),
        status: answer.status,
        retry_after: retry_after(answer),
        detail: Box::default(),
    }
}

/// Nothing but a status and perhaps a header: HEAD requests, proxies, load balancers.
fn bare(answer: &Answer<'_>) -> ServiceError {
    let code = answer.header("x-amzn-errortype").map(short_code);
    let message = if answer.is_empty() {
        format!("the service answered with status {} and no body", answer.status)
    } else {
        format!("the service answered with status {} and no error of its own: {}", answer.status, quote(answer.body))
    };
    ServiceError { detail: Box::new(detail(answer, code.as_deref(), None)), code, message, ..blank(answer) }
}

fn from_json(answer: &Answer<'_>) -> Option<ServiceError> {
    let body: Value = serde_json::from_slice(answer.body).ok()?;
    let members = body.as_object()?;
    let text = |names: &[&str]| names.iter().find_map(|n| members.get(*n)).and_then(Value::as_str);
    // Names in the order of precedence. API Gateway style answers have only a message.
    let code = answer.header("x-amzn-errortype").or_else(|| text(&["__type", "code", "Code"])).map(short_code);
    let message = text(&["message", "Message", "errorMessage"]).unwrap_or_default().to_owned();
    if code.is_none() && message.is_empty() && !members.is_empty() {
        return None;
    }
    Some(ServiceError {
        detail: Box::new(detail(answer, code.as_deref(), Some(&body))),
        code,
        message,
        ..blank(answer)
    })
}

fn from_xml(answer: &Answer<'_>) -> Option<ServiceError> {
    let text = xml::text(answer.body).ok()?;
    let document = xml::parse(&text).ok()?;
    let root = document.root_element();
    // `<Error>` (S3), `<ErrorResponse><Error>` (query, Route 53), `<Response><Errors><Error>` (EC2), or no wrapper.
    let error = root.descendants().find(|n| n.has_tag_name_local("Error")).unwrap_or(root);
    let text = |name: &str| xml::child(error, name).map(|n| xml::content(n).trim().to_owned());
    let code = text("Code").filter(|c| !c.is_empty())?;
    let ids = ["RequestId", "RequestID", "requestId"];
    let id = root.descendants().find(|n| ids.iter().any(|i| n.has_tag_name_local(i))).map(xml::content);
    let code = short_code(&code);
    let members = modelled(answer, &code).map(|view| merged(xml::value(view, error), answer, view)).unwrap_or_default();
    let known = blank(answer);
    Some(ServiceError {
        message: text("Message").or_else(|| text("message")).unwrap_or_default(),
        request_id: id.filter(|i| !i.is_empty()).or(known.request_id.clone()),
        code: Some(code),
        detail: Box::new(members),
        ..known
    })
}

trait LocalName {
    fn has_tag_name_local(&self, name: &str) -> bool;
}

impl LocalName for roxmltree::Node<'_, '_> {
    fn has_tag_name_local(&self, name: &str) -> bool {
        self.is_element() && self.tag_name().name() == name
    }
}

/// `aws.protocol#FooError:http://internal/` is `FooError`.
fn short_code(code: &str) -> String {
    let code = code.split(':').next().unwrap_or_default();
    code.rsplit('#').next().unwrap_or_default().trim().to_owned()
}

/// The code that the service had when it still spoke query: `AWS.SimpleQueueService.NonExistentQueue;Sender`.
fn query_compatible(answer: &Answer<'_>) -> Option<String> {
    let (code, _) = answer.header("x-amzn-query-error")?.split_once(';')?;
    (!code.is_empty()).then(|| code.to_owned())
}

fn retry_after(answer: &Answer<'_>) -> Option<Duration> {
    if let Some(millis) = answer.header("x-amz-retry-after").and_then(|v| v.trim().parse().ok()) {
        return Some(Duration::from_millis(millis));
    }
    answer.header("retry-after").and_then(|v| v.trim().parse().ok()).map(Duration::from_secs)
}

/// The shape of an error by its code, among those the operation declares.
fn modelled<'a>(answer: &Answer<'a>, code: &str) -> Option<View<'a>> {
    let service = answer.service;
    let mut declared = answer.operation.into_iter().flat_map(|o| &o.errors);
    let is_it =
        |name: &str, shape: &Shape| name == code || shape.error.as_ref().and_then(|e| e.code.as_deref()) == Some(code);
    let reference = declared.find(|r| service.shapes.get(&r.shape).is_some_and(|s| is_it(&r.shape, s)))?;
    View::new(service, reference)
}

fn detail(answer: &Answer<'_>, code: Option<&str>, body: Option<&Value>) -> Value {
    let Some(view) = code.and_then(|code| modelled(answer, code)) else {
        return Value::Null;
    };
    let members = body.map_or_else(|| Value::Object(Map::new()), |b| json::value(view, b));
    merged(members, answer, view)
}

/// Adds the members of an error that stand in headers.
fn merged(members: Value, answer: &Answer<'_>, view: View<'_>) -> Value {
    let mut all = rest::outside_body(view, answer.status, answer.headers);
    if let Value::Object(members) = members {
        all.extend(members);
    }
    Value::Object(all)
}

/// The first characters, on one line and without control characters.
fn quote(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let line: String = line.chars().filter(|c| !c.is_control()).collect();
    let mut start: String = line.chars().take(QUOTED).collect();
    if start.len() < line.len() {
        start.push_str(" ...");
    }
    format!("`{start}`")
}

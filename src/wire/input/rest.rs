//! Requests of the REST protocols: labels, query strings, headers; the body is JSON or XML.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use super::super::model::{Kind, Location, Protocol, TimestampFormat};
use super::super::request::{self, HttpRequest};
use super::super::view::View;
use super::{Call, body_json, body_xml, scalar};

impl Call<'_> {
    pub(super) fn rest(&self) -> HttpRequest {
        let mut request = HttpRequest { method: self.operation.http.method.clone(), ..HttpRequest::default() };
        let mut labels = BTreeMap::new();
        let mut body = Map::new();
        let mut query = Vec::new();
        let mut free = Vec::new();
        for (name, value) in self.input {
            let Some(member) = self.view.and_then(|v| v.member(name)) else {
                continue;
            };
            let wire = member.location_name().unwrap_or(name);
            match member.location() {
                Some(Location::Uri) => {
                    labels.insert(wire, label(member, value, self.service.name == "route53"));
                }
                Some(Location::QueryString) if member.kind() == Kind::Map => {
                    query_map(member, value, &mut free);
                }
                Some(Location::QueryString) => query_member(member, wire, value, &mut query),
                Some(Location::Header) => header_member(member, wire, value, &mut request),
                Some(Location::Headers) => prefix_headers(wire, value, &mut request),
                Some(Location::StatusCode) => {}
                None => {
                    body.insert(name.clone(), value.clone());
                }
            }
        }
        self.uri(&labels, query, &mut request);
        // A parameter that a map brings along does not displace one that has a member of its own.
        free.retain(|(name, _): &(String, String)| !request.query.iter().any(|(n, _)| n == name));
        request.query.extend(free);
        self.body(&body, &mut request);
        request
    }

    /// Fills the labels of the model's URI and splits off the parameters that stand in it.
    fn uri(&self, labels: &BTreeMap<&str, String>, given: Vec<(String, String)>, request: &mut HttpRequest) {
        let template = self.operation.http.request_uri.as_str();
        let (path, fixed) = template.split_once('?').unwrap_or((template, ""));
        request.path = fill(self.without_bucket(path), labels);
        request.query = fixed
            .split('&')
            .filter(|p| !p.is_empty())
            .map(|p| p.split_once('=').unwrap_or((p, "")))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        request.query.extend(given);
    }

    /// The endpoint rules of S3 put the bucket into host or path, so it must not stand in the path a second time.
    fn without_bucket<'t>(&self, path: &'t str) -> &'t str {
        let ruled = self.view.and_then(|v| v.member("Bucket")).and_then(|m| m.context_param()) == Some("Bucket");
        match path.strip_prefix("/{Bucket}").filter(|_| ruled) {
            Some("") => "/",
            Some(rest) => rest,
            None => path,
        }
    }

    fn body(&self, members: &Map<String, Value>, request: &mut HttpRequest) {
        let Some(view) = self.view else { return };
        let json = self.service.protocol == Protocol::RestJson;
        let Some(payload) = view.shape.payload.as_deref() else {
            let needed = view.members().any(|(_, m)| m.location().is_none());
            if json && needed {
                request.body = body_json::structure(view, members).to_string().into_bytes();
                content_type("application/json", request);
            } else if !json && !members.is_empty() {
                request.body = body_xml::document(view, &Value::Object(members.clone()), view.root_name());
                content_type("application/xml", request);
            }
            return;
        };
        let Some(member) = view.member(payload) else {
            return;
        };
        match (members.get(payload), member.kind()) {
            (Some(Value::String(text)), Kind::Blob) => {
                request.body = STANDARD.decode(text).unwrap_or_default();
                content_type("application/octet-stream", request);
            }
            (Some(Value::String(text)), Kind::String) => {
                request.body = text.clone().into_bytes();
                content_type("text/plain", request);
            }
            (Some(value), _) if json => {
                request.body = body_json::any(member, value).to_string().into_bytes();
                content_type("application/json", request);
            }
            (Some(value), _) => {
                request.body = body_xml::document(member, value, member.payload_name());
                content_type("application/xml", request);
            }
            // A union without a member is not the same as an empty one.
            (None, Kind::Structure) if json && !member.shape.union => {
                request.body = b"{}".to_vec();
                content_type("application/json", request);
            }
            (None, _) => {}
        }
    }
}

fn content_type(kind: &str, request: &mut HttpRequest) {
    if request.get_header("Content-Type").is_none() {
        request.header("Content-Type", kind);
    }
}

/// The text of a label. Route 53 gives ids as `/hostedzone/Z1` and takes them without that prefix, so what one answer
/// says must be good for the next request.
fn label(view: View<'_>, value: &Value, route53: bool) -> String {
    let text = scalar::text(view, value, TimestampFormat::Iso8601);
    let prefixed = ["/hostedzone/", "/change/", "/delegationset/"].iter().find_map(|p| text.strip_prefix(p));
    match prefixed.filter(|_| route53) {
        Some(id) => id.to_owned(),
        None => text,
    }
}

/// `/{Bucket}/{Key+}`: a label with `+` keeps its slashes.
fn fill(template: &str, labels: &BTreeMap<&str, String>) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, tail)) = after.split_once('}') else {
            break;
        };
        out.push_str(before);
        let (name, keep) = name.strip_suffix('+').map_or((name, ""), |n| (n, "/"));
        out.push_str(&request::percent_encode(labels.get(name).map_or("", String::as_str), keep));
        rest = tail;
    }
    out.push_str(rest);
    out
}

fn query_member(view: View<'_>, wire: &str, value: &Value, query: &mut Vec<(String, String)>) {
    let items = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    let element = view.element().unwrap_or(view);
    query.extend(items.iter().map(|i| (wire.to_owned(), scalar::text(element, i, TimestampFormat::Iso8601))));
}

/// A map whose keys are names of parameters, its values texts or lists of texts.
fn query_map(view: View<'_>, value: &Value, query: &mut Vec<(String, String)>) {
    let Some((_, element)) = view.entry() else {
        return;
    };
    for (key, item) in value.as_object().into_iter().flatten() {
        query_member(element, key, item, query);
    }
}

fn header_member(view: View<'_>, wire: &str, value: &Value, request: &mut HttpRequest) {
    let text = match (value, view.element()) {
        _ if view.json_value_header() => STANDARD.encode(value.to_string()),
        (Value::Array(items), Some(element)) => {
            let items = items.iter().filter(|item| !item.is_null());
            items.map(|item| listed(element, item)).collect::<Vec<_>>().join(", ")
        }
        _ => scalar::text(view, value, TimestampFormat::Rfc822),
    };
    request.header(wire, text);
}

/// An element of a list in a header: quoted when it holds what separates elements.
fn listed(view: View<'_>, value: &Value) -> String {
    let text = scalar::text(view, value, TimestampFormat::Rfc822);
    if view.kind() == Kind::String && text.contains(['"', ',']) {
        return format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    }
    text
}

fn prefix_headers(prefix: &str, value: &Value, request: &mut HttpRequest) {
    for (key, item) in value.as_object().into_iter().flatten() {
        if let Some(text) = item.as_str() {
            request.header(&format!("{prefix}{key}"), text);
        }
    }
}

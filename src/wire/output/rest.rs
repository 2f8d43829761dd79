//! Answers of the REST protocols: headers, the status, and a body in JSON or XML.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use super::super::model::{Kind, Location, Protocol};
use super::super::view::View;
use super::{Answer, Fault, Headers, json, scalar, xml};

impl Answer<'_> {
    pub(super) fn rest(&self) -> Result<Value, Fault> {
        let Some(view) = self.output() else {
            return Ok(Value::Object(Map::new()));
        };
        let mut found = outside_body(view, self.status, self.headers);
        match view.shape.payload.as_deref().and_then(|p| Some((p, view.member(p)?))) {
            Some((name, payload)) => {
                if let Some(value) = self.payload(payload)? {
                    found.insert(name.to_owned(), value);
                }
            }
            None if view.members().any(|(_, m)| m.in_answer_body()) => {
                if let Value::Object(members) = self.structured(view)? {
                    let in_body = |name: &str| view.member(name).is_none_or(|m| m.in_answer_body());
                    found.extend(members.into_iter().filter(|(name, _)| in_body(name)));
                }
            }
            None => {}
        }
        // The order of the model, wherever the members came from.
        let ordered = view.members().filter_map(|(name, _)| Some((name.to_owned(), found.remove(name)?)));
        let ordered: Map<String, Value> = ordered.collect();
        Ok(Value::Object(ordered.into_iter().chain(found.clone()).collect()))
    }

    /// A member that is the whole body.
    fn payload(&self, view: View<'_>) -> Result<Option<Value>, Fault> {
        match view.kind() {
            // Event streams are not read; none of the operations used here has one.
            _ if view.shape.eventstream => Ok(None),
            Kind::Blob if self.body.is_empty() => Ok(None),
            Kind::Blob => Ok(Some(STANDARD.encode(self.body).into())),
            Kind::String => Ok(Some(xml::utf8(self.body)?.into())),
            _ if self.is_empty() && (self.status != 200 || view.shape.union) => Ok(None),
            _ => self.structured(view).map(Some),
        }
    }

    fn structured(&self, view: View<'_>) -> Result<Value, Fault> {
        if self.is_empty() {
            // Operations that only start something answer 202 or 204 without a body. With 200 what could be in the body
            // must be there: a cut connection or a careless proxy would look like an empty list.
            let expected = self.status == 200 && view.members().any(|(_, m)| m.location().is_none());
            let fault = || Fault::Unreadable("it is empty".to_owned());
            return if expected { Err(fault()) } else { Ok(Value::Object(Map::new())) };
        }
        if self.service.protocol == Protocol::RestJson {
            return json::document(view, self.body);
        }
        let text = xml::text(self.body)?;
        let document = xml::parse(&text)?;
        let root = document.root_element();
        if root.tag_name().name() == "Error" && xml::child(root, "Code").is_some() {
            return Err(Fault::InBody);
        }
        if self.operation.is_some_and(|o| o.name == "GetBucketLocation") {
            // The root element is the member itself, empty for us-east-1.
            let region = Some(xml::content(root)).filter(|t| !t.is_empty());
            return Ok(Value::Object(Map::from_iter([("LocationConstraint".to_owned(), region.into())])));
        }
        Ok(xml::value(view, root))
    }
}

/// The members that come from headers and from the status.
pub(super) fn outside_body(view: View<'_>, status: u16, headers: Headers<'_>) -> Map<String, Value> {
    let mut found = Map::new();
    for (name, member) in view.members() {
        let value = match member.location() {
            Some(Location::StatusCode) => Some(Value::from(status)),
            Some(Location::Headers) => Some(prefixed(member, headers)),
            Some(Location::Header) => header(member, name, headers),
            _ => None,
        };
        if let Some(value) = value {
            found.insert(name.to_owned(), value);
        }
    }
    found
}

fn header(view: View<'_>, name: &str, headers: Headers<'_>) -> Option<Value> {
    let wire = scalar::header_name(view, name)?;
    let (_, text) = headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(wire))?;
    Some(match view.element().filter(|_| view.kind() == Kind::List) {
        Some(element) => scalar::header_list(element, text),
        None => scalar::from_text(view, text),
    })
}

/// The headers with a prefix, as a map without it.
fn prefixed(view: View<'_>, headers: Headers<'_>) -> Value {
    let prefix = view.location_name().unwrap_or_default();
    let rest = |name: &str| {
        let (start, rest) = name.split_at_checked(prefix.len())?;
        start.eq_ignore_ascii_case(prefix).then(|| rest.to_owned())
    };
    Value::Object(headers.iter().filter_map(|(n, v)| Some((rest(n)?, v.as_str().into()))).collect())
}

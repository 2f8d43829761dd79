//! Values from answers.

mod error;
mod json;
mod rest;
mod scalar;
mod xml;

use serde_json::{Map, Value};

use super::model::{Operation, Protocol, Service};
use super::view::View;

pub use error::ServiceError;

/// Headers of an answer. Names are compared without regard to case.
pub type Headers<'a> = &'a [(String, String)];

/// The value of an answer, in the shape the AWS CLI prints: member names of the model in its order, timestamps as
/// ISO 8601 text, blobs as base64 text, empty lists where the answer has the list's element. Members and enum values
/// that the model does not know do no harm; a time or number that cannot be read stays the text it is.
///
/// # Errors
/// The service's own error for a status from 300 on; an error without a code when the answer is not in the service's
/// format, be it the page of a proxy, an empty body or one that was cut off.
pub fn decode(
    service: &Service,
    operation: &str,
    status: u16,
    headers: Headers<'_>,
    body: &[u8],
) -> Result<Value, ServiceError> {
    let answer = Answer { service, operation: service.operations.get(operation), status, headers, body };
    if status >= 300 {
        return Err(error::from_answer(&answer));
    }
    let value = match service.protocol {
        Protocol::Json => answer.json(),
        Protocol::Query | Protocol::Ec2 => answer.query(),
        Protocol::RestJson | Protocol::RestXml => answer.rest(),
    };
    value.map_err(|fault| match fault {
        Fault::Unreadable(reason) => error::unreadable(&answer, &reason),
        Fault::InBody => error::from_answer(&answer),
    })
}

struct Answer<'a> {
    service: &'a Service,
    operation: Option<&'a Operation>,
    status: u16,
    headers: Headers<'a>,
    body: &'a [u8],
}

/// Why an answer with a good status has no value.
enum Fault {
    /// Not in the format of the service.
    Unreadable(String),
    /// S3 reports late failures with status 200 and an error as body.
    InBody,
}

impl<'a> Answer<'a> {
    fn output(&self) -> Option<View<'a>> {
        self.operation.and_then(|o| o.output.as_ref()).and_then(|r| View::new(self.service, r))
    }

    fn header(&self, name: &str) -> Option<&'a str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }

    fn is_empty(&self) -> bool {
        self.body.iter().all(u8::is_ascii_whitespace)
    }

    fn json(&self) -> Result<Value, Fault> {
        let Some(view) = self.output() else {
            return Ok(Value::Object(Map::new()));
        };
        if self.is_empty() && view.shape.members.0.is_empty() {
            return Ok(Value::Object(Map::new()));
        }
        json::document(view, self.body)
    }

    fn query(&self) -> Result<Value, Fault> {
        let output = self.output();
        let nothing = output.is_none_or(|v| v.shape.members.0.is_empty());
        if nothing && self.is_empty() {
            return Ok(Value::Object(Map::new()));
        }
        let text = xml::text(self.body)?;
        let document = xml::parse(&text)?;
        let root = document.root_element();
        // A page of a proxy can be well-formed XML; taken as an answer it would be one without any content.
        if !root.tag_name().name().ends_with("Response") || xml::child(root, "Errors").is_some() {
            return Err(Fault::Unreadable(format!("its root element is `{}`", root.tag_name().name())));
        }
        let Some(view) = output.filter(|_| !nothing) else {
            return Ok(Value::Object(Map::new()));
        };
        let start = match view.result_wrapper() {
            Some(wrapper) => {
                xml::child(root, wrapper).ok_or_else(|| Fault::Unreadable(format!("it has no element `{wrapper}`")))?
            }
            None => root,
        };
        Ok(xml::value(view, start))
    }
}

#[cfg(test)]
mod tests;

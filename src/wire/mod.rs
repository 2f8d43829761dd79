//! The wire formats of AWS services, driven by their published models.
//!
//! Everything here is pure: values in, requests out; answers in, values out. No socket, no clock, no environment.
//! A value is JSON in the shape the AWS CLI takes and prints: the member names of the model, timestamps as ISO 8601
//! text, blobs as base64 text.
//!
//! ```
//! use aws_triage::wire::{self, Service};
//! let ssm = Service::load("ssm")?;
//! let request = wire::encode(ssm, "ListDocuments", &serde_json::json!({"MaxResults": 5}), &mut String::new)?;
//! assert_eq!(request.body, br#"{"MaxResults":5}"#);
//! let answer = br#"{"DocumentIdentifiers":[{"Name":"x","CreatedDate":1700000000.5}]}"#;
//! let value = wire::decode(ssm, "ListDocuments", 200, &[], answer)?;
//! assert_eq!(value["DocumentIdentifiers"][0]["CreatedDate"], "2023-11-14T22:13:20.500000+00:00");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod catalog;
pub mod endpoint;
mod input;
mod model;
pub(crate) mod names;
mod output;
pub mod paginate;
#[cfg(test)]
mod protocol_cases;
mod request;
mod timestamp;
mod validate;
mod view;

pub use catalog::{ModelError, SERVICES};
pub use input::{InputError, encode};
pub use model::{ContextParam, Metadata, Operation, Protocol, Service};
pub use output::{Headers, ServiceError, decode};
pub use request::HttpRequest;
pub use validate::Problem;

//! The AWS APIs: one session, one call for every service.
//!
//! [`Session::open`] finds region, credentials and settings as the AWS CLI does. [`Session::call`] then calls any operation
//! of any service in [`crate::wire::SERVICES`] by name, takes its input and gives its output in the shape of the AWS CLI,
//! follows pages, retries, and sorts errors by what a caller can do about them.
//!
//! The reads that rules judge go through the typed clients of the AWS SDK (`typed`), everything else through one client
//! that knows services by their models (`model_client`). Both decode answers with [`crate::wire`].

mod attempts;
mod call;
mod error;
mod model_client;
mod session;
mod settings;
mod source_address;
#[cfg(test)]
mod tests;
mod token;
mod typed;

pub use call::Counts;
pub use error::{CallError, CallErrorKind};
pub use session::{Options, Session, SessionError};

//! Watches the attempts of a call: counts them and keeps the last answer as it came over the wire.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{
    AfterDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextRef,
};
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

/// An answer before anything is made of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RawAnswer {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl RawAnswer {
    /// A response whose body is in memory, as it is once it has been handed to a deserializer; `None` when the connection
    /// broke before the body was there.
    pub(super) fn of(response: &HttpResponse) -> Option<Self> {
        Some(Self {
            status: response.status().as_u16(),
            headers: response.headers().iter().map(|(n, v)| (n.to_owned(), v.to_owned())).collect(),
            body: response.body().bytes()?.to_vec(),
        })
    }
}

/// An interceptor; clones share what they saw.
#[derive(Debug, Clone, Default)]
pub(super) struct Watch(Arc<Seen>);

#[derive(Debug, Default)]
struct Seen {
    attempts: AtomicU32,
    host: Mutex<Option<String>>,
    answer: Mutex<Option<RawAnswer>>,
}

impl Watch {
    /// How often the request was sent, or was about to be.
    pub(super) fn attempts(&self) -> u32 {
        self.0.attempts.load(Ordering::Relaxed)
    }

    /// The answer of the last attempt, if it had one.
    pub(super) fn take_answer(&self) -> Option<RawAnswer> {
        self.0.answer.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Where the last attempt went: host and port.
    pub(super) fn host(&self) -> Option<String> {
        self.0.host.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[dyn_dispatch_hint]
impl Intercept for Watch {
    fn name(&self) -> &'static str {
        "Watch"
    }

    fn read_before_attempt(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.attempts.fetch_add(1, Ordering::Relaxed);
        // What the attempt before got is no answer of this one.
        drop(self.take_answer());
        Ok(())
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let uri = context.request().uri();
        let host = uri.split_once("://").map_or(uri, |(_, rest)| rest).split(['/', '?']).next();
        *self.0.host.lock().unwrap_or_else(PoisonError::into_inner) = host.map(str::to_owned);
        Ok(())
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let answer = RawAnswer::of(context.response());
        *self.0.answer.lock().unwrap_or_else(PoisonError::into_inner) = answer;
        Ok(())
    }
}

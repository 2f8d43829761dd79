//! A call by name: checked input, pages, counters.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Map, Value};

use super::attempts::{RawAnswer, Watch};
use super::error::{CallError, CallErrorKind, Unanswered};
use super::session::Session;
use super::{model_client, token, typed};
use crate::wire::paginate::{self, Paginator};
use crate::wire::{self, Service};

/// More pages than any account has of anything that is read here; a list this long is a fault, not an answer.
const MOST_PAGES: usize = 1000;

/// What a session has sent so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Calls of [`Session::call`] and [`Session::call_page`].
    pub operations: u64,
    /// Requests that were asked for: one per page.
    pub pages: u64,
    /// Requests that were sent, retries included.
    pub attempts: u64,
}

#[derive(Debug, Default)]
pub(super) struct Counters {
    operations: AtomicU64,
    pages: AtomicU64,
    attempts: AtomicU64,
}

/// One request's worth of a call.
pub(super) struct Call<'a> {
    pub(super) service: &'static Service,
    pub(super) operation: &'a str,
    /// `ec2:DescribeInstances`.
    pub(super) name: &'a str,
    pub(super) input: &'a Map<String, Value>,
    /// The request as the model says, already checked.
    pub(super) request: wire::HttpRequest,
}

impl Session {
    /// Calls an operation of any service that has a model and gives its whole output in the shape of the AWS CLI: all pages
    /// are read and joined. An input that carries a page token itself gets that one page.
    ///
    /// # Errors
    /// See [`CallErrorKind`]. A list whose later pages fail is an error, never a shorter list.
    pub async fn call(&self, service: &str, operation: &str, parameters: &Value) -> Result<Value, CallError> {
        let name = format!("{service}:{operation}");
        let (model, mut input) = self.begin(service, operation, &name, parameters)?;
        let mut whole = self.page(model, operation, &name, &input).await?;
        let Some(paginator) = paginate::paginator(service, operation) else {
            return Ok(whole);
        };
        if paginator.tokens().iter().any(|token| input.contains_key(token)) {
            return Ok(whole);
        }
        let mut next = paginator.next(&whole);
        let mut seen = BTreeSet::new();
        while let Some(tokens) = next {
            guard(&name, &tokens, &mut seen)?;
            prepare(&mut input, paginator, tokens);
            let page = self.page(model, operation, &name, &input).await?;
            next = paginator.next(&page);
            paginator.merge(&mut whole, page);
        }
        paginator.finish(&mut whole);
        Ok(whole)
    }

    /// The same without following pages: the output of one request, its page token included.
    ///
    /// # Errors
    /// See [`CallErrorKind`].
    pub async fn call_page(&self, service: &str, operation: &str, parameters: &Value) -> Result<Value, CallError> {
        let name = format!("{service}:{operation}");
        let (model, input) = self.begin(service, operation, &name, parameters)?;
        self.page(model, operation, &name, &input).await
    }

    /// What this session has sent so far.
    pub fn counts(&self) -> Counts {
        let counters = self.counters();
        Counts {
            operations: counters.operations.load(Ordering::Relaxed),
            pages: counters.pages.load(Ordering::Relaxed),
            attempts: counters.attempts.load(Ordering::Relaxed),
        }
    }

    fn begin(
        &self,
        service: &str,
        operation: &str,
        name: &str,
        parameters: &Value,
    ) -> Result<(&'static Service, Map<String, Value>), CallError> {
        self.counters().operations.fetch_add(1, Ordering::Relaxed);
        let wrong = |message: String| CallError::local(name, CallErrorKind::Input, message);
        let model = Service::load(service).map_err(|e| wrong(e.to_string()))?;
        // Checks parameters that are no object, too.
        wire::encode(model, operation, parameters, &mut token::fresh).map_err(|e| wrong(e.to_string()))?;
        let given = parameters.as_object().into_iter().flatten();
        let input = given.filter(|(_, v)| !v.is_null()).map(|(k, v)| (k.clone(), v.clone())).collect();
        Ok((model, input))
    }

    async fn page(
        &self,
        service: &'static Service,
        operation: &str,
        name: &str,
        input: &Map<String, Value>,
    ) -> Result<Value, CallError> {
        let whole = Value::Object(input.clone());
        let request = wire::encode(service, operation, &whole, &mut token::fresh)
            .map_err(|e| CallError::local(name, CallErrorKind::Input, e.to_string()))?;
        let call = Call { service, operation, name, input, request };
        let watch = Watch::default();
        self.counters().pages.fetch_add(1, Ordering::Relaxed);
        let sent = match typed::prepare(self, &call, &watch) {
            Some(typed) => typed.await,
            None => model_client::send(self, &call, &watch).await?,
        };
        self.counters().attempts.fetch_add(u64::from(watch.attempts()), Ordering::Relaxed);
        read(&call, &watch, sent)
    }
}

/// The value of what came back.
fn read(call: &Call<'_>, watch: &Watch, sent: Result<(), Unanswered>) -> Result<Value, CallError> {
    let answer: Option<RawAnswer> = watch.take_answer();
    match (sent, answer) {
        (Err(failed), _) if !failed.answered => Err(unanswered(call, watch, &failed)),
        (_, Some(raw)) => wire::decode(call.service, call.operation, raw.status, &raw.headers, &raw.body)
            .map_err(|error| CallError::of_service(call.name, error, watch.attempts())),
        (Err(failed), None) => Err(unanswered(call, watch, &failed)),
        (Ok(()), None) => {
            Err(CallError::local(call.name, CallErrorKind::Other, "the answer could not be read".to_owned()))
        }
    }
}

fn unanswered(call: &Call<'_>, watch: &Watch, failed: &Unanswered) -> CallError {
    let at = watch.host().map(|host| format!("`{host}`: ")).unwrap_or_default();
    let attempts = watch.attempts();
    CallError { attempts, ..CallError::local(call.name, failed.kind, format!("{at}{}", failed.message)) }
}

/// The input for the next page: its tokens, and none left over from the last.
fn prepare(input: &mut Map<String, Value>, paginator: &Paginator, tokens: Map<String, Value>) {
    for token in paginator.tokens() {
        input.shift_remove(token);
    }
    input.extend(tokens);
}

/// Refuses a token that was there before and a list without end.
fn guard(name: &str, tokens: &Map<String, Value>, seen: &mut BTreeSet<String>) -> Result<(), CallError> {
    let endless = |message: String| Err(CallError::local(name, CallErrorKind::Other, message));
    if seen.len() + 1 >= MOST_PAGES {
        return endless(format!("there are more than {MOST_PAGES} pages"));
    }
    let token = Value::Object(tokens.clone()).to_string();
    if seen.insert(token) { Ok(()) } else { endless("the service gave the same page token twice".to_owned()) }
}

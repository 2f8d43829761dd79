//! Asks for facts in waves: whatever can be asked now, all of it at once, until nothing new can be asked.

use super::names;
use super::redact;
use crate::aws::{CallError, CallErrorKind, Session};
use crate::clock;
use checks::snapshot::{Outcome, Read, Recorded, Snapshot, is_denied};
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// Calls under way at once: below the burst that the EC2 API grants an account for describe calls.
const MAX_CALLS: usize = 16;

/// What was asked in one wave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wave {
    /// The IAM actions, in the order in which they were asked.
    pub actions: Vec<&'static str>,
}

/// Fills a snapshot; `plan` tells what can be asked now and has not been asked yet. After `most` waves no more is asked.
pub async fn collect(
    session: &Session,
    snapshot: &mut Snapshot,
    plan: impl Fn(&Snapshot) -> Vec<Read>,
    most: usize,
) -> Vec<Wave> {
    let mut waves = Vec::new();
    while waves.len() < most {
        let reads = plan(snapshot);
        if reads.is_empty() {
            break;
        }
        waves.push(Wave { actions: reads.iter().map(|read| read.operation.action).collect() });
        for read in ask_all(session, reads).await {
            record(snapshot, read);
        }
    }
    waves
}

/// One wave: every read at once, answered in the order of the reads.
async fn ask_all(session: &Session, reads: Vec<Read>) -> Vec<Recorded> {
    let permits = Arc::new(Semaphore::new(MAX_CALLS));
    let mut calls = JoinSet::new();
    for (position, read) in reads.into_iter().enumerate() {
        let (session, permits) = (session.clone(), Arc::clone(&permits));
        calls.spawn(async move {
            let _permit = permits.acquire_owned().await;
            (position, ask(&session, &read).await)
        });
    }
    let mut answers = calls.join_all().await;
    answers.sort_by_key(|(position, _)| *position);
    answers.into_iter().map(|(_, answer)| answer).collect()
}

async fn ask(session: &Session, read: &Read) -> Recorded {
    let (service, operation) = (read.operation.service, read.operation.name);
    // What no API of AWS tells goes by services of its own.
    let own = match service {
        "dns" => {
            let name = read.parameters.get("Name").and_then(Value::as_str).unwrap_or_default();
            Some(names::resolve(name).await)
        }
        "ssh" => Some(of_this_machine(read).await),
        "checkip" => Some(match session.source_address().await {
            Ok(address) => Outcome::Output(json!({ "Address": address })),
            Err(error) => outcome_of(&error),
        }),
        _ => None,
    };
    if let Some(outcome) = own {
        return Recorded::new(read, clock::now(), outcome);
    }
    let outcome = match session.call(service, operation, &Value::Object(read.parameters.clone())).await {
        Ok(mut output) => {
            if operation == "GetConsoleOutput" {
                redact::decoded_console(&mut output);
            }
            Outcome::Output(output)
        }
        Err(error) => outcome_of(&error),
    };
    redact::recorded(Recorded::new(read, clock::now(), outcome))
}

#[cfg(feature = "ssh")]
async fn of_this_machine(read: &Read) -> Outcome {
    crate::ssh::answer(read).await
}

#[cfg(not(feature = "ssh"))]
async fn of_this_machine(_: &Read) -> Outcome {
    Outcome::Error { code: "NotBuilt".to_owned(), message: "this build was made without the feature `ssh`".to_owned() }
}

/// The error of a call as a snapshot keeps it: with the service's code, or a word for what happened instead of an answer.
fn outcome_of(error: &CallError) -> Outcome {
    let code = error.code.clone().filter(|code| error.kind != CallErrorKind::Denied || is_denied(code));
    let word = match error.kind {
        CallErrorKind::Denied => "AccessDenied",
        CallErrorKind::NotFound => "NotFound",
        CallErrorKind::Throttled => "Throttling",
        CallErrorKind::Timeout => "Timeout",
        CallErrorKind::Connect => "NoConnection",
        CallErrorKind::ExpiredCredentials => "ExpiredToken",
        CallErrorKind::Input => "InvalidInput",
        CallErrorKind::Other => "UnknownError",
    };
    Outcome::Error { code: code.unwrap_or_else(|| word.to_owned()), message: error.message.clone() }
}

/// Takes over an answer; one that does not have the shape of its operation is a failed read.
fn record(snapshot: &mut Snapshot, read: Recorded) {
    if let Err(error) = snapshot.record(read.clone()) {
        let outcome = Outcome::Error { code: "UnexpectedAnswer".to_owned(), message: error.to_string() };
        // An error has no shape that could be wrong.
        let _ = snapshot.record(Recorded { outcome, ..read });
    }
}

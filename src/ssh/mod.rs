//! What this machine itself sees: its SSH keys and client, and the SSH server that it connects to.
//!
//! Nothing runs on the server: a session is begun as far as authentication and ended there. Nothing of the SSH crate leaks out, and no
//! private key, passphrase or command text enters an answer.

mod banner;
mod client_configuration;
mod connect;
mod der;
mod fingerprints;
mod handshake;
mod key_file;
mod known_hosts;
mod probe;

pub use key_file::key_file;
pub use known_hosts::{KnownHostsFiles, known_hosts};
pub use probe::probe;

use checks::snapshot::operations as op;
use checks::snapshot::{Outcome, Read, Recorded};
use serde_json::Value;
use std::path::Path;

/// Answers a read of this machine.
pub async fn answer(read: &Read) -> Outcome {
    let text = |member: &str| read.parameters.get(member).and_then(Value::as_str).unwrap_or_default().to_owned();
    match read.operation {
        op::SSH_PROBE => probe(&text("Target"), &text("User"), &text("KeyFile")).await,
        op::CLIENT_CONFIGURATION => client_configuration::client_configuration(&text("Host")).await,
        op::KEY_FILE => key_file(Path::new(&text("Path"))),
        op::KNOWN_HOSTS => known_hosts(&text("Host"), &KnownHostsFiles::of_this_user()),
        _ => failed("UnknownOperation", "this machine has no such fact"),
    }
}

/// Answers reads outside of any runtime, all at once, in their order.
pub(crate) fn answers(reads: Vec<Read>) -> Vec<Recorded> {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return Vec::new() };
    let answered = runtime.block_on(async {
        let mut tasks = Vec::new();
        for read in reads {
            tasks.push(tokio::spawn(async move {
                let outcome = answer(&read).await;
                Recorded::new(&read, crate::clock::now(), outcome)
            }));
        }
        let mut answered = Vec::new();
        for task in tasks {
            answered.extend(task.await);
        }
        answered
    });
    // A look-up of a name that the operating system still works on is not waited for.
    runtime.shutdown_background();
    answered
}

/// A read that gave nothing.
fn failed(code: &str, message: impl Into<String>) -> Outcome {
    Outcome::Error { code: code.to_owned(), message: message.into() }
}

//! The symptom "SSH to an instance fails": its case, its reads, its diagnosis.

mod case;
pub(crate) mod clue;
pub(crate) mod door;
mod inside;
pub(crate) mod local;
pub mod path;
mod question;
mod reads;
mod source;
pub(crate) mod stranger;
pub(crate) mod ways_in;

pub use case::{Case, Ssh};
pub use inside::Settled;
pub(crate) use inside::TurnedAway;
pub use path::Road;
pub use question::{Origin, Question};
pub use reads::{READS, reads};
pub use source::Source;

use crate::diagnosis::Works;

/// The plainest evidence: what a connection from this machine met. Where connections come from elsewhere it says nothing of their way.
pub fn works(case: &Case<'_>) -> Works {
    if case.question.from.is_some() {
        return Works::Untold("nothing in the way from there was found");
    }
    let probe = match case.probe() {
        Ok(Some(probe)) => probe,
        Ok(None) | Err(_) => return Works::Untold("nothing in the way was found"),
    };
    let address = &probe.address;
    if probe.login == "accepted" {
        return Works::Yes { sign: format!("`{address}` accepts the key of this machine"), channel: Some(true) };
    }
    if probe.banner.starts_with("SSH-") {
        let sign = format!("an SSH server answers at `{address}` (`{}`)", probe.banner);
        // Without a key nothing more was asked than whether it answers.
        let is_whole = probe.outcome == "connected" && probe.login == "not-tried";
        return Works::Yes { sign, channel: (!is_whole).then_some(false) };
    }
    let what = match probe.outcome.as_str() {
        "timed-out" => "times out",
        "refused" => "is refused",
        "unreachable" => "finds no way",
        "reset" | "closed" => "is closed at once",
        "silent" => "meets no greeting",
        "not-ssh" => "meets no SSH server",
        _ => "fails",
    };
    Works::No(format!("a connection from this machine to `{address}` {what}"))
}

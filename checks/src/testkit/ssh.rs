//! Worlds of the symptom `ssh`.

use super::worlds::{self, INSTANCE};
use super::{Tried, World};
use crate::diagnosis::{Diagnosis, SubjectGap};
use crate::instance::find;
use crate::net::Network;
use crate::snapshot::{Snapshot, operations as op};
use crate::ssh::{Case, Question, Ssh};
use crate::triage;
use serde_json::{Value, json};

/// The public address of the instance, with the port of its SSH server.
pub const TARGET: &str = "203.0.113.10:22";

/// What every world is asked.
pub fn question() -> Question {
    Question::about(INSTANCE)
}

impl Tried for Ssh {
    fn with_case(snapshot: &Snapshot, judge: &mut dyn FnMut(&Case<'_>)) {
        let question = question();
        if let Ok(instance) = find(snapshot, INSTANCE) {
            let network = Network::new(snapshot);
            judge(&Case::new(&network, &question, instance));
        }
    }
}

/// The whole diagnosis of a world.
///
/// # Errors
/// The world lacks its instance.
pub fn diagnose(world: &World) -> Result<Diagnosis, SubjectGap> {
    triage::ssh(&world.snapshot(), &question())
}

/// A public subnet, and no connection from this machine was tried.
pub fn public() -> World {
    worlds::public()
}

/// A public subnet, and this on the console of the instance.
pub fn console(text: &str) -> World {
    let mut world = public();
    world.patch(op::GET_CONSOLE_OUTPUT, "/Output", json!(text));
    world
}

/// What a connection that gets through shows: banner, keys, login.
pub fn connected() -> Value {
    json!({
        "Address": TARGET, "Outcome": "connected", "Banner": "SSH-2.0-OpenSSH_9.6", "Methods": ["publickey"], "Login": "accepted",
        "HostKey": { "Algorithm": "ssh-ed25519", "Fingerprint": "SHA256:Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmE" },
    })
}

/// A connection was tried, and this is what came of it.
pub fn probed(world: &mut World, probe: Value) -> &mut World {
    world.answer(op::SSH_PROBE, json!({ "Target": TARGET }), probe)
}

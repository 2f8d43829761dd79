//! Worlds of the symptom `ssh`.

use super::worlds::{self, INSTANCE};
use super::{Tried, World};
use crate::diagnosis::{Diagnosis, SubjectGap};
use crate::finding::Judgement;
use crate::instance::find;
use crate::net::Network;
use crate::rule::Rule;
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

/// What a rule says when it is asked more than the world's own question.
pub fn judge(world: &World, question: &Question, rule: &Rule<Ssh>) -> Judgement {
    let snapshot = world.snapshot();
    let network = Network::new(&snapshot);
    let instance = find(&snapshot, INSTANCE);
    assert!(instance.is_ok(), "the world has its instance");
    let judged = |instance| (rule.judge)(&Case::new(&network, question, instance)).unwrap_or_else(Judgement::from);
    instance.map_or_else(|_| Judgement::not_applicable("the world lacks its instance"), judged)
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

/// The private key of [`client`].
pub const KEY: &str = "/home/me/.ssh/web.pem";

/// The fingerprint of the host key of [`connected`].
pub const HOST_KEY: &str = "SHA256:Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmE";

/// `aws-triage ssh INSTANCE --user ec2-user --probe 203.0.113.10 --key-file KEY`.
pub fn client_question() -> Question {
    Question {
        user: Some("ec2-user".to_owned()),
        probe: Some("203.0.113.10".to_owned()),
        key_file: Some(KEY.to_owned()),
        ..question()
    }
}

/// A public subnet, and a machine outside whose user logs in with the key pair of the launch.
pub fn client() -> World {
    let mut world = public();
    world.patch(op::DESCRIBE_INSTANCES, "/Reservations/0/Instances/0/KeyName", json!("web"));
    let public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/QEXn9OIeZJ";
    let sha256 = "ldyiXa1JQakitNU5tErauu8DvWQ1dZ7aXu+rm7KQuog";
    world
        .answer(
            op::DESCRIBE_KEY_PAIRS,
            json!({ "Filters": [{ "Name": "key-name", "Values": ["web"] }], "IncludePublicKey": true }),
            json!({ "KeyPairs": [{
                "KeyPairId": "key-1", "KeyName": "web", "KeyType": "ed25519", "KeyFingerprint": format!("{sha256}="),
                "PublicKey": format!("{public_key} web"),
            }] }),
        )
        .answer(
            op::KEY_FILE,
            json!({ "Path": KEY }),
            json!({
                "Format": "openssh", "Encrypted": false, "Algorithm": "ssh-ed25519", "Bits": 256, "Mode": "0600", "IsOwn": true,
                "Damage": [], "PublicKey": public_key,
                "Fingerprints": { "Sha256": format!("SHA256:{sha256}"), "Ec2Sha256": format!("{sha256}="), "Ec2Md5": "", "Ec2Sha1": "" },
            }),
        )
        .answer(
            op::KNOWN_HOSTS,
            json!({ "Host": "203.0.113.10" }),
            json!({ "Keys": [{ "Algorithm": "ssh-ed25519", "Fingerprint": HOST_KEY, "Place": "/home/me/.ssh/known_hosts:7" }] }),
        )
        .answer(
            op::CLIENT_CONFIGURATION,
            json!({ "Host": "203.0.113.10" }),
            json!({
                "User": "me", "UserIsOwn": true, "HostName": "203.0.113.10", "Port": "22", "IdentityFiles": [],
                "IdentitiesOnly": false, "HasProxyCommand": false, "ProxyKind": "", "ProxyJump": "", "ForwardsAgent": false,
            }),
        );
    probed(&mut world, connected());
    world
}

/// The same, and the server refuses the key.
pub fn refused() -> World {
    let mut world = client();
    world.patch(op::SSH_PROBE, "/Login", json!("refused"));
    world
}

/// The same, and nobody has tried to connect.
pub fn untried() -> World {
    let mut world = client();
    world.forget(op::SSH_PROBE);
    world
}

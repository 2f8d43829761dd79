//! A probe of an SSH server: connects, reads its identification, exchanges keys, and asks whether a user may log in with a key.
//!
//! The whole takes less than 30 seconds, and one connection where the server speaks first, as OpenSSH does: a server counts
//! connections that come to nothing.

use super::banner::{self, First};
use super::handshake::{self, Login};
use super::{connect, failed, key_file};
use checks::snapshot::Outcome;
use checks::snapshot::dns::NOT_RESOLVED;
use serde_json::{Value, json};
use std::fmt::Display;
use std::io::Cursor;
use std::net::SocketAddr;
use std::path::Path;
use tokio::io::{AsyncReadExt, join, split};
use tokio::net::TcpStream;

/// What a probe has seen, in the members of [`checks::snapshot::local::SshProbe`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) address: String,
    pub(super) outcome: &'static str,
    pub(super) banner: String,
    pub(super) first_bytes: String,
    /// Algorithm and fingerprint.
    pub(super) host_key: Option<(String, String)>,
    pub(super) lacking: &'static str,
    pub(super) offers: Vec<String>,
    pub(super) methods: Vec<String>,
    pub(super) login: &'static str,
    pub(super) signature: String,
    pub(super) error: String,
}

impl Seen {
    pub(super) fn new(address: SocketAddr, outcome: &'static str) -> Self {
        Self { address: address.to_string(), outcome, login: "not-tried", ..Self::default() }
    }

    pub(super) fn error(mut self, error: &dyn Display) -> Self {
        // What a server sends as text is shown as text.
        self.error = error.to_string().chars().filter(|letter| !letter.is_control()).take(200).collect();
        self
    }

    fn output(self) -> Outcome {
        let key =
            |(algorithm, fingerprint): (String, String)| json!({ "Algorithm": algorithm, "Fingerprint": fingerprint });
        Outcome::Output(json!({
            "Address": self.address,
            "Outcome": self.outcome,
            "Banner": self.banner,
            "FirstBytes": self.first_bytes,
            "HostKey": self.host_key.map_or(Value::Null, key),
            "Lacking": self.lacking,
            "Offers": self.offers,
            "Methods": self.methods,
            "Login": self.login,
            "Signature": self.signature,
            "Error": self.error,
        }))
    }
}

/// Probes `host:port`; without a user as far as the keys of the connection, without a key file up to the ways to authenticate.
pub async fn probe(target: &str, user: &str, key_path: &str) -> Outcome {
    let addresses = match connect::addresses(target).await {
        Ok(addresses) => addresses,
        Err(message) => return failed(NOT_RESOLVED, message),
    };
    let (mut stream, address) = match connect::connect(&addresses).await {
        Ok(connected) => connected,
        Err(seen) => return seen.output(),
    };
    let (line, read, spoke) = match banner::first(&mut stream).await {
        First::Identification { line, read, spoke } => (line, read, spoke),
        First::Other { outcome, said, error } => {
            let seen = Seen { first_bytes: said, ..Seen::new(address, outcome) };
            return seen.error(&error).output();
        }
    };
    let login = Login { user: user.to_owned(), key: key_file::private_key(Path::new(key_path)) };
    let mut seen = Seen { banner: line, ..Seen::new(address, "connected") };
    if spoke {
        // The identification is said once only: the session begins on a connection of its own.
        drop(stream);
        match TcpStream::connect(address).await {
            Ok(stream) => handshake::shake(stream, login, &mut seen).await,
            Err(error) => seen = Seen { outcome: connect::outcome_of(&error), ..seen }.error(&error),
        }
    } else {
        let (reader, writer) = split(stream);
        handshake::shake(join(Cursor::new(read).chain(reader), writer), login, &mut seen).await;
    }
    seen.output()
}

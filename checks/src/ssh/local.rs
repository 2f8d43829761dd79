//! What the user's own machine tells: the key file, the client, and the connection that was tried from there.

use super::case::Case;
use super::question::Question;
use crate::evidence::Evidence;
use crate::finding::{Judgement, Place};
use crate::instance::find;
use crate::os::host_keys::{HostKey, host_keys};
use crate::os::login_user::{Login, is_as_published, login};
use crate::snapshot::ec2::{Image, KeyPair};
use crate::snapshot::local::{ClientConfiguration, KeyFile, KnownHosts, SshKey, SshProbe};
use crate::snapshot::{Gap, Observed, Operation, Read, Snapshot, operations as op};
use serde_json::{Value, json};
use std::borrow::Cow;

/// The reads of the user's own machine that can be asked now, and that of the key pair; asked before or not.
pub(super) fn reads(snapshot: &Snapshot, question: &Question) -> Vec<Read> {
    let mut reads = Vec::new();
    let mut ask = |operation: Operation, parameters: Value| reads.push(Read::new(operation, parameters));
    let instance = find(snapshot, &question.instance).ok();
    if let Some(name) = instance.map(|instance| instance.key_name.as_str()).filter(|name| !name.is_empty()) {
        let filter = json!([{ "Name": "key-name", "Values": [name] }]);
        // A filter finds nothing where a name that is gone would be an error.
        ask(op::DESCRIBE_KEY_PAIRS, json!({ "Filters": filter, "IncludePublicKey": true }));
    }
    if let Some(path) = &question.key_file {
        ask(op::KEY_FILE, json!({ "Path": path }));
    }
    let Some(host) = &question.probe else { return reads };
    ask(op::KNOWN_HOSTS, json!({ "Host": remembered_as(host, question.port) }));
    ask(op::CLIENT_CONFIGURATION, json!({ "Host": host }));
    if let Some(user) = login_user(snapshot, question) {
        let key = question.key_file.as_deref().unwrap_or_default();
        ask(op::SSH_PROBE, json!({ "Target": target(host, question.port), "User": user, "KeyFile": key }));
    }
    reads
}

/// Who would log in: the user that is given or configured, else the one that the image has; absent while facts that would tell are still
/// to be asked.
fn login_user(snapshot: &Snapshot, question: &Question) -> Option<String> {
    if let Some(user) = &question.user {
        return Some(user.clone());
    }
    let host = question.probe.as_deref()?;
    let client = match snapshot.client_configurations.get(host) {
        Err(Gap::NotAsked { .. }) => return None,
        told => told.ok().flatten(),
    };
    if let Some(user) = client.and_then(configured_user) {
        return Some(user.to_owned());
    }
    let image = match snapshot.images.get(&find(snapshot, &question.instance).ok()?.image_id) {
        Err(Gap::NotAsked { .. }) => return None,
        told => told.ok().flatten(),
    };
    let user = image.and_then(login_of).and_then(|login| login.users.first().copied());
    Some(user.unwrap_or_default().to_owned())
}

/// The user that the client's configuration names, and not merely the name of whoever asks.
fn configured_user(client: &ClientConfiguration) -> Option<&str> {
    Some(client.user.as_str()).filter(|user| !client.user_is_own && !user.is_empty())
}

/// Default users of an image.
pub(crate) fn login_of(image: &Image) -> Option<Login> {
    login(&image.name, &image.description)
}

/// Whether the name of an image tells what is in it.
pub(crate) fn is_published(image: &Image) -> bool {
    is_as_published(&image.image_owner_alias, &image.owner_id)
}

/// `host:port`, with brackets around an IPv6 address.
pub(super) fn target(host: &str, port: u16) -> String {
    if host.contains(':') && !host.starts_with('[') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
}

/// The name under which OpenSSH remembers a host (`sshd`(8), "SSH_KNOWN_HOSTS FILE FORMAT").
fn remembered_as(host: &str, port: u16) -> String {
    if port == 22 { host.to_owned() } else { format!("[{host}]:{port}") }
}

impl<'a> Case<'a> {
    /// Path of the private key, where one is given.
    pub(crate) fn key_path(&self) -> Option<&'a str> {
        self.question.key_file.as_deref()
    }

    /// What the key file is.
    ///
    /// # Errors
    /// Nobody has named or read it.
    pub(crate) fn key_file(&self) -> Observed<&'a KeyFile> {
        self.snapshot.key_files.get(self.key_path().unwrap_or_default())
    }

    /// What the client is configured to do with the host that is connected to.
    ///
    /// # Errors
    /// Nobody has named the host, or there is no client.
    pub(crate) fn client(&self) -> Observed<&'a ClientConfiguration> {
        self.snapshot.client_configurations.get(self.question.probe.as_deref().unwrap_or_default())
    }

    /// What the client remembers of the host that is connected to.
    ///
    /// # Errors
    /// Nobody has named the host.
    pub(crate) fn known_hosts(&self) -> Observed<&'a KnownHosts> {
        let host = self.question.probe.as_deref().unwrap_or_default();
        self.snapshot.known_hosts.get(&remembered_as(host, self.question.port))
    }

    /// Who logs in, as given or configured.
    pub(crate) fn user(&self) -> Option<&'a str> {
        let configured = || self.client().ok().flatten().and_then(configured_user);
        self.question.user.as_deref().or_else(configured)
    }

    /// The image of the instance.
    ///
    /// # Errors
    /// Why it is not known.
    pub(crate) fn image(&self) -> Observed<&'a Image> {
        self.snapshot.images.get(&self.instance.image_id)
    }

    /// The key pair that the instance was launched with.
    ///
    /// # Errors
    /// Why it is not known.
    pub(crate) fn key_pair(&self) -> Observed<&'a KeyPair> {
        let name = self.instance.key_name.as_str();
        let found = self.snapshot.key_pairs.select("key-name", name, |pair| pair.key_name == name)?;
        Ok(found.into_iter().next())
    }

    /// The connection that was tried, if it came to an answer about the instance.
    pub(crate) fn tried(&self) -> Option<&'a SshProbe> {
        self.probe().ok().flatten()
    }

    /// Whether the server let the user in.
    pub(crate) fn is_let_in(&self) -> bool {
        self.tried().is_some_and(|probe| matches!(probe.login.as_str(), "accepted" | "partly-accepted"))
    }

    /// Whether the server refused the key of the user.
    pub(crate) fn is_refused(&self) -> bool {
        self.tried().is_some_and(|probe| matches!(probe.login.as_str(), "refused" | "too-many-attempts"))
    }

    /// What the server said to the key of the user.
    pub(crate) fn login_proof(&self) -> Evidence {
        let (address, login) = self.tried().map_or(("", ""), |probe| (probe.address.as_str(), probe.login.as_str()));
        Evidence::new(op::SSH_PROBE, address, "Login", login)
    }

    /// The key that the server showed.
    pub(crate) fn host_key(&self) -> Option<&'a SshKey> {
        self.tried()?.host_key.as_ref()
    }

    /// The remembered keys that a client compares with the one that the server showed: those of its algorithm.
    ///
    /// # Errors
    /// Nobody has looked.
    pub(crate) fn remembered(&self, shown: &SshKey) -> Result<Vec<&'a SshKey>, Gap> {
        let known = self.known_hosts()?.map_or(&[][..], |known| known.keys.as_slice());
        Ok(known.iter().filter(|key| key.algorithm == shown.algorithm).collect())
    }

    /// The host keys of an algorithm that the instance wrote to its console on its first start, if that is the present one.
    ///
    /// # Errors
    /// Why the console text is not known.
    pub(crate) fn printed(&self, shown: &SshKey) -> Result<Vec<HostKey<'a>>, Gap> {
        let Some(console) = self.console_since_start()? else { return Ok(Vec::new()) };
        Ok(host_keys(&console.output).into_iter().filter(|key| key.is_of(&shown.algorithm)).collect())
    }

    /// The host as the user would write it in a command.
    pub(crate) fn host_word(&self) -> &'a str {
        self.question.probe.as_deref().unwrap_or("HOST")
    }

    /// A question that only the user's own machine answers.
    pub(crate) fn at_client(
        &self,
        command: impl Into<Cow<'static, str>>,
        look_for: impl Into<Cow<'static, str>>,
    ) -> Judgement {
        self.inside(super::Settled::Login, Place::Client, command, look_for)
    }
}

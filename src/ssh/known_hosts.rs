//! What this machine's SSH client remembers of a host, hashed entries too (`sshd`(8), "SSH_KNOWN_HOSTS FILE FORMAT").

use base64::{Engine, prelude::BASE64_STANDARD};
use checks::snapshot::Outcome;
use hmac::{Hmac, KeyInit, Mac};
use russh::keys::{HashAlg, PublicKey};
use serde_json::{Value, json};
use sha1::Sha1;
use std::path::PathBuf;

/// Files that are read, with the names under which they are told.
#[derive(Debug, Clone, Default)]
pub struct KnownHostsFiles(pub Vec<PathBuf>);

impl KnownHostsFiles {
    /// Those that OpenSSH reads by default (`ssh_config`(5), `UserKnownHostsFile` and `GlobalKnownHostsFile`).
    pub fn of_this_user() -> Self {
        let home = std::env::home_dir().map(|home| home.join(".ssh"));
        let own = home.iter().flat_map(|folder| [folder.join("known_hosts"), folder.join("known_hosts2")]);
        let global = ["/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2"].map(PathBuf::from);
        Self(own.chain(global).collect())
    }
}

/// The keys that are remembered of `host` or `[host]:port`.
pub fn known_hosts(host: &str, files: &KnownHostsFiles) -> Outcome {
    let host = host.to_lowercase();
    let mut keys: Vec<Value> = Vec::new();
    for file in &files.0 {
        // A file that is not there remembers nothing.
        let Ok(text) = std::fs::read(file) else { continue };
        for (number, line) in String::from_utf8_lossy(&text).lines().enumerate() {
            if let Some(key) = key_for(&host, line) {
                keys.push(json!({
                    "Algorithm": key.algorithm().as_str(),
                    "Fingerprint": key.fingerprint(HashAlg::Sha256).to_string(),
                    "Place": format!("{}:{}", file.display(), number + 1),
                }));
            }
        }
    }
    Outcome::Output(json!({ "Keys": keys }))
}

/// The key of a line that speaks of the host; of authorities and revoked keys it is not a key of the host.
fn key_for(host: &str, line: &str) -> Option<PublicKey> {
    let line = line.trim();
    if line.is_empty() || line.starts_with(['#', '@']) {
        return None;
    }
    let (names, key) = line.split_once(char::is_whitespace)?;
    if !speaks_of(names, host) {
        return None;
    }
    PublicKey::from_openssh(key.trim()).ok()
}

fn speaks_of(names: &str, host: &str) -> bool {
    if let Some(hashed) = names.strip_prefix("|1|") {
        return is_hash_of(hashed, host);
    }
    let mut speaks = false;
    for name in names.split(',') {
        match name.strip_prefix('!') {
            // A name that is excluded is excluded whatever else fits.
            Some(excluded) if fits(excluded.to_lowercase().as_bytes(), host.as_bytes()) => return false,
            Some(_) => {}
            None => speaks |= fits(name.to_lowercase().as_bytes(), host.as_bytes()),
        }
    }
    speaks
}

/// `salt|hash`, both base64: the hash is HMAC-SHA1 of the name, keyed with the salt.
fn is_hash_of(hashed: &str, host: &str) -> bool {
    let Some((salt, hash)) = hashed.split_once('|') else { return false };
    let (Ok(salt), Ok(hash)) = (BASE64_STANDARD.decode(salt), BASE64_STANDARD.decode(hash)) else { return false };
    Hmac::<Sha1>::new_from_slice(&salt).is_ok_and(|mac| mac.chain_update(host).verify_slice(&hash).is_ok())
}

/// Whether a pattern with `*` and `?` fits a name.
fn fits(pattern: &[u8], name: &[u8]) -> bool {
    let (mut p, mut n) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        match (pattern.get(p), star) {
            (Some(b'*'), _) => {
                star = Some((p, n));
                p += 1;
            }
            (Some(letter), _) if *letter == b'?' || Some(letter) == name.get(n) => {
                p += 1;
                n += 1;
            }
            // The last star takes one more letter.
            (_, Some((at, taken))) => {
                star = Some((at, taken + 1));
                p = at + 1;
                n = taken + 1;
            }
            _ => return false,
        }
    }
    pattern.get(p..).unwrap_or_default().iter().all(|letter| *letter == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_fit_as_openssh_says() {
        assert!(speaks_of("web-*.example.com,192.0.2.1", "web-1.example.com"));
        assert!(speaks_of("10.0.?.1", "10.0.7.1"));
        assert!(!speaks_of("10.0.?.1", "10.0.17.1"));
        assert!(!speaks_of("*.example.com,!web.example.com", "web.example.com"));
        assert!(speaks_of("[192.0.2.1]:2222", "[192.0.2.1]:2222"));
        assert!(!speaks_of("192.0.2.1", "[192.0.2.1]:2222"));
        assert!(fits(b"a*b*c", b"aXbYbZc") && !fits(b"a*b*c", b"aXbYbZ") && fits(b"**", b""));
    }

    #[test]
    fn authorities_and_comments_are_no_keys() {
        let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/QEXn9OIeZJ";
        assert!(key_for("web", &format!("web {key} a comment")).is_some());
        assert!(key_for("web", &format!("@cert-authority web {key}")).is_none());
        assert!(key_for("web", &format!("@revoked web {key}")).is_none());
        assert!(key_for("web", &format!("# web {key}")).is_none());
        assert!(key_for("web", "web ssh-ed25519 broken").is_none());
    }
}

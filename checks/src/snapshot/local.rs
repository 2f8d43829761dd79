//! What this machine itself sees: its SSH keys and client, the SSH server that it connects to, and the address that it is seen under.
//!
//! None of it comes from an AWS API. It is recorded like a read, so that a snapshot repeats the verdict. No private key, passphrase or
//! password is ever part of it.

use super::ec2::shapes;
use serde::Deserialize;

shapes! {
    /// A connection to an SSH server, and how far it came.
    SshProbe {
        /// The address that was connected to, with port.
        address: String,
        /// `timed-out`, `refused`, `unreachable`, `reset`, `closed` (before a banner; or in the exchange of keys, where there is a
        /// banner), `silent` (no banner in time), `not-ssh`, `key-exchange-stuck` (banner, and silence after it),
        /// `no-common-algorithm`, or `connected` (keys were exchanged).
        outcome: String,
        /// The server's identification, such as `SSH-2.0-OpenSSH_9.6`.
        banner: String,
        /// What it said instead: printable characters, at most 64.
        first_bytes: String,
        /// Its host key.
        host_key: Option<SshKey>,
        /// What the two sides have not in common: `key exchange`, `host key`, `cipher`, …
        lacking: String,
        /// What the server offers of it.
        offers: Vec<String>,
        /// Ways to authenticate that it offers to the user.
        methods: Vec<String>,
        /// `accepted`, `partly-accepted` (the key is right, and more is asked for), `refused`, `not-tried` (no user, no key, or none that
        /// can be read without a passphrase), `too-many-attempts`, `no-answer`.
        login: String,
        /// The algorithm of the signature that was offered last, such as `rsa-sha2-512`; `ssh-rsa` only where the server took no other.
        signature: String,
        /// What the transport said.
        error: String,
    }
    /// A public key by its fingerprint.
    SshKey {
        /// Such as `ssh-ed25519`.
        algorithm: String,
        /// `SHA256:` and base64 without padding, as OpenSSH prints it.
        fingerprint: String,
        /// File and line where it was found, for known hosts: `/home/me/.ssh/known_hosts:12`.
        place: String,
    }
    /// A file that should hold a private key.
    KeyFile {
        /// `openssh`, `pkcs1`, `pkcs8`, `sec1`, `dsa`, `ppk-2`, `ppk-3`, `public` (a public key), or `unknown`.
        format: String,
        /// Whether a passphrase protects it.
        encrypted: bool,
        /// Such as `ssh-rsa`, `ssh-ed25519`, `ssh-dss`; empty where the file does not tell.
        algorithm: String,
        /// Bits of the key; 0 where the file does not tell.
        bits: i64,
        /// Permission bits in octal, such as `0600`; empty where the system has none.
        mode: String,
        /// Whether the file belongs to whoever asks.
        is_own: bool,
        /// `utf-16`, `byte-order-mark`, `crlf`, `no-final-newline`, `newlines-lost`, `no-header`, `no-footer`, `truncated`,
        /// `unreadable-body`.
        damage: Vec<String>,
        /// The public key as OpenSSH writes it, without a comment; empty where the file does not tell.
        public_key: String,
        /// Its fingerprints, as far as the file tells them.
        fingerprints: Option<KeyFingerprints>,
    }
    /// The fingerprints of one key pair: as OpenSSH prints it, and of every kind that EC2 shows.
    ///
    /// Source: EC2 user guide, "Verify the fingerprint of your key pair".
    KeyFingerprints {
        /// `SHA256:` and base64, as OpenSSH prints it.
        sha256: String,
        /// ED25519 in EC2: base64 of SHA-256 with padding.
        ec2_sha256: String,
        /// RSA imported to EC2: MD5 of the public key in DER, in pairs with colons.
        ec2_md5: String,
        /// RSA made by EC2: SHA-1 of the private key in PKCS #8 DER, in pairs with colons; empty for an encrypted key.
        ec2_sha1: String,
    }
    /// What this machine's SSH client remembers of a host.
    KnownHosts {
        /// Keys under its name or address, and port.
        keys: Vec<SshKey>,
    }
    /// What this machine's SSH client is configured to do with a host.
    ClientConfiguration {
        /// User name.
        user: String,
        /// Whether that is merely the name of whoever asks, which a client uses where nothing else is configured.
        user_is_own: bool,
        /// Name or address that is connected to.
        host_name: String,
        /// Port.
        port: String,
        /// Key files that are offered, those that exist.
        identity_files: Vec<String>,
        /// Whether only these are offered, and no key of the agent beyond them.
        identities_only: bool,
        /// Whether connections go through a command; the command itself may hold secrets and is left out.
        has_proxy_command: bool,
        /// What the command starts: `session-manager`, `instance-connect`, or `other`.
        proxy_kind: String,
        /// Hosts that connections jump over.
        proxy_jump: String,
        /// Whether the agent is passed on to the host.
        forwards_agent: bool,
    }
    /// The address that this machine's packets to the internet come from.
    SourceAddress {
        /// The address.
        address: String,
    }
}

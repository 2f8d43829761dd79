//! What a private key file is: its format, whose it is, what is wrong with it, and which key it holds. The key itself stays here.

use super::{failed, fingerprints};
use base64::{Engine, prelude::BASE64_STANDARD};
use checks::snapshot::Outcome;
use russh::keys::{PrivateKey, PublicKey, decode_secret_key};
use serde_json::{Value, json};
use std::fs::{File, Metadata};
use std::io::{ErrorKind, Read};
use std::path::Path;
use zeroize::Zeroizing;

/// No private key is longer than this.
const LONGEST: u64 = 1 << 16;

/// Formats by the words of their first line, OpenSSH's and those of OpenSSL (RFC 7468, RFC 5915, RFC 8017).
const FORMATS: &[(&str, &str)] = &[
    ("BEGIN OPENSSH PRIVATE KEY", "openssh"),
    ("BEGIN RSA PRIVATE KEY", "pkcs1"),
    ("BEGIN EC PRIVATE KEY", "sec1"),
    ("BEGIN DSA PRIVATE KEY", "dsa"),
    ("BEGIN ENCRYPTED PRIVATE KEY", "pkcs8"),
    ("BEGIN PRIVATE KEY", "pkcs8"),
    ("PuTTY-User-Key-File-2", "ppk-2"),
    ("PuTTY-User-Key-File-3", "ppk-3"),
    ("BEGIN PUBLIC KEY", "public"),
    ("BEGIN RSA PUBLIC KEY", "public"),
    ("BEGIN SSH2 PUBLIC KEY", "public"),
    ("BEGIN CERTIFICATE", "public"),
];

/// What a key file is.
pub fn key_file(path: &Path) -> Outcome {
    match read(path) {
        Ok((metadata, bytes)) => Outcome::Output(told(&metadata, &bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            failed("NotFound", format!("`{}`: {error}", path.display()))
        }
        Err(error) => failed("NotReadable", format!("`{}`: {error}", path.display())),
    }
}

/// The private key of a file that needs no passphrase, however badly the file is kept.
pub(super) fn private_key(path: &Path) -> Option<PrivateKey> {
    let (_, bytes) = read(path).ok()?;
    decode_secret_key(&lines(&bytes), None).ok().filter(|key| !key.is_encrypted())
}

fn read(path: &Path) -> std::io::Result<(Metadata, Zeroizing<Vec<u8>>)> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(std::io::Error::other("not a file"));
    }
    let mut bytes = Zeroizing::new(Vec::new());
    file.take(LONGEST).read_to_end(&mut bytes)?;
    Ok((metadata, bytes))
}

/// The text with the ends of lines that every reader takes.
fn lines(bytes: &[u8]) -> Zeroizing<String> {
    let text = Zeroizing::new(String::from_utf8_lossy(bytes).into_owned());
    Zeroizing::new(text.trim_start_matches('\u{feff}').replace("\r\n", "\n"))
}

fn told(metadata: &Metadata, bytes: &[u8]) -> Value {
    let text = lines(bytes);
    let format = format_of(&text);
    let is_encrypted = ["Proc-Type: 4,ENCRYPTED", "BEGIN ENCRYPTED PRIVATE KEY", "\nEncryption: aes256-cbc"];
    let mut encrypted = is_encrypted.iter().any(|words| text.contains(words));
    let mut algorithm = if format == "dsa" { "ssh-dss".to_owned() } else { String::new() };
    let (mut prints, mut damage) = (Value::Null, damage(bytes, &text, format));
    // OpenSSH's own format shows the public key of an encrypted one.
    let decoded = || decode_secret_key(&text, None).ok().or_else(|| PrivateKey::from_openssh(text.as_bytes()).ok());
    let private = if encrypted { None } else { decoded() };
    let public = match &private {
        Some(key) => {
            encrypted = key.is_encrypted();
            prints = fingerprints::of_private(key);
            Some(key.public_key().clone())
        }
        None => public_part(&text).inspect(|key| prints = fingerprints::of_public(key)),
    };
    if let Some(key) = &public {
        algorithm = key.algorithm().as_str().to_owned();
    } else if !encrypted
        && matches!(format, "openssh" | "pkcs1" | "pkcs8" | "sec1")
        && damage.iter().all(|found| is_harmless(found))
    {
        damage.push("unreadable-body");
    }
    json!({
        "Format": format,
        "Encrypted": encrypted,
        "Algorithm": algorithm,
        "Bits": public.as_ref().map_or(0, fingerprints::bits),
        "Mode": mode(metadata),
        "IsOwn": is_own(metadata),
        "Damage": damage,
        "PublicKey": public.as_ref().map_or_else(String::new, fingerprints::as_openssh_writes),
        "Fingerprints": prints,
    })
}

fn format_of(text: &str) -> &'static str {
    if let Some((_, format)) = FORMATS.iter().find(|(words, _)| text.contains(words)) {
        return format;
    }
    let is_public = text.lines().any(|line| PublicKey::from_openssh(line.trim()).is_ok());
    if is_public { "public" } else { "unknown" }
}

/// The public key that stands in the clear in a PuTTY file or in a public key file.
fn public_part(text: &str) -> Option<PublicKey> {
    if let Some(key) = text.lines().find_map(|line| PublicKey::from_openssh(line.trim()).ok()) {
        return Some(key);
    }
    let mut rest = text.lines().skip_while(|line| !line.starts_with("Public-Lines: "));
    let count = rest.next()?.strip_prefix("Public-Lines: ")?.trim().parse().ok()?;
    let body: String = rest.take(count).map(str::trim).collect();
    PublicKey::from_bytes(&BASE64_STANDARD.decode(body).ok()?).ok()
}

/// What an editor, a copy or a store for secrets did to the file.
fn damage(bytes: &[u8], text: &str, format: &str) -> Vec<&'static str> {
    let mut damage = Vec::new();
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return vec!["utf-16"];
    }
    if bytes.starts_with(&[0xef, 0xbb, 0xbf]) {
        damage.push("byte-order-mark");
    }
    if bytes.windows(2).any(|pair| pair == b"\r\n") {
        damage.push("crlf");
    }
    let is_pem = matches!(format, "openssh" | "pkcs1" | "pkcs8" | "sec1" | "dsa");
    if !bytes.is_empty() && bytes.last() != Some(&b'\n') {
        damage.push("no-final-newline");
    }
    let has_line =
        |begin: &str| text.lines().any(|line| line.starts_with(begin) && line.trim_end().ends_with("KEY-----"));
    if is_pem {
        // The words are there, and not as a line: the newlines were lost, or became the two characters `\n`.
        if !has_line("-----BEGIN ") || text.lines().filter(|line| !line.trim().is_empty()).count() < 3 {
            damage.push("newlines-lost");
        }
        if !text.contains("-----END ") {
            damage.push("no-footer");
            damage.push("truncated");
        }
    }
    if format == "unknown" {
        damage.push("no-header");
    }
    damage
}

/// What OpenSSH reads all the same in some formats, and what hides nothing of the body.
fn is_harmless(found: &str) -> bool {
    matches!(found, "crlf" | "no-final-newline" | "byte-order-mark")
}

#[cfg(unix)]
fn mode(metadata: &Metadata) -> String {
    use std::os::unix::fs::MetadataExt;
    format!("{:04o}", metadata.mode() & 0o7777)
}

#[cfg(unix)]
fn is_own(metadata: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    // OpenSSH asks for the real user id.
    metadata.uid() == rustix::process::getuid().as_raw()
}

#[cfg(not(unix))]
fn mode(_: &Metadata) -> String {
    String::new()
}

#[cfg(not(unix))]
fn is_own(_: &Metadata) -> bool {
    true
}

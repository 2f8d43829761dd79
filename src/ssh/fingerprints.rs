//! The fingerprints of a key pair: as OpenSSH prints it, and of every kind that EC2 shows.
//!
//! EC2 user guide, "Verify the fingerprint of your key pair": ED25519 keys have SHA-256 of the public key, to which EC2 may append
//! padding; RSA keys that were imported have MD5 of the public key in DER, and those that EC2 made SHA-1 of the private key in PKCS #8 DER.

use super::der;
use base64::{Engine, prelude::BASE64_STANDARD};
use md5::Md5;
use russh::keys::ssh_key::public::KeyData;
use russh::keys::{HashAlg, PrivateKey, PublicKey, pkcs8};
use serde_json::{Value, json};
use sha1::{Digest, Sha1};
use zeroize::Zeroizing;

/// The fingerprints that a public key tells.
pub(super) fn of_public(key: &PublicKey) -> Value {
    let sha256 = key.fingerprint(HashAlg::Sha256);
    let md5 = match key.key_data() {
        KeyData::Rsa(rsa) => pairs(&Md5::digest(der::rsa_public_key(rsa.n().as_bytes(), rsa.e().as_bytes()))),
        _ => String::new(),
    };
    json!({
        "Sha256": sha256.to_string(),
        "Ec2Sha256": BASE64_STANDARD.encode(sha256.as_bytes()),
        "Ec2Md5": md5,
        "Ec2Sha1": "",
    })
}

/// The fingerprints that a private key tells; of an encrypted one those of its public part.
pub(super) fn of_private(key: &PrivateKey) -> Value {
    let mut told = of_public(key.public_key());
    if key.algorithm().is_rsa()
        && !key.is_encrypted()
        && let Ok(der) = pkcs8::encode_pkcs8(key).map(Zeroizing::new)
    {
        told["Ec2Sha1"] = Value::String(pairs(&Sha1::digest(der.as_slice())));
    }
    told
}

/// A public key as OpenSSH writes it, without its comment.
pub(super) fn as_openssh_writes(key: &PublicKey) -> String {
    let text = key.to_openssh().unwrap_or_default();
    text.split(' ').take(2).collect::<Vec<&str>>().join(" ")
}

/// Bits of a key.
pub(super) fn bits(key: &PublicKey) -> i64 {
    let bits = match key.key_data() {
        KeyData::Rsa(rsa) => bit_length(rsa.n().as_positive_bytes().unwrap_or_default()),
        KeyData::Dsa(dsa) => bit_length(dsa.p().as_positive_bytes().unwrap_or_default()),
        KeyData::Ecdsa(ecdsa) => match ecdsa.curve().as_str() {
            "nistp384" => 384,
            "nistp521" => 521,
            _ => 256,
        },
        KeyData::Ed25519(_) => 256,
        _ => 0,
    };
    i64::try_from(bits).unwrap_or_default()
}

fn bit_length(number: &[u8]) -> usize {
    let unset = number.first().map_or(0, |first| usize::try_from(first.leading_zeros()).unwrap_or_default());
    (number.len() * 8).saturating_sub(unset)
}

fn pairs(digest: &[u8]) -> String {
    let pairs: Vec<String> = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    pairs.join(":")
}

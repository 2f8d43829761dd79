//! The exchange of keys and the start of a session. The one place that speaks to the SSH crate's client.

use super::banner::IDENTIFICATION;
use super::probe::Seen;
use russh::client::{AuthResult, Config, DisconnectReason, Handle, Handler, connect_stream};
use russh::keys::ssh_key::{Algorithm, EcdsaCurve};
use russh::keys::{HashAlg, PrivateKey, PrivateKeyWithHashAlg, PublicKeyOrCertificate};
use russh::{AlgorithmKind, Disconnect, Error, Preferred, SshId, cipher, kex, mac};
use std::borrow::Cow;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;

/// From the identification to keys on both sides.
const EXCHANGE: Duration = Duration::from_secs(8);
/// All of the authentication.
const AUTHENTICATION: Duration = Duration::from_secs(5);

/// Who would log in.
pub(super) struct Login {
    /// Empty for nobody: authentication is not begun.
    pub(super) user: String,
    /// A key that needs no passphrase.
    pub(super) key: Option<PrivateKey>,
}

/// What today's OpenSSH client offers by default, as far as the crate has it (`ssh_config`(5) of OpenSSH 9.9: `KexAlgorithms`,
/// `HostKeyAlgorithms`, `Ciphers`, `MACs`): a server that has nothing in common with the probe has nothing in common with it.
fn preferred() -> Preferred {
    const KEX: &[kex::Name] = &[
        kex::MLKEM768X25519_SHA256,
        kex::CURVE25519,
        kex::CURVE25519_PRE_RFC_8731,
        kex::ECDH_SHA2_NISTP256,
        kex::ECDH_SHA2_NISTP384,
        kex::ECDH_SHA2_NISTP521,
        kex::DH_GEX_SHA256,
        kex::DH_G16_SHA512,
        kex::DH_G18_SHA512,
        kex::DH_G14_SHA256,
        kex::EXTENSION_SUPPORT_AS_CLIENT,
        kex::EXTENSION_OPENSSH_STRICT_KEX_AS_CLIENT,
    ];
    const HOST_KEYS: &[Algorithm] = &[
        Algorithm::Ed25519,
        Algorithm::Ecdsa { curve: EcdsaCurve::NistP256 },
        Algorithm::Ecdsa { curve: EcdsaCurve::NistP384 },
        Algorithm::Ecdsa { curve: EcdsaCurve::NistP521 },
        Algorithm::Rsa { hash: Some(HashAlg::Sha512) },
        Algorithm::Rsa { hash: Some(HashAlg::Sha256) },
    ];
    const CIPHERS: &[cipher::Name] = &[
        cipher::CHACHA20_POLY1305,
        cipher::AES_128_GCM,
        cipher::AES_256_GCM,
        cipher::AES_128_CTR,
        cipher::AES_192_CTR,
        cipher::AES_256_CTR,
    ];
    const MACS: &[mac::Name] = &[
        mac::HMAC_SHA256_ETM,
        mac::HMAC_SHA512_ETM,
        mac::HMAC_SHA1_ETM,
        mac::HMAC_SHA256,
        mac::HMAC_SHA512,
        mac::HMAC_SHA1,
    ];
    Preferred {
        kex: Cow::Borrowed(KEX),
        key: Cow::Borrowed(HOST_KEYS),
        cipher: Cow::Borrowed(CIPHERS),
        mac: Cow::Borrowed(MACS),
        ..Preferred::DEFAULT
    }
}

/// Exchanges keys, asks for the ways to authenticate, and offers the key; then ends the session.
pub(super) async fn shake<S>(stream: S, login: Login, seen: &mut Seen)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let config = Config {
        client_id: SshId::Standard(Cow::Borrowed(IDENTIFICATION)),
        preferred: preferred(),
        ..Config::default()
    };
    let observed = Arc::new(Mutex::new(Observed::default()));
    let observer = Observer(Arc::clone(&observed));
    let begun = timeout(EXCHANGE, connect_stream(Arc::new(config), stream, observer)).await;
    let told = || observed.lock().unwrap_or_else(PoisonError::into_inner).clone();
    seen.host_key = told().host_key;
    match begun {
        Err(_) => seen.outcome = "key-exchange-stuck",
        Ok(Err(error)) => not_begun(&error, &told(), seen),
        Ok(Ok(mut session)) => {
            seen.host_key = told().host_key;
            if timeout(AUTHENTICATION, authenticate(&mut session, login, seen)).await.is_err() {
                seen.login = "no-answer";
            }
            let said = told().disconnected;
            // A key that was refused in so many words stays refused, whatever a second signature of it met.
            if seen.login != "refused" && said.contains("Too many authentication failures") {
                seen.login = "too-many-attempts";
            }
            seen.error = said;
            let _ = session.disconnect(Disconnect::ByApplication, "", "").await;
        }
    }
}

/// Why keys were not exchanged.
fn not_begun(error: &Error, observed: &Observed, seen: &mut Seen) {
    match error {
        Error::NoCommonAlgo { kind, theirs, .. } => {
            seen.outcome = "no-common-algorithm";
            seen.lacking = match kind {
                AlgorithmKind::Kex => "key exchange",
                AlgorithmKind::Key => "host key",
                AlgorithmKind::Cipher => "cipher",
                AlgorithmKind::Compression => "compression",
                AlgorithmKind::Mac => "MAC",
            };
            seen.offers = theirs.iter().take(40).map(|name| name.chars().take(64).collect()).collect();
        }
        Error::IO(error) => seen.outcome = super::connect::outcome_of(error),
        _ => seen.outcome = "closed",
    }
    let error = if observed.disconnected.is_empty() { error.to_string() } else { observed.disconnected.clone() };
    seen.error = printable(&error);
}

/// Asks for the ways to authenticate, and offers the key where there is one.
async fn authenticate(session: &mut Handle<Observer>, login: Login, seen: &mut Seen) {
    if login.user.is_empty() {
        return;
    }
    match session.authenticate_none(&login.user).await {
        Ok(AuthResult::Success) => {
            // Anybody may enter, which says nothing of the key.
            seen.methods = vec!["none".to_owned()];
            return;
        }
        Ok(AuthResult::Failure { remaining_methods, .. }) => {
            seen.methods = remaining_methods.iter().map(<&str>::from).map(str::to_owned).collect();
        }
        Err(_) => return,
    }
    let Some(key) = login.key.filter(|_| seen.methods.iter().any(|method| method == "publickey")) else { return };
    let key = Arc::new(key);
    for hash in signatures(session, &key).await {
        let offered = PrivateKeyWithHashAlg::new(Arc::clone(&key), hash);
        let login = match session.authenticate_publickey(&login.user, offered).await {
            Ok(AuthResult::Success) => "accepted",
            Ok(AuthResult::Failure { partial_success: true, .. }) => "partly-accepted",
            Ok(AuthResult::Failure { remaining_methods, .. }) if !remaining_methods.is_empty() => "refused",
            // The server ended the session instead of an answer.
            _ => "no-answer",
        };
        if seen.signature.is_empty() || login.ends_with("accepted") {
            seen.login = login;
            seen.signature = signature(&key, hash);
        }
        if login != "refused" {
            return;
        }
    }
}

/// The signatures to try with a key: of RSA the best that the server says it takes, and SHA-1, which a server may take alone and not say
/// so (`sshd` of OpenSSH 9.2 names all that it knows, whatever its `PubkeyAcceptedAlgorithms`).
async fn signatures(session: &Handle<Observer>, key: &PrivateKey) -> Vec<Option<HashAlg>> {
    if !key.algorithm().is_rsa() {
        return vec![None];
    }
    match session.best_supported_rsa_hash().await {
        Ok(Some(None)) => vec![None],
        Ok(Some(hash)) => vec![hash, None],
        _ => vec![Some(HashAlg::Sha256), None],
    }
}

fn signature(key: &PrivateKey, hash: Option<HashAlg>) -> String {
    match (key.algorithm(), hash) {
        (Algorithm::Rsa { .. }, hash) => Algorithm::Rsa { hash }.as_str().to_owned(),
        (algorithm, _) => algorithm.as_str().to_owned(),
    }
}

/// What a server sends as text is shown as text.
fn printable(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).take(200).collect()
}

/// What the server let see on the way.
#[derive(Debug, Clone, Default)]
struct Observed {
    host_key: Option<(String, String)>,
    disconnected: String,
}

struct Observer(Arc<Mutex<Observed>>);

impl Observer {
    fn note(&self, what: impl FnOnce(&mut Observed)) {
        what(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Handler for Observer {
    type Error = Error;

    /// Every key is taken: nothing secret follows it, and the key is what was asked for.
    async fn check_server_key(&mut self, key: &PublicKeyOrCertificate) -> Result<bool, Error> {
        if let PublicKeyOrCertificate::PublicKey { key, .. } = key {
            let told = (key.algorithm().as_str().to_owned(), key.fingerprint(HashAlg::Sha256).to_string());
            self.note(|observed| observed.host_key = Some(told));
        }
        Ok(true)
    }

    async fn disconnected(&mut self, reason: DisconnectReason<Error>) -> Result<(), Error> {
        match reason {
            DisconnectReason::ReceivedDisconnect(told) => {
                self.note(|observed| observed.disconnected = printable(&told.message));
                Ok(())
            }
            DisconnectReason::Error(error) => Err(error),
        }
    }
}

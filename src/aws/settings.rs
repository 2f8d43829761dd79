//! Settings that the SDK does not read itself, or reads in a way that ends the process.

use std::borrow::Cow;
use std::time::Duration;

use aws_config::profile::ProfileSet;
use aws_runtime::env_config::EnvConfigValue;
use aws_runtime::env_config::file::EnvConfigFiles;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, ConnectorBuilder};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::retry::{RetryConfig, RetryMode};
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::os_shim_internal::{Env, Fs};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use super::session::SessionError;

/// What environment and profile say, read once.
pub(super) struct Settings {
    env: Env,
    profiles: ProfileSet,
}

impl Settings {
    /// Reads the configuration files. A profile that was asked for must be there.
    pub(super) async fn read(env: Env, fs: &Fs, profile: Option<&str>) -> Result<Self, SessionError> {
        let chosen = profile.map(|p| Cow::Owned(p.to_owned()));
        let profiles = aws_config::profile::load(fs, &env, &EnvConfigFiles::default(), chosen)
            .await
            .map_err(|e| SessionError::Configuration(super::error::chain(&e)))?;
        let named = profile.map(str::to_owned).or_else(|| env.get("AWS_PROFILE").ok());
        if let Some(name) = named.filter(|name| profiles.get_profile(name).is_none()) {
            let known: Vec<&str> = profiles.profiles().collect();
            let known =
                if known.is_empty() { "there are none".to_owned() } else { format!("there are {}", known.join(", ")) };
            return Err(SessionError::Configuration(format!(
                "no profile `{name}` in the AWS configuration files, {known}"
            )));
        }
        Ok(Self { env, profiles })
    }

    fn get(&self, variable: &str, key: &str) -> Option<String> {
        let value = EnvConfigValue::new().env(variable).profile(key).load(&self.env, Some(&self.profiles));
        value.map(|(text, _)| text.trim().to_owned()).filter(|text| !text.is_empty())
    }

    /// Three attempts that adapt to throttling, unless configured otherwise. The SDK ends the process over a value that it
    /// does not know, such as the AWS CLI's `legacy`.
    pub(super) fn retries(&self) -> Result<RetryConfig, SessionError> {
        let wrong = |what: &str, value: &str| {
            SessionError::Configuration(format!(
                "`{value}` is not a {what} (AWS_RETRY_MODE, AWS_MAX_ATTEMPTS or the profile)"
            ))
        };
        let mode = match self.get("AWS_RETRY_MODE", "retry_mode") {
            None => RetryMode::Adaptive,
            Some(text) => match text.to_ascii_lowercase().as_str() {
                "adaptive" => RetryMode::Adaptive,
                "standard" | "legacy" => RetryMode::Standard,
                _ => return Err(wrong("retry mode", &text)),
            },
        };
        let attempts = match self.get("AWS_MAX_ATTEMPTS", "max_attempts") {
            None => 3,
            Some(text) => text.parse().ok().filter(|n| *n > 0).ok_or_else(|| wrong("number of attempts", &text))?,
        };
        Ok(RetryConfig::standard().with_retry_mode(mode).with_max_attempts(attempts))
    }

    /// The one HTTP client of a session. Certificates of `AWS_CA_BUNDLE` (or the profile's `ca_bundle`) take the place of
    /// the system's, as in the AWS CLI.
    pub(super) fn http_client(&self) -> Result<SharedHttpClient, SessionError> {
        let mut tls = TlsContext::builder();
        if let Some(path) = self.get("AWS_CA_BUNDLE", "ca_bundle") {
            tls = tls.with_trust_store(trust_store(&path)?);
        }
        let tls = tls.build().map_err(|e| SessionError::Configuration(e.to_string()))?;
        Ok(http_client(tls))
    }
}

/// The certificates of a PEM file. The SDK ends the process over one that it cannot read, so each is tried first.
fn trust_store(path: &str) -> Result<TrustStore, SessionError> {
    let unusable = |why: String| SessionError::Configuration(format!("the CA bundle `{path}` is not usable: {why}"));
    let pem = std::fs::read(path).map_err(|e| unusable(e.to_string()))?;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let certificate = certificate.map_err(|e| unusable(e.to_string()))?;
        roots.add(certificate).map_err(|e| unusable(e.to_string()))?;
    }
    if roots.is_empty() {
        return Err(unusable("it holds no certificate in PEM format".to_owned()));
    }
    Ok(TrustStore::empty().with_pem_certificate(pem))
}

/// hyper and rustls, with the proxies that `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` name.
pub(super) fn http_client(tls: TlsContext) -> SharedHttpClient {
    Builder::new().build_with_connector_fn(move |settings, components| {
        let mut connector = ConnectorBuilder::default().proxy_config(ProxyConfig::from_env());
        connector.set_connector_settings(settings.cloned());
        connector.set_sleep_impl(components.and_then(|c| c.sleep_impl()));
        connector.tls_provider(Provider::Rustls(CryptoMode::AwsLc)).tls_context(tls.clone()).build()
    })
}

/// A call with its retries may take a minute, one attempt 20 seconds.
pub(super) fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_millis(3100))
        .read_timeout(Duration::from_secs(20))
        .operation_attempt_timeout(Duration::from_secs(20))
        .operation_timeout(Duration::from_secs(60))
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn settings(env: &[(&str, &str)], config: &str, profile: Option<&str>) -> Result<Settings, SessionError> {
        let mut all = vec![("HOME", "/home/me")];
        all.extend_from_slice(env);
        Settings::read(Env::from_slice(&all), &Fs::from_slice(&[("/home/me/.aws/config", config)]), profile).await
    }

    #[tokio::test]
    async fn retries_adapt_unless_configured_otherwise() {
        let of = async |env: &[(&str, &str)], config: &str| {
            let retries = settings(env, config, None).await.unwrap().retries();
            retries.map(|r| (r.mode(), r.max_attempts()))
        };
        assert_eq!(of(&[], "").await, Ok((RetryMode::Adaptive, 3)));
        let legacy = "[default]\nretry_mode = legacy\nmax_attempts = 7\n";
        assert_eq!(of(&[], legacy).await, Ok((RetryMode::Standard, 7)));
        assert_eq!(of(&[("AWS_MAX_ATTEMPTS", "2")], legacy).await, Ok((RetryMode::Standard, 2)));
        assert_eq!(of(&[("AWS_RETRY_MODE", "standard")], "").await, Ok((RetryMode::Standard, 3)));
        for bad in [("AWS_RETRY_MODE", "often"), ("AWS_MAX_ATTEMPTS", "0"), ("AWS_MAX_ATTEMPTS", "many")] {
            assert!(matches!(of(&[bad], "").await, Err(SessionError::Configuration(_))), "{bad:?}");
        }
    }

    #[tokio::test]
    async fn a_profile_that_is_not_there_is_named() {
        let config = "[profile prod]\nregion = eu-west-1\n";
        let error = settings(&[], config, Some("prd")).await.err().unwrap();
        assert_eq!(
            error.to_string(),
            "the AWS configuration cannot be used: no profile `prd` in the AWS configuration files, there are prod"
        );
        assert!(settings(&[("AWS_PROFILE", "gone")], config, None).await.is_err());
        assert!(settings(&[("AWS_PROFILE", "prod")], config, None).await.is_ok());
        assert!(settings(&[], "", None).await.is_ok(), "no default profile is needed");
    }

    #[tokio::test]
    async fn a_broken_ca_bundle_is_an_error_and_not_the_end() {
        let folder = std::env::temp_dir().join(format!("aws-triage-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let broken = "-----BEGIN CERTIFICATE-----\nTm8gY2VydGlmaWNhdGU=\n-----END CERTIFICATE-----\n";
        for (name, text, usable) in [("empty", "", false), ("broken", broken, false), ("good", CERTIFICATE, true)] {
            let path = folder.join(name);
            std::fs::write(&path, text).unwrap();
            let read = settings(&[("AWS_CA_BUNDLE", path.to_str().unwrap())], "", None).await.unwrap().http_client();
            assert_eq!(read.is_ok(), usable, "{name}");
        }
        std::fs::remove_dir_all(&folder).unwrap();
        let absent = settings(&[], "[default]\nca_bundle = /does/not/exist\n", None).await.unwrap().http_client();
        assert!(matches!(absent, Err(SessionError::Configuration(m)) if m.contains("/does/not/exist")));
    }

    /// A self-signed certificate for `ca.example`, made for this test.
    const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----\n\
        MIIBgDCCASegAwIBAgIUe/k4JbLuOyXiE6hOyzFNMF/iu9swCgYIKoZIzj0EAwIw\n\
        FTETMBEGA1UEAwwKY2EuZXhhbXBsZTAgFw0yNjExMjMxNjE2MjRaGA8yMTI2MTAz\n\
        MDE2MTYyNFowFTETMBEGA1UEAwwKY2EuZXhhbXBsZTBZMBMGByqGSM49AgEGCCqG\n\
        SM49AwEHA0IABIW0zcLpeW8tu312th5SYQuv7QbB2fbji0l2fX6hlB6VHyPhQsMl\n\
        GOS6g20lDwrop/PHk7Q0lhY/xtYoM0fAGfejUzBRMB0GA1UdDgQWBBTuXed3iVLL\n\
        DEOUrVFdHSa3ifp+QDAfBgNVHSMEGDAWgBTuXed3iVLLDEOUrVFdHSa3ifp+QDAP\n\
        BgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0cAMEQCIEf2kcqrkfJn3KshTBYc\n\
        NFpwXIzeN0xBVGaQkE48ValdAiBrWlMFFwyvNAcJMPfT7B22fFCmySGeJnbKHZQ0\n\
        xuu5Mg==\n\
        -----END CERTIFICATE-----";
}

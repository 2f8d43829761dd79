//! A session: region, credentials and settings, found as the AWS CLI finds them.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use aws_config::sts::AssumeRoleProvider;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use aws_types::app_name::AppName;
use aws_types::os_shim_internal::{Env, Fs};
use aws_types::service_config::ServiceConfigKey;
use serde_json::Value;

use super::call::Counters;
use super::error::chain;
use super::settings::{self, Settings};
use crate::wire::Service;
use crate::wire::endpoint::region_is_known;

/// Credentials this close to their end are fetched anew.
const NEARLY_EXPIRED: Duration = Duration::from_secs(300);

/// What was said on the command line; everything else comes from environment and configuration files.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Region, before `AWS_REGION` and the profile's.
    pub region: Option<String>,
    /// Profile of the AWS configuration files.
    pub profile: Option<String>,
    /// URL for every service, before `AWS_ENDPOINT_URL*`.
    pub endpoint_url: Option<String>,
    /// Role to take on with the credentials found.
    pub role_arn: Option<String>,
    /// External id that the role's trust policy asks for.
    pub external_id: Option<String>,
}

/// Why there is no session.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SessionError {
    /// No credentials anywhere.
    #[error(
        "no AWS credentials found: {0}; name a profile with --profile or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
    )]
    NoCredentials(String),
    /// There were credentials once.
    #[error(
        "the AWS credentials have expired, or nobody is signed in: {0}; sign in again, for a profile with single sign-on by `aws sso login`"
    )]
    ExpiredToken(String),
    /// A source of credentials was found and gave none, be it STS, single sign-on or a program.
    #[error("the AWS credentials could not be fetched: {0}")]
    Credentials(String),
    /// No region anywhere.
    #[error("no region is set: name one with --region, in AWS_REGION or in the profile")]
    NoRegion,
    /// A region whose name has not the form of one in any partition.
    #[error("`{0}` is not a region: it must look like `eu-central-1`")]
    BadRegion(String),
    /// The combination of region, FIPS, dual-stack and configured endpoint leads nowhere.
    #[error("there is no endpoint: {0}; see AWS_ENDPOINT_URL, AWS_USE_FIPS_ENDPOINT and AWS_USE_DUALSTACK_ENDPOINT")]
    Endpoint(String),
    /// A configuration file or variable cannot be used.
    #[error("the AWS configuration cannot be used: {0}")]
    Configuration(String),
}

/// Calls AWS APIs. Clones share connections, credentials and counters.
#[derive(Debug, Clone)]
pub struct Session(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    config: SdkConfig,
    region: String,
    counters: Counters,
    ec2: OnceLock<aws_sdk_ec2::Client>,
    iam: OnceLock<aws_sdk_iam::Client>,
    lambda: OnceLock<aws_sdk_lambda::Client>,
    s3: OnceLock<aws_sdk_s3::Client>,
}

impl Session {
    /// Finds everything and fetches credentials once, so that what is missing is said before the first call.
    ///
    /// # Errors
    /// See [`SessionError`].
    pub async fn open(options: &Options) -> Result<Self, SessionError> {
        let (env, fs) = (Env::real(), Fs::real());
        let settings = Settings::read(env, &fs, options.profile.as_deref()).await?;
        let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
            .retry_config(settings.retries()?)
            .timeout_config(settings::timeouts())
            .http_client(settings.http_client()?);
        if let Ok(name) = AppName::new("aws-triage") {
            loader = loader.app_name(name);
        }
        if let Some(profile) = &options.profile {
            loader = loader.profile_name(profile);
        }
        if let Some(region) = &options.region {
            loader = loader.region(Region::new(region.clone()));
        }
        if let Some(url) = &options.endpoint_url {
            loader = loader.endpoint_url(url);
        }
        let config = loader.load().await;
        Self::new(&config)?;
        let config = match &options.role_arn {
            Some(role) => with_role(config, role, options.external_id.as_deref()).await,
            None => config,
        };
        Self::new(&with_credentials(config).await?)
    }

    /// A session of a configuration that is complete. Nothing is fetched.
    ///
    /// # Errors
    /// No region, one that is none, or endpoint settings that exclude each other.
    pub fn new(config: &SdkConfig) -> Result<Self, SessionError> {
        let region = config.region().map(|r| r.as_ref().to_owned()).filter(|r| !r.is_empty());
        let region = region.ok_or(SessionError::NoRegion)?;
        if region_is_known(&region).is_none() {
            return Err(SessionError::BadRegion(region));
        }
        let session = Self(Arc::new(Inner {
            config: config.clone(),
            region,
            counters: Counters::default(),
            ec2: OnceLock::new(),
            iam: OnceLock::new(),
            lambda: OnceLock::new(),
            s3: OnceLock::new(),
        }));
        for name in ["sts", "ec2"] {
            let service = Service::load(name).map_err(|e| SessionError::Configuration(e.to_string()))?;
            session.endpoint(service, "", &Value::Null).map_err(|e| SessionError::Endpoint(e.to_string()))?;
        }
        Ok(session)
    }

    /// The region of the session.
    pub fn region(&self) -> &str {
        &self.0.region
    }

    pub(super) fn config(&self) -> &SdkConfig {
        &self.0.config
    }

    pub(super) fn counters(&self) -> &Counters {
        &self.0.counters
    }

    pub(super) fn ec2(&self) -> &aws_sdk_ec2::Client {
        self.0.ec2.get_or_init(|| aws_sdk_ec2::Client::new(&self.0.config))
    }

    pub(super) fn iam(&self) -> &aws_sdk_iam::Client {
        self.0.iam.get_or_init(|| aws_sdk_iam::Client::new(&self.0.config))
    }

    pub(super) fn lambda(&self) -> &aws_sdk_lambda::Client {
        self.0.lambda.get_or_init(|| aws_sdk_lambda::Client::new(&self.0.config))
    }

    pub(super) fn s3(&self) -> &aws_sdk_s3::Client {
        self.0.s3.get_or_init(|| aws_sdk_s3::Client::new(&self.0.config))
    }

    /// The endpoint that was configured for a service: by the program, for the service, or for all.
    pub(super) fn configured_endpoint(&self, service_id: &str) -> Option<String> {
        let config = &self.0.config;
        let general = || config.endpoint_url().map(str::to_owned);
        if config.get_origin("endpoint_url").is_client_config() {
            return general();
        }
        let key = ServiceConfigKey::builder()
            .service_id(service_id)
            .env("AWS_ENDPOINT_URL")
            .profile("endpoint_url")
            .build()
            .ok()?;
        config.service_config().and_then(|c| c.load_config(key)).or_else(general)
    }
}

pub(super) async fn with_role(config: SdkConfig, role: &str, external_id: Option<&str>) -> SdkConfig {
    let mut builder = AssumeRoleProvider::builder(role).configure(&config).session_name("aws-triage");
    if let Some(id) = external_id {
        builder = builder.external_id(id);
    }
    let provider = SharedCredentialsProvider::new(builder.build().await);
    config.into_builder().credentials_provider(provider).build()
}

/// Fetches credentials once and keeps them for the first calls.
pub(super) async fn with_credentials(config: SdkConfig) -> Result<SdkConfig, SessionError> {
    let nothing = || SessionError::NoCredentials("none are configured".to_owned());
    let source = config.credentials_provider().ok_or_else(nothing)?;
    let first = source.provide_credentials().await.map_err(|e| sorted(&e))?;
    if first.expiry().is_some_and(|end| end <= SystemTime::now()) {
        return Err(SessionError::ExpiredToken("their time is over".to_owned()));
    }
    let provider = SharedCredentialsProvider::new(Fetched { first, source });
    Ok(config.into_builder().credentials_provider(provider).build())
}

/// Credentials that are there already, and their source for later.
#[derive(Debug)]
struct Fetched {
    first: Credentials,
    source: SharedCredentialsProvider,
}

impl ProvideCredentials for Fetched {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let over = self.first.expiry().is_some_and(|end| end <= SystemTime::now() + NEARLY_EXPIRED);
        if over { self.source.provide_credentials() } else { future::ProvideCredentials::ready(Ok(self.first.clone())) }
    }
}

/// What a failure to get credentials means. The SDK has no variant for expired sign-ins, only words.
pub(super) fn sorted(error: &CredentialsError) -> SessionError {
    let words = chain(error);
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let lower = words.to_ascii_lowercase();
    match error {
        _ if lower.contains("expired") || lower.contains("cached sso token") => SessionError::ExpiredToken(words),
        CredentialsError::CredentialsNotLoaded(_) => {
            let tried = "environment, profile, web identity, container and instance metadata have none";
            SessionError::NoCredentials(tried.to_owned())
        }
        _ => SessionError::Credentials(words),
    }
}

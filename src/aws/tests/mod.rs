//! A session against a server on the loopback. Nothing here reads the environment.

mod calls;
mod failures;
mod server;
mod sessions;
mod source_address;

use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_http_client::tls::TlsContext;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::sdk_config::SharedTimeSource;

use super::{Session, settings};

/// A configuration with one endpoint for everything, three quick attempts and short time-outs.
fn config(url: &str) -> aws_types::sdk_config::Builder {
    let credentials = Credentials::new("AKIDEXAMPLE", "secret", Some("session".to_owned()), None, "test");
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(2))
        .operation_attempt_timeout(Duration::from_millis(700))
        .operation_timeout(Duration::from_secs(10))
        .build();
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new("eu-central-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .retry_config(RetryConfig::standard().with_initial_backoff(Duration::from_millis(1)))
        .timeout_config(timeouts)
        .time_source(SharedTimeSource::default())
        .http_client(settings::http_client(TlsContext::default()))
        .endpoint_url(url)
}

fn session(url: &str) -> Session {
    Session::new(&config(url).build()).unwrap()
}

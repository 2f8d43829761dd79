//! The address under which this machine is seen: what AWS's own service for that says.

use std::convert::Infallible;
use std::net::IpAddr;
use std::time::Duration;

use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, OrchestratorError};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::timeout::TimeoutConfig;

use super::attempts::RawAnswer;
use super::error::{CallError, CallErrorKind, Unanswered};
use super::session::Session;

/// Answers with the address of the caller (EC2 user guide, "Security group rules for your own computer").
const SERVICE: &str = "https://checkip.amazonaws.com/";
/// Names another service; for tests, and for networks that have one of their own.
const OVERRIDE: &str = "AWS_TRIAGE_CHECKIP_URL";
/// What takes longer is not worth waiting for.
const PATIENCE: Duration = Duration::from_secs(3);
const CALL: &str = "checkip:SourceAddress";

impl Session {
    /// The public address that packets of this machine come from.
    pub(crate) async fn source_address(&self) -> Result<String, CallError> {
        let url = match std::env::var(OVERRIDE).ok().filter(|url| !url.is_empty()) {
            Some(url) => url,
            None if self.configured_endpoint("EC2").is_some() => return Err(not_asked()),
            None => SERVICE.to_owned(),
        };
        self.source_address_of(&url).await
    }

    pub(super) async fn source_address_of(&self, url: &str) -> Result<String, CallError> {
        let config = self.config();
        let timeouts = TimeoutConfig::builder().connect_timeout(PATIENCE).operation_timeout(PATIENCE).build();
        let mut builder = Operation::builder()
            .service_name("checkip")
            .operation_name("SourceAddress")
            .endpoint_url(url)
            .no_auth()
            .no_retry()
            .timeout_config(timeouts);
        if let Some(version) = config.behavior_version() {
            builder = builder.behavior_version(version);
        }
        if let Some(client) = config.http_client() {
            builder = builder.http_client(client);
        }
        if let Some(sleep) = config.sleep_impl() {
            builder = builder.sleep_impl(sleep);
        }
        if let Some(time) = config.time_source() {
            builder = builder.time_source(time);
        }
        let operation = builder
            .serializer(|(): ()| Ok(HttpRequest::try_from(http::Request::builder().uri("/").body(SdkBody::empty())?)?))
            .deserializer(|response| -> Result<IpAddr, OrchestratorError<Infallible>> {
                let answer = RawAnswer::of(response).filter(|answer| answer.status == 200);
                let text = answer.and_then(|answer| String::from_utf8(answer.body).ok());
                let address = text.and_then(|text| text.trim().parse().ok());
                address.ok_or_else(|| OrchestratorError::other("the answer is no address"))
            })
            .build();
        let answered = operation.invoke(()).await.map_err(|error| Unanswered::of(&error));
        let address: IpAddr = answered.map_err(|error| CallError::local(CALL, error.kind, error.message))?;
        Ok(address.to_string())
    }
}

/// Whoever talks to another AWS than the real one is asked for nothing by the real one.
fn not_asked() -> CallError {
    let message =
        format!("another endpoint than AWS's own is configured: give the address with --from, or set {OVERRIDE}");
    CallError { code: Some("NotAskedWithEndpoint".to_owned()), ..CallError::local(CALL, CallErrorKind::Other, message) }
}

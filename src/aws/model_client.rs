//! The client for every service that has a model: the SDK's retries, time-outs, credentials and signatures around
//! requests and answers of [`crate::wire`].

use std::fmt;

use aws_runtime::auth::sigv4::{SCHEME_ID, SigV4AuthScheme};
use aws_runtime::auth::{SigV4OperationSigningConfig, SigningOptions};
use aws_runtime::retries::classifiers::AwsErrorCodeClassifier;
use aws_smithy_runtime::client::orchestrator::operation::{Operation, OperationBuilder};
use aws_smithy_runtime::client::retries::classifiers::{HttpStatusCodeClassifier, TransientErrorClassifier};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::auth::AuthSchemeOptionResolverParams;
use aws_smithy_runtime_api::client::auth::static_resolver::StaticAuthSchemeOptionResolver;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, OrchestratorError};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponentsBuilder;
use aws_smithy_runtime_api::client::runtime_plugin::StaticRuntimePlugin;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::Layer;
use aws_smithy_types::error::ErrorMetadata;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SigningName;
use aws_types::region::{Region, SigningRegion};
use serde_json::Value;

use super::attempts::{RawAnswer, Watch};
use super::call::Call;
use super::error::{CallError, CallErrorKind, Unanswered};
use super::session::Session;
use crate::wire::endpoint::{self, Endpoint};
use crate::wire::{self, Service};

/// Sends a request with all its retries. The answer is left with `watch`.
pub(super) async fn send(
    session: &Session,
    call: &Call<'_>,
    watch: &Watch,
) -> Result<Result<(), Unanswered>, CallError> {
    let endpoint = session.endpoint(call.service, call.operation, &Value::Object(call.input.clone()));
    let endpoint = endpoint.map_err(|e| CallError::local(call.name, CallErrorKind::Input, e.to_string()))?;
    let operation = operation(session, call, &endpoint, watch);
    let mut request = call.request.clone();
    request.headers.extend(endpoint.headers.iter().cloned());
    let sent = operation.invoke(request).await;
    Ok(sent.map_err(|error| Unanswered::of(&error)))
}

/// An answer that is no result, in the terms of the retry classifiers.
#[derive(Debug)]
struct Refused(ErrorMetadata);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Refused {}

impl ProvideErrorMetadata for Refused {
    fn meta(&self) -> &ErrorMetadata {
        &self.0
    }
}

fn operation(
    session: &Session,
    call: &Call<'_>,
    endpoint: &Endpoint,
    watch: &Watch,
) -> Operation<wire::HttpRequest, (), Refused> {
    let config = session.config();
    let service: &'static Service = call.service;
    let name = call.operation.to_owned();
    // The service's name is also that of its retry budget, which must not be shared between regions.
    let budget = format!("{}-{}", service.name, session.region());
    let mut builder = Operation::builder()
        .service_name(budget)
        .operation_name(name.clone())
        .endpoint_url(&full_url(endpoint, call))
        .standard_retry(config.retry_config().unwrap_or(&RetryConfig::standard()))
        .timeout_config(config.timeout_config().cloned().unwrap_or_else(TimeoutConfig::disabled))
        .interceptor(watch.clone())
        .with_connection_poisoning()
        .retry_classifier(AwsErrorCodeClassifier::<Refused>::new())
        .retry_classifier(TransientErrorClassifier::<Refused>::new())
        .retry_classifier(HttpStatusCodeClassifier::default());
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
    authenticated(builder, session, call, endpoint)
        .serializer(|request: wire::HttpRequest| serialize(&request))
        .deserializer(move |response| {
            let broken = || OrchestratorError::other("the body of the answer is not there");
            let raw = RawAnswer::of(response).ok_or_else(broken)?;
            wire::decode(service, &name, raw.status, &raw.headers, &raw.body).map(drop).map_err(|error| {
                let mut meta = ErrorMetadata::builder().message(error.message);
                if let Some(code) = error.code {
                    meta = meta.code(code);
                }
                OrchestratorError::operation(Refused(meta.build()))
            })
        })
        .build()
}

/// The endpoint with the labels that the operation puts before its host.
fn full_url(endpoint: &Endpoint, call: &Call<'_>) -> String {
    match (&call.request.host_prefix, endpoint.url.split_once("://")) {
        (Some(prefix), Some((scheme, rest))) => format!("{scheme}://{prefix}{rest}"),
        _ => endpoint.url.clone(),
    }
}

/// A signature on every attempt, with credentials from the session's cache.
fn authenticated(
    builder: OperationBuilder,
    session: &Session,
    call: &Call<'_>,
    endpoint: &Endpoint,
) -> OperationBuilder {
    let config = session.config();
    let unsigned = call.service.operations.get(call.operation).and_then(|o| o.authtype.as_deref()) == Some("none");
    let Some(credentials) = config.credentials_provider().filter(|_| !unsigned) else {
        return builder.no_auth();
    };
    let mut options = SigningOptions::default();
    // S3 signs the path as it is sent and wants the hash of the body as a header (Amazon S3 API reference, SigV4).
    let s3 = endpoint.signing_name == "s3";
    options.double_uri_encode = !s3;
    options.normalize_uri_path = !s3;
    options.content_sha256_header = s3;
    let region = endpoint.signing_region.clone().unwrap_or_else(|| session.region().to_owned());
    let mut layer = Layer::new("model client");
    layer.store_put(AuthSchemeOptionResolverParams::new(()));
    layer.store_put(SigV4OperationSigningConfig {
        region: Some(SigningRegion::from(Region::new(region))),
        name: Some(SigningName::from(endpoint.signing_name.clone())),
        signing_options: options,
        ..SigV4OperationSigningConfig::default()
    });
    let mut components = RuntimeComponentsBuilder::new("model client");
    components.push_auth_scheme(SigV4AuthScheme::new());
    components.set_auth_scheme_option_resolver(Some(StaticAuthSchemeOptionResolver::new(vec![SCHEME_ID])));
    components.set_identity_resolver(SCHEME_ID, credentials);
    components.set_identity_cache(config.identity_cache());
    builder.runtime_plugin(StaticRuntimePlugin::new().with_config(layer.freeze()).with_runtime_components(components))
}

fn serialize(request: &wire::HttpRequest) -> Result<HttpRequest, BoxError> {
    let mut out = http::Request::builder().method(request.method.as_str()).uri(request.path_and_query());
    for (name, value) in &request.headers {
        out = out.header(name, value);
    }
    out = out.header("User-Agent", concat!("aws-triage/", env!("CARGO_PKG_VERSION")));
    Ok(HttpRequest::try_from(out.body(SdkBody::from(request.body.clone()))?)?)
}

impl Session {
    /// Where a service's requests go: what was configured for it, else what its rules say.
    pub(super) fn endpoint(
        &self,
        service: &Service,
        operation: &str,
        input: &Value,
    ) -> Result<Endpoint, endpoint::EndpointError> {
        let config = self.config();
        let configured = self.configured_endpoint(&service.metadata.service_id);
        let operation = service.operations.get(operation);
        let query = endpoint::Query {
            region: Some(self.region()),
            use_fips: config.use_fips().unwrap_or(false),
            use_dual_stack: config.use_dual_stack().unwrap_or(false),
            endpoint: configured.as_deref(),
            parameters: operation.map(|o| endpoint::parameters(service, o, input)).unwrap_or_default(),
        };
        endpoint::resolve(service, &query)
    }
}

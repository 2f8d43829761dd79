//! Why a call failed, sorted by what a caller can do about it.

use std::error::Error as StdError;

use aws_credential_types::provider::error::CredentialsError;
use aws_runtime::retries::classifiers::THROTTLING_ERRORS;
use aws_smithy_runtime_api::client::result::SdkError;

use crate::wire::ServiceError;

/// What kind of failure it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallErrorKind {
    /// The caller may not do this.
    Denied,
    /// What was asked for does not exist.
    NotFound,
    /// Too many requests, still after all retries.
    Throttled,
    /// No answer in time.
    Timeout,
    /// No connection, or one that broke.
    Connect,
    /// The credentials are expired, unknown, or the signature is not accepted.
    ExpiredCredentials,
    /// The input does not fit the operation; nothing was sent.
    Input,
    /// Everything else.
    Other,
}

/// A call that gave no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallError {
    /// Service and operation: `ec2:DescribeInstances`.
    pub call: String,
    /// The service's error code, if it gave one.
    pub code: Option<String>,
    /// The service's words, or what happened instead of an answer.
    pub message: String,
    /// What to make of it.
    pub kind: CallErrorKind,
    /// HTTP status of the last answer, if there was one.
    pub status: Option<u16>,
    /// How many times the request was sent.
    pub attempts: u32,
    /// The id to quote to AWS support.
    pub request_id: Option<String>,
}

impl std::fmt::Display for CallError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} failed", self.call)?;
        if let Some(code) = &self.code {
            write!(f, " with {code}")?;
        }
        if self.attempts > 1 {
            write!(f, " after {} attempts", self.attempts)?;
        }
        let message = self.message.trim().trim_end_matches('.');
        if message.is_empty() { Ok(()) } else { write!(f, ": {message}") }
    }
}

impl StdError for CallError {}

impl CallError {
    /// A failure without an answer of the service.
    pub(super) fn local(call: &str, kind: CallErrorKind, message: String) -> Self {
        Self { call: call.to_owned(), code: None, message, kind, status: None, attempts: 0, request_id: None }
    }

    /// The service's own error.
    pub(super) fn of_service(call: &str, error: ServiceError, attempts: u32) -> Self {
        Self {
            call: call.to_owned(),
            kind: kind(error.code.as_deref(), error.status),
            code: error.code,
            message: error.message,
            status: Some(error.status),
            attempts,
            request_id: error.request_id,
        }
    }
}

/// A request without an answer.
#[derive(Debug)]
pub(super) struct Unanswered {
    pub(super) kind: CallErrorKind,
    pub(super) message: String,
    /// Whether an answer did come, which the caller may be able to read.
    pub(super) answered: bool,
}

impl Unanswered {
    pub(super) fn of<E, R>(error: &SdkError<E, R>) -> Self
    where
        SdkError<E, R>: StdError + 'static,
    {
        let credentials = causes(error).any(|cause| cause.is::<CredentialsError>());
        let kind = match error {
            _ if credentials => CallErrorKind::ExpiredCredentials,
            SdkError::TimeoutError(_) => CallErrorKind::Timeout,
            SdkError::DispatchFailure(failure) if failure.is_timeout() => CallErrorKind::Timeout,
            SdkError::DispatchFailure(_) | SdkError::ResponseError(_) => CallErrorKind::Connect,
            _ => CallErrorKind::Other,
        };
        let answered = matches!(error, SdkError::ServiceError(_) | SdkError::ResponseError(_));
        Self { kind, message: chain(error), answered }
    }
}

fn causes<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |cause: &&'a (dyn StdError + 'static)| (*cause).source())
}

/// The words of an error and its causes, each once, outermost first.
pub(super) fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut words: Vec<String> = Vec::new();
    for cause in causes(error) {
        let text = cause.to_string();
        if !words.iter().any(|known| known.contains(&text)) {
            words.push(text);
        }
    }
    words.join(": ")
}

/// The kind of a service's error, by its code and, without a code, by its status.
///
/// Codes: EC2 API reference (error codes), IAM API reference (common errors), STS and SSM API references. AWS varies the
/// wording, so families are matched by what their names have in common.
pub(super) fn kind(code: Option<&str>, status: u16) -> CallErrorKind {
    let Some(code) = code else {
        return match status {
            401 | 403 => CallErrorKind::Denied,
            404 => CallErrorKind::NotFound,
            408 | 504 => CallErrorKind::Timeout,
            429 => CallErrorKind::Throttled,
            _ => CallErrorKind::Other,
        };
    };
    let code = code.strip_prefix("Client.").unwrap_or(code);
    let has = |parts: &[&str]| parts.iter().any(|part| code.contains(part));
    if CREDENTIALS.contains(&code) {
        return CallErrorKind::ExpiredCredentials;
    }
    if has(&["AccessDenied", "Unauthorized", "NotAuthorized", "AuthorizationError"]) || DENIED.contains(&code) {
        return CallErrorKind::Denied;
    }
    // A limit that is exceeded is a quota more often than a rate; waiting does not help against a quota.
    let rate = THROTTLING_ERRORS.contains(&code) && code != "LimitExceededException";
    if rate || has(&["Throttl", "TooManyRequests", "RateExceeded"]) {
        return CallErrorKind::Throttled;
    }
    if has(&["NotFound", "NoSuch", "DoesNotExist", "NonExistent"]) {
        return CallErrorKind::NotFound;
    }
    if has(&["RequestTimeout"]) {
        return CallErrorKind::Timeout;
    }
    CallErrorKind::Other
}

const CREDENTIALS: &[&str] = &[
    "AuthFailure",
    "ExpiredToken",
    "ExpiredTokenException",
    "IncompleteSignature",
    "IncompleteSignatureException",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "InvalidToken",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "RequestExpired",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
    "TokenRefreshRequired",
    "UnrecognizedClientException",
];

const DENIED: &[&str] = &["AllAccessDisabled", "Forbidden", "OptInRequired", "SubscriptionRequiredException"];

#[cfg(test)]
mod tests {
    use super::CallErrorKind::*;
    use super::*;

    #[test]
    fn codes_have_a_kind() {
        for (code, expected) in [
            ("AccessDenied", Denied),
            ("AccessDeniedException", Denied),
            ("KMS.KMSAccessDeniedException", Denied),
            ("UnauthorizedOperation", Denied),
            ("Client.UnauthorizedOperation", Denied),
            ("NotAuthorized", Denied),
            ("AuthorizationErrorException", Denied),
            ("OptInRequired", Denied),
            ("AuthFailure", ExpiredCredentials),
            ("ExpiredTokenException", ExpiredCredentials),
            ("RequestExpired", ExpiredCredentials),
            ("UnrecognizedClientException", ExpiredCredentials),
            ("InvalidClientTokenId", ExpiredCredentials),
            ("InvalidInstanceID.NotFound", NotFound),
            ("NoSuchEntity", NotFound),
            ("NoSuchBucketPolicy", NotFound),
            ("ServerSideEncryptionConfigurationNotFoundError", NotFound),
            ("ResourceNotFoundException", NotFound),
            ("AWS.SimpleQueueService.NonExistentQueue", NotFound),
            ("QueueDoesNotExist", NotFound),
            ("RequestLimitExceeded", Throttled),
            ("ThrottlingException", Throttled),
            ("Throttling", Throttled),
            ("SlowDown", Throttled),
            ("TooManyRequestsException", Throttled),
            ("LimitExceededException", Other),
            ("InvalidInstanceID.Malformed", Other),
            ("DryRunOperation", Other),
            ("InvalidInstanceId", Other),
        ] {
            assert_eq!(kind(Some(code), 400), expected, "{code}");
        }
    }

    #[test]
    fn without_a_code_the_status_decides() {
        for (status, expected) in
            [(403, Denied), (404, NotFound), (429, Throttled), (504, Timeout), (503, Other), (200, Other)]
        {
            assert_eq!(kind(None, status), expected, "{status}");
        }
    }

    #[test]
    fn the_message_names_call_code_and_attempts() {
        let mut error = CallError::local("ec2:DescribeVpcs", Throttled, "Rate exceeded.".to_owned());
        error.code = Some("RequestLimitExceeded".to_owned());
        error.attempts = 3;
        assert_eq!(
            error.to_string(),
            "ec2:DescribeVpcs failed with RequestLimitExceeded after 3 attempts: Rate exceeded"
        );
    }
}

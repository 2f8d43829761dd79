//! Rules of `s3/delivery`. Written by `UPDATE=1 cargo test -p checks`.

pub(crate) mod account_concurrency_exhausted;
pub(crate) mod async_events_dropped;
pub(crate) mod duplicate_delivery;
pub(crate) mod env_kms_denied;
pub(crate) mod eventbridge_not_enabled;
pub(crate) mod eventbridge_rule_mismatch;
pub(crate) mod function_not_active;
pub(crate) mod function_runs_but_errors;
pub(crate) mod key_not_decoded;
pub(crate) mod no_logs_not_no_invocations;
pub(crate) mod object_read_denied;
pub(crate) mod recursion_stopped;
pub(crate) mod reserved_concurrency_zero;
pub(crate) mod sqs_mapping_disabled;
pub(crate) mod vpc_function_no_s3_path;

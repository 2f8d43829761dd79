//! Rules of `s3/permission`. Written by `UPDATE=1 cargo test -p checks`.

pub(crate) mod caller_cannot_write;
pub(crate) mod cross_account_owner;
pub(crate) mod destination_sqs_or_sns_policy;
pub(crate) mod function_missing;
pub(crate) mod iac_circular_dependency;
pub(crate) mod iac_ordering;
pub(crate) mod lambda_permission_deny;
pub(crate) mod lambda_permission_missing;
pub(crate) mod lambda_permission_principal;
pub(crate) mod lambda_permission_source_account;
pub(crate) mod lambda_permission_source_arn;
pub(crate) mod lambda_permission_too_open;
pub(crate) mod lambda_permission_wrong_qualifier;
pub(crate) mod lambda_policy_lost_update;
pub(crate) mod lambda_policy_too_large;
pub(crate) mod qualifier_missing;
pub(crate) mod stale_destination_blocks_put;

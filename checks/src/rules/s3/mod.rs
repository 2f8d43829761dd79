//! Rules of `s3`. Written by `UPDATE=1 cargo test -p checks`.

pub(crate) mod configuration;
pub(crate) mod delivery;
pub(crate) mod permission;

use crate::rule::Rule;
pub(crate) use crate::s3::S3 as Symptom;
pub(crate) use crate::s3::{Case, Settled};

pub(super) static ALL: &[&Rule<Symptom>] = &[
    &configuration::bucket_region_mismatch::RULE,
    &configuration::config_limit::RULE,
    &configuration::directory_or_outposts_bucket::RULE,
    &configuration::event_type_lifecycle::RULE,
    &configuration::event_type_mismatch::RULE,
    &configuration::filter_prefix_mismatch::RULE,
    &configuration::filter_special_characters::RULE,
    &configuration::filter_suffix_mismatch::RULE,
    &configuration::filter_wildcard_literal::RULE,
    &configuration::filters_overlap::RULE,
    &configuration::no_notification_for_function::RULE,
    &configuration::notification_overwritten::RULE,
    &configuration::partition_mismatch::RULE,
    &configuration::propagation_delay::RULE,
    &configuration::unversioned_overwrites::RULE,
    &configuration::wrong_bucket::RULE,
    &permission::caller_cannot_write::RULE,
    &permission::cross_account_owner::RULE,
    &permission::destination_sqs_or_sns_policy::RULE,
    &permission::function_missing::RULE,
    &permission::iac_circular_dependency::RULE,
    &permission::iac_ordering::RULE,
    &permission::lambda_permission_deny::RULE,
    &permission::lambda_permission_missing::RULE,
    &permission::lambda_permission_principal::RULE,
    &permission::lambda_permission_source_account::RULE,
    &permission::lambda_permission_source_arn::RULE,
    &permission::lambda_permission_too_open::RULE,
    &permission::lambda_permission_wrong_qualifier::RULE,
    &permission::lambda_policy_lost_update::RULE,
    &permission::lambda_policy_too_large::RULE,
    &permission::qualifier_missing::RULE,
    &permission::stale_destination_blocks_put::RULE,
    &delivery::account_concurrency_exhausted::RULE,
    &delivery::async_events_dropped::RULE,
    &delivery::duplicate_delivery::RULE,
    &delivery::env_kms_denied::RULE,
    &delivery::eventbridge_not_enabled::RULE,
    &delivery::eventbridge_rule_mismatch::RULE,
    &delivery::function_not_active::RULE,
    &delivery::function_runs_but_errors::RULE,
    &delivery::key_not_decoded::RULE,
    &delivery::no_logs_not_no_invocations::RULE,
    &delivery::object_read_denied::RULE,
    &delivery::recursion_stopped::RULE,
    &delivery::reserved_concurrency_zero::RULE,
    &delivery::sqs_mapping_disabled::RULE,
    &delivery::vpc_function_no_s3_path::RULE,
];

//! Rules of `s3`. Written by `UPDATE=1 cargo test -p checks`.

pub(crate) mod configuration;

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
];

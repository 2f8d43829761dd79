//! Rules of `s3/configuration`. Written by `UPDATE=1 cargo test -p checks`.

pub(crate) mod bucket_region_mismatch;
pub(crate) mod config_limit;
pub(crate) mod directory_or_outposts_bucket;
pub(crate) mod event_type_lifecycle;
pub(crate) mod event_type_mismatch;
pub(crate) mod filter_prefix_mismatch;
pub(crate) mod filter_special_characters;
pub(crate) mod filter_suffix_mismatch;
pub(crate) mod filter_wildcard_literal;
pub(crate) mod filters_overlap;
pub(crate) mod no_notification_for_function;
pub(crate) mod notification_overwritten;
pub(crate) mod partition_mismatch;
pub(crate) mod propagation_delay;
pub(crate) mod unversioned_overwrites;
pub(crate) mod wrong_bucket;

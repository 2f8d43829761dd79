//! Rules of `ssm/host`. Written by `UPDATE=1 cargo test -p checks`.

pub(crate) mod agent_bad_config;
pub(crate) mod agent_duplicate_install;
pub(crate) mod agent_fingerprint_mismatch;
pub(crate) mod agent_hibernating;
pub(crate) mod agent_not_installed;
pub(crate) mod agent_stopped;
pub(crate) mod agent_stuck_after_network_change;
pub(crate) mod agent_too_old;
pub(crate) mod agent_wrong_user;
pub(crate) mod clock_skew;
pub(crate) mod imds_disabled;
pub(crate) mod imds_v2_old_agent;
pub(crate) mod imds_v4_unreachable;

//! Rules of `ssm/host`. Written by `UPDATE=1 cargo test -p checks`.

pub(crate) mod agent_not_installed;
pub(crate) mod agent_stopped;
pub(crate) mod clock_skew;
pub(crate) mod imds_disabled;
pub(crate) mod imds_v2_old_agent;
pub(crate) mod imds_v4_unreachable;

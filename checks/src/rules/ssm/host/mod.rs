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
pub(crate) mod noexec_or_selinux;
pub(crate) mod os_disk_full;
pub(crate) mod os_memory_or_cpu_exhausted;
pub(crate) mod proxy_misconfigured;
pub(crate) mod shell_profile_broken;
pub(crate) mod ssm_user_or_runas_missing;
pub(crate) mod sysprep_incomplete;
pub(crate) mod tls_inspection;

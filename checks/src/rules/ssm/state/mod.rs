//! Rules of `ssm/state`. Written by `UPDATE=1 cargo test -p checks`.

pub(crate) mod boot_failed;
pub(crate) mod cpu_credits_exhausted;
pub(crate) mod ebs_status_impaired;
pub(crate) mod instance_not_running;
pub(crate) mod instance_status_impaired;
pub(crate) mod just_launched;
pub(crate) mod os_unsupported;
pub(crate) mod scheduled_event;
pub(crate) mod system_status_impaired;
pub(crate) mod wrong_region_or_account;

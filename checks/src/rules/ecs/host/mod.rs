//! Rules of `ecs/host`. Written by `UPDATE=1 cargo test -p checks`.

pub(crate) mod agent_too_old;
pub(crate) mod ami_gpu_or_arch_mismatch;
pub(crate) mod ami_without_agent;
pub(crate) mod boot_not_finished;
pub(crate) mod cloud_init_no_datasource;
pub(crate) mod user_data_deadlock;
pub(crate) mod user_data_failed;
pub(crate) mod user_data_malformed;
pub(crate) mod user_data_missing;

//! Rules of `ecs/registration`. Written by `UPDATE=1 cargo test -p checks`.

pub(crate) mod agent_disconnected;
pub(crate) mod capacity_provider_mismatch;
pub(crate) mod cluster_limit;
pub(crate) mod container_runtime_impaired;
pub(crate) mod orphan_entry;
pub(crate) mod registration_throttled;
pub(crate) mod status_draining;
pub(crate) mod trunking_registration_failed;

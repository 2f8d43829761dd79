//! Rules of `ecs/state`. Written by `UPDATE=1 cargo test -p checks`.

pub(crate) mod cluster_inactive;
pub(crate) mod cluster_not_found;
pub(crate) mod instance_not_running;
pub(crate) mod launch_hook_waiting;
pub(crate) mod no_instance_at_all;
pub(crate) mod region_mismatch;
pub(crate) mod registered_in_default_cluster;
pub(crate) mod warm_pool_waiting;
pub(crate) mod wrong_cluster_name;

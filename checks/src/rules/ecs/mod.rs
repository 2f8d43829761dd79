//! Rules of `ecs`. Written by `UPDATE=1 cargo test -p checks`.

pub(crate) mod identity;
pub(crate) mod network;
pub(crate) mod registration;
pub(crate) mod state;

use crate::rule::Rule;
pub(crate) use crate::ecs::Ecs as Symptom;

pub(super) static ALL: &[&Rule<Symptom>] = &[
    &state::cluster_inactive::RULE,
    &state::cluster_not_found::RULE,
    &state::instance_not_running::RULE,
    &state::launch_hook_waiting::RULE,
    &state::no_instance_at_all::RULE,
    &state::region_mismatch::RULE,
    &state::registered_in_default_cluster::RULE,
    &state::warm_pool_waiting::RULE,
    &state::wrong_cluster_name::RULE,
];

//! Rules of `ecs`. Written by `UPDATE=1 cargo test -p checks`.

pub(crate) mod host;
pub(crate) mod identity;
pub(crate) mod network;
pub(crate) mod registration;
pub(crate) mod state;

pub(crate) use crate::ecs::Ecs as Symptom;
pub(crate) use crate::ecs::{Case, Settled};
use crate::rule::Rule;

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
    &identity::explicit_deny::RULE,
    &identity::no_instance_profile::RULE,
    &identity::profile_broken::RULE,
    &identity::role_lacks_create_default::RULE,
    &identity::role_lacks_poll::RULE,
    &identity::role_lacks_register::RULE,
    &identity::role_lacks_tag::RULE,
    &host::agent_image_missing::RULE,
    &host::agent_service_stopped::RULE,
    &host::agent_terminal_exit::RULE,
    &host::agent_too_old::RULE,
    &host::ami_gpu_or_arch_mismatch::RULE,
    &host::ami_without_agent::RULE,
    &host::attributes_rejected::RULE,
    &host::boot_not_finished::RULE,
    &host::bottlerocket_setting::RULE,
    &host::checkpoint_disabled_duplicates::RULE,
    &host::clock_skew::RULE,
    &host::cloud_init_no_datasource::RULE,
    &host::config_invalid_value::RULE,
    &host::disk_full::RULE,
    &host::docker_config_invalid::RULE,
    &host::docker_no_bridge::RULE,
    &host::docker_not_ready::RULE,
    &host::imds_unreachable::RULE,
    &host::memory_starved::RULE,
    &host::reserved_memory_too_high::RULE,
    &host::selinux_apparmor::RULE,
    &host::state_baked_into_ami::RULE,
    &host::state_cluster_mismatch::RULE,
    &host::state_container_instance_inactive::RULE,
    &host::state_instance_type_changed::RULE,
    &host::tags_rejected::RULE,
    &host::user_data_deadlock::RULE,
    &host::user_data_failed::RULE,
    &host::user_data_malformed::RULE,
    &host::user_data_missing::RULE,
    &host::windows_not_initialised::RULE,
    &registration::agent_disconnected::RULE,
    &registration::capacity_provider_mismatch::RULE,
    &registration::cluster_limit::RULE,
    &registration::container_runtime_impaired::RULE,
    &registration::orphan_entry::RULE,
    &registration::registration_throttled::RULE,
    &registration::status_draining::RULE,
    &registration::trunking_registration_failed::RULE,
];

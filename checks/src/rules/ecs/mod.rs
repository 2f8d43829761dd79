//! Rules of `ecs`. Written by `UPDATE=1 cargo test -p checks`.

pub(crate) mod host;

pub(crate) use crate::ecs::Ecs as Symptom;
pub(crate) use crate::ecs::{Case, Settled};
use crate::rule::Rule;

pub(super) static ALL: &[&Rule<Symptom>] = &[
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
];

//! Rules of `ecs`. Written by `UPDATE=1 cargo test -p checks`.

pub(crate) mod host;

use crate::rule::Rule;
pub(crate) use crate::ecs::Ecs as Symptom;

pub(super) static ALL: &[&Rule<Symptom>] = &[
    &host::agent_too_old::RULE,
    &host::ami_gpu_or_arch_mismatch::RULE,
    &host::ami_without_agent::RULE,
    &host::boot_not_finished::RULE,
    &host::cloud_init_no_datasource::RULE,
    &host::user_data_deadlock::RULE,
    &host::user_data_failed::RULE,
    &host::user_data_malformed::RULE,
    &host::user_data_missing::RULE,
];

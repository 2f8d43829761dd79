//! Rules of `ssm`. Written by `UPDATE=1 cargo test -p checks`.

pub(crate) mod host;
pub(crate) mod state;

use crate::rule::Rule;
use crate::ssm::Ssm;

pub(super) static ALL: &[&Rule<Ssm>] = &[
    &state::boot_failed::RULE,
    &state::cpu_credits_exhausted::RULE,
    &state::ebs_status_impaired::RULE,
    &state::instance_not_running::RULE,
    &state::instance_status_impaired::RULE,
    &state::just_launched::RULE,
    &state::os_unsupported::RULE,
    &state::scheduled_event::RULE,
    &state::system_status_impaired::RULE,
    &state::wrong_region_or_account::RULE,
    &host::agent_bad_config::RULE,
    &host::agent_duplicate_install::RULE,
    &host::agent_fingerprint_mismatch::RULE,
    &host::agent_hibernating::RULE,
    &host::agent_not_installed::RULE,
    &host::agent_stopped::RULE,
    &host::agent_stuck_after_network_change::RULE,
    &host::agent_too_old::RULE,
    &host::agent_wrong_user::RULE,
    &host::clock_skew::RULE,
    &host::imds_disabled::RULE,
    &host::imds_v2_old_agent::RULE,
    &host::imds_v4_unreachable::RULE,
    &host::noexec_or_selinux::RULE,
    &host::os_disk_full::RULE,
    &host::os_memory_or_cpu_exhausted::RULE,
    &host::proxy_misconfigured::RULE,
    &host::shell_profile_broken::RULE,
    &host::ssm_user_or_runas_missing::RULE,
    &host::sysprep_incomplete::RULE,
    &host::tls_inspection::RULE,
];

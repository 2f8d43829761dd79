//! Rules of `ssm`. Written by `UPDATE=1 cargo test -p checks`.

pub(crate) mod host;
pub(crate) mod identity;
pub(crate) mod session;
pub(crate) mod state;

use crate::rule::Rule;
use crate::ssm::Ssm;

pub(super) static ALL: &[&Rule<Ssm>] = &[
    &state::instance_not_running::RULE,
    &identity::advanced_tier_needed::RULE,
    &identity::caller_not_allowed::RULE,
    &identity::dhmc_agent_too_old::RULE,
    &identity::dhmc_role_broken::RULE,
    &identity::dhmc_shadowed_by_profile::RULE,
    &identity::explicit_deny::RULE,
    &identity::no_instance_profile::RULE,
    &identity::profile_deleted_or_stale::RULE,
    &identity::profile_without_role::RULE,
    &identity::role_lacks_core::RULE,
    &identity::role_lacks_ssmmessages::RULE,
    &identity::role_trust_wrong::RULE,
    &identity::session_document_denied::RULE,
    &identity::stale_hybrid_registration::RULE,
    &identity::stale_shared_credentials::RULE,
    &host::clock_skew::RULE,
    &session::client_antivirus::RULE,
    &session::dualstack_env_breaks_client::RULE,
    &session::inventory_or_association_failing::RULE,
    &session::plugin_credentials_unsupported::RULE,
    &session::plugin_missing::RULE,
    &session::plugin_too_old::RULE,
    &session::session_idle_timeout::RULE,
    &session::session_kms_client::RULE,
    &session::session_kms_instance::RULE,
    &session::session_log_destination_broken::RULE,
    &session::session_log_path_missing::RULE,
];

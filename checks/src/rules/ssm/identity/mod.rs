//! Rules of `ssm/identity`. Written by `UPDATE=1 cargo test -p checks`.

pub(crate) mod advanced_tier_needed;
pub(crate) mod caller_not_allowed;
pub(crate) mod dhmc_agent_too_old;
pub(crate) mod dhmc_role_broken;
pub(crate) mod dhmc_shadowed_by_profile;
pub(crate) mod explicit_deny;
pub(crate) mod no_instance_profile;
pub(crate) mod profile_deleted_or_stale;
pub(crate) mod profile_without_role;
pub(crate) mod role_lacks_core;
pub(crate) mod role_lacks_ssmmessages;
pub(crate) mod role_trust_wrong;
pub(crate) mod session_document_denied;
pub(crate) mod stale_hybrid_registration;
pub(crate) mod stale_shared_credentials;

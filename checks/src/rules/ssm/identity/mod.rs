//! Rules of `ssm/identity`. Written by `UPDATE=1 cargo test -p checks`.

pub(crate) mod no_instance_profile;
pub(crate) mod profile_deleted_or_stale;
pub(crate) mod profile_without_role;
pub(crate) mod role_lacks_core;
pub(crate) mod role_trust_wrong;

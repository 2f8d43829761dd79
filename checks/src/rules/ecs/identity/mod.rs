//! Rules of `ecs/identity`. Written by `UPDATE=1 cargo test -p checks`.

pub(crate) mod explicit_deny;
pub(crate) mod no_instance_profile;
pub(crate) mod profile_broken;
pub(crate) mod role_lacks_create_default;
pub(crate) mod role_lacks_poll;
pub(crate) mod role_lacks_register;
pub(crate) mod role_lacks_tag;

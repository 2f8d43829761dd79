//! Rules of `ssm`. Written by `UPDATE=1 cargo test -p checks`.

pub(crate) mod host;
pub(crate) mod identity;
pub(crate) mod session;
pub(crate) mod state;

use crate::rule::Rule;
use crate::ssm::Ssm;

pub(super) static ALL: &[&Rule<Ssm>] = &[
    &state::instance_not_running::RULE,
    &identity::no_instance_profile::RULE,
    &identity::profile_deleted_or_stale::RULE,
    &identity::profile_without_role::RULE,
    &identity::role_lacks_core::RULE,
    &identity::role_trust_wrong::RULE,
    &host::clock_skew::RULE,
];

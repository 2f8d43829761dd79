//! Rules of `ssm`. Written by `UPDATE=1 cargo test -p checks`.

pub(crate) mod host;
pub(crate) mod network;
pub(crate) mod state;

use crate::rule::Rule;
use crate::ssm::Ssm;

pub(super) static ALL: &[&Rule<Ssm>] =
    &[&state::instance_not_running::RULE, &host::clock_skew::RULE, &network::sg_egress_443_blocked::RULE];

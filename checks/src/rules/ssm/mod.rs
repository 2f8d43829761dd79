//! Rules of `ssm`. Written by `UPDATE=1 cargo test -p checks`.

pub(crate) mod host;
pub(crate) mod network;
pub(crate) mod state;

use crate::rule::Rule;
use crate::ssm::Ssm;

pub(super) static ALL: &[&Rule<Ssm>] = &[
    &state::instance_not_running::RULE,
    &host::clock_skew::RULE,
    &network::multi_eni_wrong_route::RULE,
    &network::nacl_outbound_443_blocked::RULE,
    &network::nacl_return_blocked::RULE,
    &network::nat_unusable::RULE,
    &network::no_egress_path::RULE,
    &network::public_subnet_no_public_ip::RULE,
    &network::route_blackhole::RULE,
    &network::sg_egress_443_blocked::RULE,
    &network::vpc_block_public_access::RULE,
];

//! Rules of `ssm/network`. Written by `UPDATE=1 cargo test -p checks`.

pub(crate) mod multi_eni_wrong_route;
pub(crate) mod nacl_outbound_443_blocked;
pub(crate) mod nacl_return_blocked;
pub(crate) mod nat_unusable;
pub(crate) mod no_egress_path;
pub(crate) mod public_subnet_no_public_ip;
pub(crate) mod route_blackhole;
pub(crate) mod sg_egress_443_blocked;
pub(crate) mod vpc_block_public_access;

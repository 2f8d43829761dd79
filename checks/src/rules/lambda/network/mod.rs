//! Rules of `lambda/network`. Written by `UPDATE=1 cargo test -p checks`.

pub(crate) mod destination_allowlist;
pub(crate) mod destination_closed;
pub(crate) mod firewall_drops;
pub(crate) mod fragmented_replies;
pub(crate) mod igw_missing;
pub(crate) mod ipv6_destination_v4_only;
pub(crate) mod ipv6_no_egress_route;
pub(crate) mod ipv6_not_enabled;
pub(crate) mod ipv6_sg_or_nacl;
pub(crate) mod nacl_blocked;
pub(crate) mod nat_address_missing;
pub(crate) mod nat_bandwidth;
pub(crate) mod nat_idle_timeout;
pub(crate) mod nat_in_private_subnet;
pub(crate) mod nat_instance_broken;
pub(crate) mod nat_not_available;
pub(crate) mod nat_other_az;
pub(crate) mod nat_points_to_itself;
pub(crate) mod nat_port_exhaustion;
pub(crate) mod nat_private_type;
pub(crate) mod nat_subnet_nacl;
pub(crate) mod no_default_route;
pub(crate) mod route_blackhole;
pub(crate) mod sg_egress_blocked;
pub(crate) mod tgw_egress_unverified;
pub(crate) mod vpc_block_public_access;

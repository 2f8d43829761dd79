//! Rules of `ssh/network`. Written by `UPDATE=1 cargo test -p checks`.

pub(crate) mod client_egress_blocked;
pub(crate) mod firewall_inspection;
pub(crate) mod igw_detached;
pub(crate) mod nacl_inbound_denied;
pub(crate) mod nacl_reply_denied;
pub(crate) mod overlapping_cidr;
pub(crate) mod route_missing_private_path;
pub(crate) mod sg_ingress_missing;
pub(crate) mod source_ip_changed;
pub(crate) mod source_is_ipv6;
pub(crate) mod subnet_no_igw_route;
pub(crate) mod vpc_block_public_access;

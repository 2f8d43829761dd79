//! Rules of `ssh/network`. Written by `UPDATE=1 cargo test -p checks`.

pub(crate) mod client_egress_blocked;
pub(crate) mod eic_service_range;
pub(crate) mod eice_iam_denied;
pub(crate) mod eice_missing_or_failed;
pub(crate) mod eice_sg_blocked;
pub(crate) mod firewall_inspection;
pub(crate) mod idle_drop;
pub(crate) mod igw_detached;
pub(crate) mod mtu_black_hole;
pub(crate) mod multi_eni_asymmetric;
pub(crate) mod nacl_inbound_denied;
pub(crate) mod nacl_quota;
pub(crate) mod nacl_reply_denied;
pub(crate) mod other_ways_in;
pub(crate) mod overlapping_cidr;
pub(crate) mod route_missing_private_path;
pub(crate) mod sg_edit_cut_live_session;
pub(crate) mod sg_ingress_missing;
pub(crate) mod sg_rule_limit;
pub(crate) mod source_ip_changed;
pub(crate) mod source_is_ipv6;
pub(crate) mod subnet_no_igw_route;
pub(crate) mod vpc_block_public_access;

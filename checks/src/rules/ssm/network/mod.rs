//! Rules of `ssm/network`. Written by `UPDATE=1 cargo test -p checks`.

pub(crate) mod dhcp_custom_dns;
pub(crate) mod dns_firewall_blocks;
pub(crate) mod endpoint_ec2messages_missing;
pub(crate) mod endpoint_not_available;
pub(crate) mod endpoint_policy_denies;
pub(crate) mod endpoint_private_dns_off;
pub(crate) mod endpoint_sg_closed;
pub(crate) mod endpoint_ssm_missing;
pub(crate) mod endpoint_ssmmessages_missing;
pub(crate) mod flow_log_reject;
pub(crate) mod ipv6_only_subnet;
pub(crate) mod multi_eni_wrong_route;
pub(crate) mod nacl_outbound_443_blocked;
pub(crate) mod nacl_return_blocked;
pub(crate) mod nat_unusable;
pub(crate) mod network_firewall_drops;
pub(crate) mod no_egress_path;
pub(crate) mod public_subnet_no_public_ip;
pub(crate) mod resolver_rule_hijack;
pub(crate) mod route_blackhole;
pub(crate) mod s3_gateway_policy_blocks;
pub(crate) mod sg_egress_443_blocked;
pub(crate) mod vpc_block_public_access;
pub(crate) mod vpc_dns_attributes_off;

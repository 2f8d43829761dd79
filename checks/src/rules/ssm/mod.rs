//! Rules of `ssm`. Written by `UPDATE=1 cargo test -p checks`.

pub(crate) mod host;
pub(crate) mod network;
pub(crate) mod state;

use crate::rule::Rule;
use crate::ssm::Ssm;

pub(super) static ALL: &[&Rule<Ssm>] = &[
    &state::instance_not_running::RULE,
    &host::clock_skew::RULE,
    &network::dhcp_custom_dns::RULE,
    &network::dns_firewall_blocks::RULE,
    &network::endpoint_ec2messages_missing::RULE,
    &network::endpoint_not_available::RULE,
    &network::endpoint_policy_denies::RULE,
    &network::endpoint_private_dns_off::RULE,
    &network::endpoint_sg_closed::RULE,
    &network::endpoint_ssm_missing::RULE,
    &network::endpoint_ssmmessages_missing::RULE,
    &network::flow_log_reject::RULE,
    &network::ipv6_only_subnet::RULE,
    &network::network_firewall_drops::RULE,
    &network::resolver_rule_hijack::RULE,
    &network::s3_gateway_policy_blocks::RULE,
    &network::sg_egress_443_blocked::RULE,
    &network::vpc_dns_attributes_off::RULE,
];

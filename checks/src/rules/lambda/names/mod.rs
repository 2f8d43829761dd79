//! Rules of `lambda/names`. Written by `UPDATE=1 cargo test -p checks`.

pub(crate) mod custom_dns_unreachable;
pub(crate) mod dns_firewall_or_rule;
pub(crate) mod endpoint_missing_for_api;
pub(crate) mod endpoint_policy_denies;
pub(crate) mod endpoint_sg_closed;
pub(crate) mod execute_api_endpoint_shadow;
pub(crate) mod gateway_endpoint_not_associated;
pub(crate) mod gateway_endpoint_other_region;
pub(crate) mod private_zone_shadows_public;
pub(crate) mod sg_egress_dns;
pub(crate) mod vpc_dns_off;

//! Rules of `ecs/network`. Written by `UPDATE=1 cargo test -p checks`.

pub(crate) mod egress_acs_tcs;
pub(crate) mod egress_ecs_api;
pub(crate) mod endpoint_agent_missing;
pub(crate) mod endpoint_ecs_missing;
pub(crate) mod endpoint_policy_denies;
pub(crate) mod endpoint_private_dns_or_vpc_dns;
pub(crate) mod endpoint_sg_closed;
pub(crate) mod ipv6_only_old_agent;
pub(crate) mod proxy_misconfigured;
pub(crate) mod tls_inspection;
pub(crate) mod vpc_block_public_access;

//! Rules of `lambda`. Written by `UPDATE=1 cargo test -p checks`.

pub(crate) mod runtime;
pub(crate) mod state;

pub(crate) use crate::lambda::Lambda as Symptom;
pub(crate) use crate::lambda::{Case, Settled};
use crate::rule::Rule;

pub(super) static ALL: &[&Rule<Symptom>] = &[
    &state::dedicated_tenancy::RULE,
    &state::eni_limit::RULE,
    &state::low_memory_cpu_starved::RULE,
    &state::mixed_subnets::RULE,
    &state::not_in_vpc::RULE,
    &state::not_network_http_status::RULE,
    &state::public_subnet::RULE,
    &state::qualifier_old_vpc_config::RULE,
    &state::role_lacks_eni_permissions::RULE,
    &state::state_failed::RULE,
    &state::state_inactive::RULE,
    &state::state_pending::RULE,
    &state::subnet_or_sg_deleted::RULE,
    &state::subnet_out_of_addresses::RULE,
    &state::timeout_too_short::RULE,
    &runtime::extension_blocks_init::RULE,
    &runtime::ipv6_client_prefers_v4::RULE,
    &runtime::proxy_env::RULE,
    &runtime::remote_down::RULE,
    &runtime::sts_global_endpoint::RULE,
    &runtime::tls_trust::RULE,
];

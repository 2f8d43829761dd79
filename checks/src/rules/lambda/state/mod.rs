//! Rules of `lambda/state`. Written by `UPDATE=1 cargo test -p checks`.

pub(crate) mod dedicated_tenancy;
pub(crate) mod eni_limit;
pub(crate) mod low_memory_cpu_starved;
pub(crate) mod mixed_subnets;
pub(crate) mod not_in_vpc;
pub(crate) mod not_network_http_status;
pub(crate) mod public_subnet;
pub(crate) mod qualifier_old_vpc_config;
pub(crate) mod role_lacks_eni_permissions;
pub(crate) mod state_failed;
pub(crate) mod state_inactive;
pub(crate) mod state_pending;
pub(crate) mod subnet_or_sg_deleted;
pub(crate) mod subnet_out_of_addresses;
pub(crate) mod timeout_too_short;

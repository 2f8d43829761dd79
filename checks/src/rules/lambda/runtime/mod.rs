//! Rules of `lambda/runtime`. Written by `UPDATE=1 cargo test -p checks`.

pub(crate) mod extension_blocks_init;
pub(crate) mod ipv6_client_prefers_v4;
pub(crate) mod proxy_env;
pub(crate) mod remote_down;
pub(crate) mod sts_global_endpoint;
pub(crate) mod tls_trust;

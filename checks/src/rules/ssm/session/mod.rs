//! Rules of `ssm/session`. Written by `UPDATE=1 cargo test -p checks`.

pub(crate) mod client_antivirus;
pub(crate) mod dualstack_env_breaks_client;
pub(crate) mod inventory_or_association_failing;
pub(crate) mod plugin_credentials_unsupported;
pub(crate) mod plugin_missing;
pub(crate) mod plugin_too_old;
pub(crate) mod session_idle_timeout;
pub(crate) mod session_kms_client;
pub(crate) mod session_kms_instance;
pub(crate) mod session_log_destination_broken;
pub(crate) mod session_log_path_missing;

//! Rules of `ssh/client`. Written by `UPDATE=1 cargo test -p checks`.

pub(crate) mod agent_not_forwarded;
pub(crate) mod algorithm_mismatch;
pub(crate) mod client_config_overrides;
pub(crate) mod dsa_key;
pub(crate) mod host_key_regenerated;
pub(crate) mod key_file_damaged;
pub(crate) mod key_file_too_open;
pub(crate) mod key_format_wrong;
pub(crate) mod key_mismatch;
pub(crate) mod key_pair_deleted;
pub(crate) mod key_passphrase;
pub(crate) mod known_hosts_stale;
pub(crate) mod no_key_pair;
pub(crate) mod root_login_forced_command;
pub(crate) mod rsa_sha1_rejected;
pub(crate) mod ssm_proxy_command_broken;
pub(crate) mod too_many_keys_offered;
pub(crate) mod wrong_user;

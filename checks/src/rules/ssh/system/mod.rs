//! Rules of `ssh/system`. Written by `UPDATE=1 cargo test -p checks`.

pub(crate) mod account_locked_or_expired;
pub(crate) mod allow_deny_users;
pub(crate) mod authorized_keys_missing;
pub(crate) mod authorized_keys_permissions;
pub(crate) mod authorized_keys_relocated;
pub(crate) mod eic_package_missing_or_old;
pub(crate) mod home_missing;
pub(crate) mod locale_or_profile_exits;
pub(crate) mod os_firewall_drop;
pub(crate) mod os_firewall_reject;
pub(crate) mod pam_access_denied;
pub(crate) mod pty_exhausted;
pub(crate) mod root_login_off;
pub(crate) mod shell_invalid;
pub(crate) mod slow_login;
pub(crate) mod sshd_not_running;
pub(crate) mod sshd_other_port;
pub(crate) mod tcp_wrappers;

//! Rules of `ssh`. Written by `UPDATE=1 cargo test -p checks`.

pub(crate) mod client;
pub(crate) mod system;

use crate::rule::Rule;
pub(crate) use crate::ssh::Ssh as Symptom;
pub(crate) use crate::ssh::{Case, Settled};

pub(super) static ALL: &[&Rule<Symptom>] = &[
    &client::key_file_too_open::RULE,
    &client::key_mismatch::RULE,
    &client::key_pair_deleted::RULE,
    &client::no_key_pair::RULE,
    &client::root_login_forced_command::RULE,
    &client::wrong_user::RULE,
    &system::account_locked_or_expired::RULE,
    &system::allow_deny_users::RULE,
    &system::authorized_keys_missing::RULE,
    &system::authorized_keys_permissions::RULE,
    &system::authorized_keys_relocated::RULE,
    &system::banned_source::RULE,
    &system::cloud_init_key_not_injected::RULE,
    &system::disk_full::RULE,
    &system::eic_package_missing_or_old::RULE,
    &system::ena_driver_missing::RULE,
    &system::home_missing::RULE,
    &system::locale_or_profile_exits::RULE,
    &system::max_startups::RULE,
    &system::network_config_broken::RULE,
    &system::nologin_file::RULE,
    &system::os_firewall_drop::RULE,
    &system::os_firewall_reject::RULE,
    &system::pam_access_denied::RULE,
    &system::privsep_dir::RULE,
    &system::pty_exhausted::RULE,
    &system::pubkey_auth_off::RULE,
    &system::resource_exhausted::RULE,
    &system::root_login_off::RULE,
    &system::selinux_context::RULE,
    &system::shell_invalid::RULE,
    &system::slow_login::RULE,
    &system::sshd_config_invalid::RULE,
    &system::sshd_host_keys_missing::RULE,
    &system::sshd_not_running::RULE,
    &system::sshd_other_port::RULE,
    &system::tcp_wrappers::RULE,
];

//! Rules of `ssh/state`. Written by `UPDATE=1 cargo test -p checks`.

pub(crate) mod address_changed;
pub(crate) mod boot_failed;
pub(crate) mod dns_split_view;
pub(crate) mod eip_on_other_eni;
pub(crate) mod instance_not_running;
pub(crate) mod lb_or_nat_in_front;
pub(crate) mod no_public_address;
pub(crate) mod not_ssh_on_port;
pub(crate) mod os_without_sshd;
pub(crate) mod status_check_failed;
pub(crate) mod still_booting;
pub(crate) mod windows_target;
pub(crate) mod wrong_target;

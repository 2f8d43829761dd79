//! Rules of `ssh/system`. Written by `UPDATE=1 cargo test -p checks`.

pub(crate) mod sshd_not_running;

//! Rules of `ssh/client`. Written by `UPDATE=1 cargo test -p checks`.

pub(crate) mod key_file_too_open;
pub(crate) mod key_mismatch;
pub(crate) mod key_pair_deleted;
pub(crate) mod no_key_pair;
pub(crate) mod root_login_forced_command;
pub(crate) mod wrong_user;

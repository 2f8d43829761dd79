//! Rules of `ssm/state`. Written by `UPDATE=1 cargo test -p checks`.

pub(crate) mod instance_not_running;

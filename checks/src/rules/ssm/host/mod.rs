//! Rules of `ssm/host`. Written by `UPDATE=1 cargo test -p checks`.

pub(crate) mod clock_skew;

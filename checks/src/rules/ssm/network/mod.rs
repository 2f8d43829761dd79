//! Rules of `ssm/network`. Written by `UPDATE=1 cargo test -p checks`.

pub(crate) mod sg_egress_443_blocked;

//! Rules of `ssm/session`. Written by `UPDATE=1 cargo test -p checks`.


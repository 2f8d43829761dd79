//! Rules of `ecs/network`. Written by `UPDATE=1 cargo test -p checks`.

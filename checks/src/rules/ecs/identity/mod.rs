//! Rules of `ecs/identity`. Written by `UPDATE=1 cargo test -p checks`.


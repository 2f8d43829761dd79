//! Rules of `ecs/registration`. Written by `UPDATE=1 cargo test -p checks`.


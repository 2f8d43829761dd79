//! Text from inside a machine that an API shows outside.

pub mod console;
pub mod ecs_image;
pub mod environment;
pub mod host_keys;
pub mod image;
pub mod login_user;
pub mod user_data;

//! Text from inside a machine that an API shows outside.

pub mod console;
pub mod ecs_image;
pub mod image;
pub mod user_data;

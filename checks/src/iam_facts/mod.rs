//! Policies as the facts of a snapshot show them: those that hang on roles and users, and which reads bring them.

mod document;
mod held;
mod reads;
pub mod simulated;

pub use document::{Document, proof};
pub use held::{Held, PolicyName, reason};
pub use reads::{of_role, of_user};

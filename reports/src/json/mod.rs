//! The report for programs. Each schema has its own frozen structs, so that nothing inside the tool leaks into the format.

pub mod cases;
pub mod decided;
pub mod v1;

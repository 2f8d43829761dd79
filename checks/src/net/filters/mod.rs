//! What lets packets through or drops them: security groups, network ACLs, Block Public Access.

pub mod block_public_access;
pub(in crate::net) mod filter;
pub mod network_acl;
pub mod security_group;

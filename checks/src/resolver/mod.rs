//! Route 53 Resolver: who answers a name in a VPC in place of the Amazon resolver, or keeps it from answering.

pub mod firewall;
pub mod forwarding;

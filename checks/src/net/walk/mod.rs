//! The way of packets from place to place, there and back, and what is told of it.

pub(in crate::net) mod between;
pub(in crate::net) mod beyond;
pub(in crate::net) mod delivery;
pub(in crate::net) mod leaving;
pub(in crate::net) mod obstacle;
pub(in crate::net) mod parcel;
pub(in crate::net) mod path;
pub(in crate::net) mod returning;
pub(in crate::net) mod routing;
pub(in crate::net) mod trip;

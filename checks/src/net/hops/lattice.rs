//! VPC Lattice: link-local addresses that no route table is asked about, but groups and ACLs are.
//!
//! Source: VPC Lattice user guide, "Control traffic in VPC Lattice using security groups" and "Control traffic to VPC Lattice using network
//! ACLs".

use crate::evidence::Component;
use crate::net::addresses::AddressSet;
use crate::net::filter::Direction;
use crate::net::interface::Interface;
use crate::net::obstacle::Cause;
use crate::net::parcel::{Parcel, replies};
use crate::net::path::{Walk, Way};
use crate::net::security_group::Peer;
use crate::net::traffic::Traffic;
use crate::net::trip::Trip;
use crate::snapshot::Gap;
use std::sync::LazyLock;

/// Where the names of its services lead.
pub(in crate::net) static ADDRESSES: LazyLock<AddressSet> =
    LazyLock::new(|| AddressSet::of(["169.254.171.0/24", "fd00:ec2:80::/64"]));

/// To a service of VPC Lattice: out of the groups and the subnet, and back into it; what lies between nobody can look at.
pub(in crate::net) fn reach<'s>(trip: &Trip<'_, 's>, walk: &mut Walk<'_>, origin: &Interface<'s>, asked: Traffic) {
    let asked = asked.into();
    let traffic = trip.out_of(walk, origin, &asked, Peer::Outside);
    let sent = Parcel::new(&traffic, Way::Forward);
    let traffic = trip.guard(walk, origin.subnet, Direction::Egress, Cause::NetworkAclOutbound, sent);
    let hop = || Component::new("vpc-lattice", "vpc-lattice");
    walk.opaque(Way::Forward, hop, &traffic, "UNSUPPORTED_COMPONENT", || Gap::opaque("what VPC Lattice does with it"));
    let returning = replies(&traffic, &traffic.sources(), &trip.ports_of_replies(None));
    trip.home(walk, Parcel::new(&returning, Way::Reply));
}

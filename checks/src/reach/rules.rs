//! The rule ids and titles of what stands in the way: one for each cause that the engine knows.

use crate::net::{Cause, NatInstanceFault};

/// A question about a path that stays open.
pub(super) const OPEN: &str = "net/not-known";

/// On which way of a connection a packet meets a cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// From the source to the destination.
    Forward,
    /// Replies on their way back.
    Return,
}

impl Direction {
    /// The word of the outside contract.
    pub fn word(self) -> &'static str {
        match self {
            Self::Forward => "forward",
            Self::Return => "return",
        }
    }
}

/// What is said of a cause.
pub(super) struct About {
    /// Rule id.
    pub(super) rule: &'static str,
    /// The fault in a few words.
    pub(super) title: &'static str,
}

pub(super) const fn about(rule: &'static str, title: &'static str) -> About {
    About { rule, title }
}

/// Id and title of every cause.
pub(super) fn of(cause: Cause) -> About {
    match cause {
        Cause::SecurityGroupEgress => {
            about("net/security-group-egress", "No outbound rule of the sender's security groups allows it")
        }
        Cause::SecurityGroupIngress => {
            about("net/security-group-ingress", "No inbound rule of the receiver's security groups allows it")
        }
        Cause::NetworkAclOutbound => {
            about("net/network-acl-outbound", "The network ACL of the sender's subnet drops it on its way out")
        }
        Cause::NetworkAclReply => {
            about("net/network-acl-reply", "The network ACL of the sender's subnet drops the replies")
        }
        Cause::DestinationAclInbound => {
            about("net/destination-acl-inbound", "The network ACL of the receiver's subnet drops it on its way in")
        }
        Cause::DestinationAclReply => about(
            "net/destination-acl-reply",
            "The network ACL of the receiver's subnet drops the replies on their way out",
        ),
        Cause::NatSubnetAclFromClient => about(
            "net/nat-subnet-acl-from-client",
            "The network ACL of the NAT gateway's subnet drops packets from the sender",
        ),
        Cause::NatSubnetAclOutbound => about(
            "net/nat-subnet-acl-outbound",
            "The network ACL of the NAT gateway's subnet drops packets on their way to the internet",
        ),
        Cause::NatSubnetAclReply => about(
            "net/nat-subnet-acl-reply",
            "The network ACL of the NAT gateway's subnet drops replies from the internet",
        ),
        Cause::NatSubnetAclToClient => about(
            "net/nat-subnet-acl-to-client",
            "The network ACL of the NAT gateway's subnet drops replies on their way to the sender",
        ),
        Cause::EndpointSubnetAclInbound => {
            about("net/endpoint-subnet-acl-inbound", "The network ACL of the endpoint's subnet drops it on its way in")
        }
        Cause::EndpointSubnetAclReply => {
            about("net/endpoint-subnet-acl-reply", "The network ACL of the endpoint's subnet drops the replies")
        }
        Cause::NoRoute => about("net/no-route", "No route leads to the destination"),
        Cause::Blackhole => about("net/blackhole", "The route has lost its target"),
        Cause::NoReturnRoute => about("net/no-return-route", "No route leads back to the sender"),
        Cause::NoPublicAddress => {
            about("net/no-public-address", "The route goes to an internet gateway, and there is no public IPv4 address")
        }
        Cause::InternetGatewayMissing => {
            about("net/internet-gateway-missing", "The VPC has no internet gateway on this way")
        }
        Cause::EgressOnlyGatewayMissing => about(
            "net/egress-only-gateway-missing",
            "The route goes to an egress-only internet gateway that is not attached to the VPC",
        ),
        Cause::BlockPublicAccess => about("net/block-public-access", "VPC Block Public Access stops it at the gateway"),
        Cause::NotPublicDestination => {
            about("net/not-public-destination", "The destination is a private address, which an internet gateway drops")
        }
        Cause::PeeringNoInternet => about(
            "net/peering-no-internet",
            "The route goes to a peering connection, which carries only addresses of the two VPCs",
        ),
        Cause::PeeringState => about("net/peering-state", "The peering connection is not active"),
        Cause::TransitGatewayAttachment => {
            about("net/transit-gateway-attachment", "The VPC has no attachment to the transit gateway that works")
        }
        Cause::TransitGatewayZone => {
            about("net/transit-gateway-zone", "The transit gateway attachment has no subnet in the zone that sends")
        }
        Cause::TransitGatewayFamily => {
            about("net/transit-gateway-family", "The transit gateway attachment does not carry IPv6")
        }
        Cause::TransitGatewayAssociation => {
            about("net/transit-gateway-association", "No transit gateway route table is associated with the attachment")
        }
        Cause::TransitGatewayNoRoute => {
            about("net/transit-gateway-no-route", "No route of the transit gateway leads to the destination")
        }
        Cause::TransitGatewayBlackhole => {
            about("net/transit-gateway-blackhole", "The route of the transit gateway drops it")
        }
        Cause::TransitGatewaySubnetAcl => about(
            "net/transit-gateway-subnet-acl",
            "The network ACL of the subnet of a transit gateway attachment drops it",
        ),
        Cause::DisconnectedVpcs => about("net/disconnected-vpcs", "Nothing connects the two VPCs"),
        Cause::InternetDenied => about("net/internet-denied", "The interface takes nothing from the internet"),
        Cause::RoutingLoop => about("net/routing-loop", "The routes lead round in a circle"),
        Cause::SpoofedSource => about("net/spoofed-source", "The sender uses an address that is not its own"),
        Cause::ProtocolNotCarried => {
            about("net/protocol-not-carried", "The gateway on the way carries other protocols only")
        }
        Cause::SourceOutsideVpc => about(
            "net/source-outside-vpc",
            "The gateway on the way serves only what is in its own VPC, and the packets come from elsewhere",
        ),
        Cause::NatZone => about("net/nat-zone", "The regional NAT gateway has no address in the zone of the sender"),
        Cause::NatState => about("net/nat-state", "The NAT gateway is not available"),
        Cause::NatPrivate => about("net/nat-private", "The NAT gateway is a private one, which reaches no internet"),
        Cause::NatInPrivateSubnet => about(
            "net/nat-in-private-subnet",
            "The route table of the NAT gateway's subnet has no route to an internet gateway",
        ),
        Cause::NatSubnetBlackhole => {
            about("net/nat-subnet-blackhole", "The route of the NAT gateway's subnet has lost its target")
        }
        Cause::NatPointsToItself => about(
            "net/nat-points-to-itself",
            "The route table of the NAT gateway's subnet sends packets back to the same gateway",
        ),
        Cause::NatAddressMissing => about("net/nat-address-missing", "The NAT gateway has no working public address"),
        Cause::NatInstance(fault) => of_nat_instance(fault),
        Cause::EndpointState => about("net/endpoint-state", "The endpoint is not available"),
        Cause::EndpointSecurityGroup => {
            about("net/endpoint-security-group", "The security groups of the endpoint do not let the sender in")
        }
        Cause::EndpointPrivateDnsOff => {
            about("net/endpoint-private-dns-off", "The service's name does not lead to the endpoint")
        }
        Cause::EndpointAddressFamily => {
            about("net/endpoint-address-family", "The endpoint does not answer on the sender's address family")
        }
        Cause::DnsSupportOff => about("net/dns-support-off", "The VPC has its DNS resolver switched off"),
        Cause::DnsHostnamesOff => about(
            "net/dns-hostnames-off",
            "The VPC has DNS hostnames switched off: private names of endpoints do not work",
        ),
        Cause::CustomDns => about("net/custom-dns", "The VPC hands out DNS servers of its own"),
        Cause::DnsServerUnreachable => {
            about("net/dns-server-unreachable", "The DNS servers that the VPC hands out cannot be reached")
        }
        Cause::NoAddress => about("net/no-address", "An end of the path has no address of this family"),
        Cause::NoDestination => about("net/no-destination", "No interface has the destination address"),
        Cause::InstanceConnectPort => {
            about("net/instance-connect-port", "An EC2 Instance Connect Endpoint carries ports 22 and 3389 only")
        }
        Cause::InstanceConnectClientIp => about(
            "net/instance-connect-client-ip",
            "The EC2 Instance Connect Endpoint preserves the client's address, which does not work with this receiver",
        ),
        Cause::NatUnsolicited => {
            about("net/nat-unsolicited", "The receiver is a NAT gateway, which takes no connections from outside")
        }
    }
}

fn of_nat_instance(fault: NatInstanceFault) -> About {
    match fault {
        NatInstanceFault::SourceDestCheck => about(
            "net/nat-instance-source-dest-check",
            "The route goes to an instance that drops what is not its own: its source/destination check is on",
        ),
        NatInstanceFault::NotRunning => {
            about("net/nat-instance-not-running", "The route goes to an instance that does not run")
        }
        NatInstanceFault::SecurityGroupIngress => about(
            "net/nat-instance-security-group-ingress",
            "The route goes to an instance whose security groups do not let the sender in",
        ),
        NatInstanceFault::SecurityGroupEgress => about(
            "net/nat-instance-security-group-egress",
            "The route goes to an instance whose security groups do not let packets out to the destination",
        ),
        NatInstanceFault::NoPublicAddress => {
            about("net/nat-instance-no-public-address", "The route goes to an instance without a public address")
        }
        NatInstanceFault::NoRoute => about(
            "net/nat-instance-no-route",
            "The route goes to an instance whose subnet has no route to an internet gateway",
        ),
    }
}

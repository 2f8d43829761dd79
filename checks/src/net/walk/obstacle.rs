//! What stands in the way of a packet.

use crate::evidence::{Component, Evidence};
use crate::net::route::PassedOver;
use crate::net::traffic::Traffic;

/// A distinct fault on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// No outbound rule on the sender's interface allows the packet.
    SecurityGroupEgress,
    /// No inbound rule on the receiver's interface allows the packet.
    SecurityGroupIngress,
    /// The ACL of the sender's subnet drops the packet on its way out.
    NetworkAclOutbound,
    /// The ACL of the sender's subnet drops the replies.
    NetworkAclReply,
    /// The ACL of the receiver's subnet drops the packet.
    DestinationAclInbound,
    /// The ACL of the receiver's subnet drops the replies on their way out.
    DestinationAclReply,
    /// The ACL of the NAT gateway's subnet drops packets from the sender.
    NatSubnetAclFromClient,
    /// The ACL of the NAT gateway's subnet drops the translated packet on its way to the internet.
    NatSubnetAclOutbound,
    /// The ACL of the NAT gateway's subnet drops replies from the internet.
    NatSubnetAclReply,
    /// The ACL of the NAT gateway's subnet drops replies on their way to the sender.
    NatSubnetAclToClient,
    /// The ACL of an endpoint's subnet drops the packet.
    EndpointSubnetAclInbound,
    /// The ACL of an endpoint's subnet drops the replies.
    EndpointSubnetAclReply,
    /// No route leads to the destination.
    NoRoute,
    /// The route that leads to the destination has lost its target.
    Blackhole,
    /// No route leads back to the sender.
    NoReturnRoute,
    /// The route goes to an internet gateway, but the interface has no public IPv4 address.
    NoPublicAddress,
    /// The route goes to an internet gateway that is not attached to the VPC.
    InternetGatewayMissing,
    /// The route goes to an egress-only internet gateway that is not attached to the VPC.
    EgressOnlyGatewayMissing,
    /// VPC Block Public Access stops the packet at the gateway.
    BlockPublicAccess,
    /// The destination is a private address, which an internet gateway drops.
    NotPublicDestination,
    /// The route goes to a peering connection, which carries only addresses of the two VPCs.
    PeeringNoInternet,
    /// The peering connection is not active.
    PeeringState,
    /// The VPC has no attachment to the transit gateway that works.
    TransitGatewayAttachment,
    /// The transit gateway attachment has no subnet in the sender's zone, so that nothing can be sent from there.
    TransitGatewayZone,
    /// The transit gateway attachment does not carry IPv6.
    TransitGatewayFamily,
    /// No transit gateway route table is associated with the attachment.
    TransitGatewayAssociation,
    /// No route of the transit gateway leads to the destination.
    TransitGatewayNoRoute,
    /// The route of the transit gateway drops the packet.
    TransitGatewayBlackhole,
    /// The ACL of the subnet of a transit gateway attachment drops the packet or its replies.
    TransitGatewaySubnetAcl,
    /// The two VPCs are not connected at all.
    DisconnectedVpcs,
    /// The interface takes nothing from the internet.
    InternetDenied,
    /// Packets go round in a circle.
    RoutingLoop,
    /// The sender uses an address that is not its own.
    SpoofedSource,
    /// The gateway carries other protocols only.
    ProtocolNotCarried,
    /// The gateway serves only what is in its own VPC, and the packets come from elsewhere.
    SourceOutsideVpc,
    /// The regional NAT gateway has no address in the sender's zone.
    NatZone,
    /// The NAT gateway is not available.
    NatState,
    /// The NAT gateway is a private one, which reaches no internet.
    NatPrivate,
    /// The table of the NAT gateway's subnet has no route to an internet gateway.
    NatInPrivateSubnet,
    /// The route of the NAT gateway's subnet has lost its target.
    NatSubnetBlackhole,
    /// The table of the NAT gateway's subnet sends packets back to the same gateway.
    NatPointsToItself,
    /// The NAT gateway has no working public address.
    NatAddressMissing,
    /// The route goes to an instance that cannot forward.
    NatInstance(NatInstanceFault),
    /// The endpoint is not available.
    EndpointState,
    /// The groups of the endpoint do not let the sender in.
    EndpointSecurityGroup,
    /// The endpoint has no private DNS name, so that the service's name does not lead to it.
    EndpointPrivateDnsOff,
    /// The endpoint does not answer on the sender's address family.
    EndpointAddressFamily,
    /// `enableDnsSupport` of the VPC is off: the Amazon resolver does not answer.
    DnsSupportOff,
    /// `enableDnsHostnames` of the VPC is off: private names of endpoints do not work.
    DnsHostnamesOff,
    /// The VPC hands out DNS servers of its own; what they answer is not known.
    CustomDns,
    /// The DNS servers that the VPC hands out cannot be reached.
    DnsServerUnreachable,
    /// The interface has no address at all.
    NoAddress,
    /// No interface has the destination address.
    NoDestination,
    /// The receiver is a NAT gateway, which takes no connections from outside.
    NatUnsolicited,
    /// An EC2 Instance Connect Endpoint carries other ports only.
    InstanceConnectPort,
    /// An EC2 Instance Connect Endpoint preserves the client's address, which does not work with that receiver.
    InstanceConnectClientIp,
}

/// Why an instance cannot stand in for a NAT gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NatInstanceFault {
    /// It drops what is not its own: the source/destination check is on.
    SourceDestCheck,
    /// It does not run.
    NotRunning,
    /// Its groups do not let the sender in.
    SecurityGroupIngress,
    /// Its groups do not let packets out to the destination.
    SecurityGroupEgress,
    /// It has no public address.
    NoPublicAddress,
    /// Its subnet has no route to an internet gateway.
    NoRoute,
}

impl Cause {
    /// Every cause.
    pub const ALL: &[Self] = &[
        Self::SecurityGroupEgress,
        Self::SecurityGroupIngress,
        Self::NetworkAclOutbound,
        Self::NetworkAclReply,
        Self::DestinationAclInbound,
        Self::DestinationAclReply,
        Self::NatSubnetAclFromClient,
        Self::NatSubnetAclOutbound,
        Self::NatSubnetAclReply,
        Self::NatSubnetAclToClient,
        Self::EndpointSubnetAclInbound,
        Self::EndpointSubnetAclReply,
        Self::NoRoute,
        Self::Blackhole,
        Self::NoReturnRoute,
        Self::NoPublicAddress,
        Self::InternetGatewayMissing,
        Self::EgressOnlyGatewayMissing,
        Self::BlockPublicAccess,
        Self::NotPublicDestination,
        Self::PeeringNoInternet,
        Self::PeeringState,
        Self::TransitGatewayAttachment,
        Self::TransitGatewayZone,
        Self::TransitGatewayFamily,
        Self::TransitGatewayAssociation,
        Self::TransitGatewayNoRoute,
        Self::TransitGatewayBlackhole,
        Self::TransitGatewaySubnetAcl,
        Self::DisconnectedVpcs,
        Self::InternetDenied,
        Self::RoutingLoop,
        Self::SpoofedSource,
        Self::ProtocolNotCarried,
        Self::SourceOutsideVpc,
        Self::NatZone,
        Self::NatState,
        Self::NatPrivate,
        Self::NatInPrivateSubnet,
        Self::NatSubnetBlackhole,
        Self::NatPointsToItself,
        Self::NatAddressMissing,
        Self::EndpointState,
        Self::EndpointSecurityGroup,
        Self::EndpointPrivateDnsOff,
        Self::EndpointAddressFamily,
        Self::DnsSupportOff,
        Self::DnsHostnamesOff,
        Self::CustomDns,
        Self::DnsServerUnreachable,
        Self::NoAddress,
        Self::NoDestination,
        Self::NatUnsolicited,
        Self::InstanceConnectPort,
        Self::InstanceConnectClientIp,
        Self::NatInstance(NatInstanceFault::SourceDestCheck),
        Self::NatInstance(NatInstanceFault::NotRunning),
        Self::NatInstance(NatInstanceFault::SecurityGroupIngress),
        Self::NatInstance(NatInstanceFault::SecurityGroupEgress),
        Self::NatInstance(NatInstanceFault::NoPublicAddress),
        Self::NatInstance(NatInstanceFault::NoRoute),
    ];

    /// The code that Reachability Analyzer gives for this fault, where it has one.
    ///
    /// Source: Reachability Analyzer guide, "Explanation codes".
    pub fn code(self) -> Option<&'static str> {
        Some(match self {
            Self::SecurityGroupEgress | Self::SecurityGroupIngress | Self::EndpointSecurityGroup => {
                "ENI_SG_RULES_MISMATCH"
            }
            Self::NetworkAclOutbound
            | Self::NetworkAclReply
            | Self::DestinationAclInbound
            | Self::DestinationAclReply
            | Self::NatSubnetAclFromClient
            | Self::NatSubnetAclOutbound
            | Self::NatSubnetAclReply
            | Self::NatSubnetAclToClient
            | Self::EndpointSubnetAclInbound
            | Self::EndpointSubnetAclReply
            | Self::TransitGatewaySubnetAcl => "SUBNET_ACL_RESTRICTION",
            Self::NoRoute | Self::NoReturnRoute | Self::NatInPrivateSubnet | Self::NatPointsToItself => {
                "NO_ROUTE_TO_DESTINATION"
            }
            Self::Blackhole | Self::NatSubnetBlackhole => "BAD_STATE_ROUTE",
            Self::TransitGatewayAttachment => "BAD_STATE_ATTACHMENT",
            Self::TransitGatewayZone => "TGW_ROUTE_AZ_RESTRICTION",
            Self::TransitGatewayAssociation => "TGW_ATTACH_MISSING_TGW_RTB_ASSOCIATION",
            Self::TransitGatewayNoRoute => "TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT",
            Self::TransitGatewayBlackhole => "TGW_RTB_BAD_STATE_ROUTE",
            Self::DisconnectedVpcs => "DISCONNECTED_VPCS",
            Self::SpoofedSource => "ENI_ADDRESS_RESTRICTION",
            Self::ProtocolNotCarried => "PROTOCOL_RESTRICTION",
            Self::NatZone => "REGIONAL_NGW_ROUTE_AZ_RESTRICTION",
            Self::RoutingLoop | Self::TransitGatewayFamily | Self::InternetDenied => "NO_PATH",
            Self::NoPublicAddress | Self::NatPrivate | Self::NatAddressMissing => {
                "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS"
            }
            Self::InternetGatewayMissing | Self::EgressOnlyGatewayMissing => "BAD_STATE_ATTACHMENT",
            Self::BlockPublicAccess => "VPC_BLOCK_PUBLIC_ACCESS_ENABLED",
            Self::NotPublicDestination => "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS",
            Self::PeeringNoInternet => "PCX_REQUIRES_ADDRESS_IN_VPC_CIDR",
            Self::NatState | Self::EndpointState | Self::PeeringState => "BAD_STATE",
            Self::NatInstance(NatInstanceFault::SourceDestCheck) => "ENI_SOURCE_DEST_CHECK_RESTRICTION",
            Self::NatInstance(NatInstanceFault::NotRunning) => "BAD_STATE",
            Self::NatInstance(NatInstanceFault::NoPublicAddress) => "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS",
            Self::NatInstance(NatInstanceFault::NoRoute) => "NO_ROUTE_TO_DESTINATION",
            Self::NatInstance(NatInstanceFault::SecurityGroupIngress | NatInstanceFault::SecurityGroupEgress) => {
                "ENI_SG_RULES_MISMATCH"
            }
            Self::NoDestination => "NO_POSSIBLE_DESTINATION",
            Self::NatUnsolicited => "NGW_REQUIRES_SOURCE_IN_VPC",
            Self::NoAddress => "UNASSOCIATED_COMPONENT",
            Self::EndpointPrivateDnsOff
            | Self::EndpointAddressFamily
            | Self::DnsSupportOff
            | Self::DnsHostnamesOff
            | Self::CustomDns
            | Self::DnsServerUnreachable
            | Self::SourceOutsideVpc
            | Self::InstanceConnectPort
            | Self::InstanceConnectClientIp => return None,
        })
    }
}

/// How much an obstacle stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// Every packet in question.
    Blocked,
    /// Some packets for certain: some client ports, or some of the addresses that are in use.
    Degraded,
    /// Perhaps: it stops some of the addresses that could be meant, and which are meant is not known.
    Possible,
}

/// A fault on the way, with its proof.
#[derive(Debug, Clone, PartialEq)]
pub struct Obstacle {
    /// What is wrong.
    pub cause: Cause,
    /// How much it stops.
    pub effect: Effect,
    /// Whether it stops the replies.
    pub is_on_return: bool,
    /// The resource that is at fault.
    pub component: Component,
    /// The packets that met it, as they look at that point; `None` where names and not packets are concerned.
    pub header: Option<Traffic>,
    /// The line that decides, in words: "entry 100 of `acl-1`", "0.0.0.0/0 -> nat-1".
    pub by: Option<String>,
    /// Code of Reachability Analyzer, where it has one.
    pub code: Option<&'static str>,
    /// The members of answers that say so.
    pub evidence: Vec<Evidence>,
    /// What passes all the same when the obstacle stops only a part.
    pub passes: Option<String>,
    /// Where routes decide: the others that do not, and why.
    pub passed_over: Vec<PassedOver>,
}

impl Obstacle {
    /// An obstacle that stops everything.
    pub fn new(cause: Cause, component: Component, evidence: Vec<Evidence>) -> Self {
        Self {
            cause,
            effect: Effect::Blocked,
            is_on_return: false,
            component,
            header: None,
            by: None,
            code: cause.code(),
            evidence,
            passes: None,
            passed_over: Vec::new(),
        }
    }

    /// With the line that decides.
    #[must_use]
    pub fn by(mut self, line: impl Into<String>) -> Self {
        self.by = Some(line.into());
        self
    }

    /// With the packets that met it.
    #[must_use]
    pub fn stopping(mut self, header: Traffic) -> Self {
        self.header = Some(header);
        self
    }

    /// Whether two obstacles are the same fault of the same resource, though different packets met it.
    pub fn is_same_as(&self, other: &Self) -> bool {
        self.cause == other.cause && self.component == other.component && self.by == other.by
    }
}

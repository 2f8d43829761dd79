//! What a world may have in it, and which of that the engine walks.

/// Something that a walk has to understand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Feature {
    /// Internet gateways and public addresses, either way round.
    Internet,
    /// Egress-only gateways.
    EgressOnly,
    /// Public NAT gateways with a route to an internet gateway.
    Nat,
    /// The private address of a NAT gateway as destination.
    NatAsDestination,
    /// Private addresses outside the VPC as destinations of a subnet with a NAT gateway.
    NatToPrivateAddresses,
    /// Protocols that NAT gateways do not carry.
    NatOtherProtocols,
    /// Narrow routes in the table of a NAT gateway's subnet.
    NatNarrowRoutes,
    /// NAT gateways without a public address.
    PrivateNat,
    /// A NAT gateway as next hop of another one.
    NatChains,
    /// VPC Block Public Access.
    PublicAccess,
    /// Prefix lists in rules and routes.
    PrefixLists,
    /// Prefix lists of which one block lies in another.
    NestedPrefixListEntries,
    /// Two prefix lists with the same block in one route table.
    AmbiguousPrefixLists,
    /// A prefix list that nobody was allowed to read.
    UnreadablePrefixLists,
    /// Routes to interfaces that forward.
    Appliances,
    /// Routes for subnets that take packets from the local one, to an appliance.
    MoreSpecificThanLocal,
    /// Appliances on the way of replies to somebody out there.
    RepliesThroughAppliances,
    /// Appliances between an interface with a public address of its own and the internet.
    TransparentAppliances,
    /// Appliances and Block Public Access.
    AppliancesUnderPublicAccess,
    /// Appliances with a second interface, wherever that is.
    AppliancesOfTwo,
    /// Appliances in the subnet that sends to them, or in that which gets what they forward.
    AppliancesNearby,
    /// Appliances in a VPC with a NAT gateway, either of which may be the next hop of the other.
    AppliancesBesideNat,
    /// ICMP messages that nobody answers.
    UnansweredIcmp,
    /// Routes for subnets that take packets from the local one, to a NAT gateway.
    NatInside,
    /// Virtual private gateways, with routes that they propagate.
    VirtualPrivateGateway,
    /// Propagated routes to blocks inside the VPC.
    PropagatedInside,
    /// Interfaces that are asked for a family of which they have no address.
    MissingFamily,
    /// Any IPv6 address out there as an end.
    AnyIpv6Address,
    /// More than one address of a family on an interface.
    SecondaryAddresses,
    /// Public addresses of these VPCs as destinations from inside them.
    Reflection,
    /// Another VPC over a peering connection.
    Peering,
    /// The same for IPv6.
    PeeringOverIpv6,
    /// Another VPC over a transit gateway.
    TransitGateway,
}

/// Every feature, with whether the engine must say exactly what single packets say. With the others one of the two is more careful: about what is
/// behind a gateway or an appliance, about replies that come back another way, or about which of several addresses is meant.
const WALKED: &[(Feature, bool)] = &[
    (Feature::Internet, true),
    (Feature::EgressOnly, true),
    (Feature::Nat, true),
    (Feature::NatAsDestination, true),
    (Feature::NatToPrivateAddresses, true),
    (Feature::NatOtherProtocols, true),
    (Feature::NatNarrowRoutes, true),
    (Feature::PrivateNat, true),
    (Feature::NatChains, true),
    (Feature::PublicAccess, true),
    (Feature::PrefixLists, true),
    (Feature::NestedPrefixListEntries, true),
    (Feature::AmbiguousPrefixLists, false),
    (Feature::UnreadablePrefixLists, false),
    (Feature::Appliances, true),
    (Feature::RepliesThroughAppliances, true),
    (Feature::TransparentAppliances, false),
    (Feature::AppliancesUnderPublicAccess, true),
    (Feature::AppliancesOfTwo, false),
    (Feature::AppliancesNearby, false),
    (Feature::AppliancesBesideNat, false),
    (Feature::UnansweredIcmp, false),
    (Feature::MoreSpecificThanLocal, true),
    (Feature::NatInside, true),
    (Feature::VirtualPrivateGateway, false),
    (Feature::PropagatedInside, true),
    (Feature::MissingFamily, false),
    (Feature::AnyIpv6Address, false),
    (Feature::SecondaryAddresses, false),
    (Feature::Reflection, true),
    (Feature::Peering, true),
    (Feature::PeeringOverIpv6, false),
    (Feature::TransitGateway, false),
];

/// Every feature there is.
pub(crate) fn all() -> Vec<Feature> {
    WALKED.iter().map(|(feature, _)| *feature).collect()
}

/// Whether the engine walks a feature; `ALSO=Peering,Reflection` from outside switches more of them on.
pub(crate) fn is_walked(feature: Feature) -> bool {
    let also = std::env::var("ALSO").unwrap_or_default();
    WALKED.iter().any(|(known, is_walked)| *known == feature && *is_walked)
        || also.split(',').any(|name| name == format!("{feature:?}"))
}

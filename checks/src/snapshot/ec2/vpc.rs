//! VPCs and subnets with what rules in them: route tables, network ACLs, security groups, Block Public Access, encryption control.

use super::*;

shapes! {
    /// `DescribeVpcs`.
    Vpc {
        /// Such as `vpc-0abc`.
        vpc_id: String,
        /// Primary IPv4 block.
        cidr_block: String,
        /// Every IPv4 block.
        cidr_block_association_set: Vec<CidrBlockAssociation>,
        /// Every IPv6 block.
        ipv6_cidr_block_association_set: Vec<CidrBlockAssociation>,
        /// DHCP option set, or `default` for none.
        dhcp_options_id: String,
        /// `default` or `dedicated`.
        instance_tenancy: String,
        /// Whether it is the Region's default VPC.
        is_default: bool,
        /// Owner account.
        owner_id: String,
        /// How Block Public Access stands for this VPC.
        block_public_access_states: Option<BlockPublicAccessStates>,
        /// Encryption control, where it was set up.
        encryption_control: Option<VpcEncryptionControl>,
        /// Tags.
        tags: Vec<Tag>,
    }
    /// What a VPC lets pass only encrypted.
    VpcEncryptionControl {
        /// `monitor` or `enforce`.
        mode: String,
        /// `available`, `deleted` and the states between.
        state: String,
        /// What is let pass all the same.
        resource_exclusions: Option<VpcEncryptionControlExclusions>,
    }
    /// Kinds of gateways that encryption control may leave out.
    VpcEncryptionControlExclusions {
        /// Internet gateways.
        internet_gateway: VpcEncryptionControlExclusion,
        /// Egress-only internet gateways.
        egress_only_internet_gateway: VpcEncryptionControlExclusion,
        /// NAT gateways.
        nat_gateway: VpcEncryptionControlExclusion,
        /// Virtual private gateways.
        virtual_private_gateway: VpcEncryptionControlExclusion,
        /// Peering connections.
        vpc_peering: VpcEncryptionControlExclusion,
    }
    /// Whether a kind is left out.
    VpcEncryptionControlExclusion {
        /// `enabled`, `disabled` and the states between.
        state: String,
    }
    /// An IPv4 or IPv6 block of a VPC or subnet.
    CidrBlockAssociation {
        /// IPv4 block.
        cidr_block: String,
        /// IPv6 block.
        ipv6_cidr_block: String,
        /// State of an IPv4 block.
        cidr_block_state: BlockState,
        /// State of an IPv6 block.
        ipv6_cidr_block_state: BlockState,
    }
    /// State of a block's association.
    BlockState {
        /// `associating`, `associated`, `disassociating`, `disassociated`, `failing`, `failed`.
        state: String,
    }
    /// Block Public Access as it stands for a VPC or subnet.
    BlockPublicAccessStates {
        /// `off`, `block-bidirectional` or `block-ingress`.
        internet_gateway_block_mode: String,
    }
    /// `DescribeSubnets`.
    Subnet {
        /// Such as `subnet-0abc`.
        subnet_id: String,
        /// VPC.
        vpc_id: String,
        /// Zone.
        availability_zone: String,
        /// Zone id, such as `euw1-az2`.
        availability_zone_id: String,
        /// IPv4 block; empty for an IPv6-only subnet.
        cidr_block: String,
        /// IPv6 blocks.
        ipv6_cidr_block_association_set: Vec<CidrBlockAssociation>,
        /// IPv6 only.
        ipv6_native: bool,
        /// Whether the resolver synthesises IPv6 addresses (DNS64).
        enable_dns64: bool,
        /// Whether new instances get a public address; says nothing about a running one.
        map_public_ip_on_launch: bool,
        /// Free addresses.
        available_ip_address_count: Option<i64>,
        /// Owner account; another than the caller's for a shared subnet.
        owner_id: String,
        /// How Block Public Access stands for this subnet.
        block_public_access_states: Option<BlockPublicAccessStates>,
        /// Tags.
        tags: Vec<Tag>,
    }
    /// `DescribeRouteTables`.
    RouteTable {
        /// Such as `rtb-0abc`.
        route_table_id: String,
        /// VPC.
        vpc_id: String,
        /// Subnets and gateways it serves, and whether it is the main table.
        associations: Vec<RouteTableAssociation>,
        /// Its routes.
        routes: Vec<Route>,
        /// Owner account.
        owner_id: String,
    }
    /// Whom a route table serves.
    RouteTableAssociation {
        /// Whether it is the VPC's main table.
        main: bool,
        /// Id of the association.
        route_table_association_id: String,
        /// A subnet, when explicit.
        subnet_id: String,
        /// An internet or virtual private gateway (edge association).
        gateway_id: String,
        /// State; absent in older answers, which then means associated.
        association_state: Option<BlockState>,
    }
    /// A route.
    Route {
        /// IPv4 destination.
        destination_cidr_block: String,
        /// IPv6 destination.
        destination_ipv6_cidr_block: String,
        /// Prefix list as destination.
        destination_prefix_list_id: String,
        /// `local`, `igw-…`, `vgw-…`, `vpce-…` (gateway and Gateway Load Balancer endpoints).
        gateway_id: String,
        /// `eigw-…`.
        egress_only_internet_gateway_id: String,
        /// `nat-…`.
        nat_gateway_id: String,
        /// `tgw-…`.
        transit_gateway_id: String,
        /// `pcx-…`.
        vpc_peering_connection_id: String,
        /// `eni-…`.
        network_interface_id: String,
        /// `i-…`, shown beside its interface.
        instance_id: String,
        /// `cagw-…`.
        carrier_gateway_id: String,
        /// `lgw-…`.
        local_gateway_id: String,
        /// Cloud WAN core network ARN.
        core_network_arn: String,
        /// Oracle Database@AWS network ARN.
        odb_network_arn: String,
        /// `CreateRouteTable`, `CreateRoute`, `EnableVgwRoutePropagation`, `Advertisement`.
        origin: String,
        /// `active`, `blackhole` or `filtered`.
        state: String,
    }
    /// `DescribeNetworkAcls`.
    NetworkAcl {
        /// Such as `acl-0abc`.
        network_acl_id: String,
        /// VPC.
        vpc_id: String,
        /// Whether it is the VPC's default list.
        is_default: bool,
        /// Subnets that it guards.
        associations: Vec<NetworkAclAssociation>,
        /// Its entries, in no order.
        entries: Vec<NetworkAclEntry>,
    }
    /// A subnet that a network ACL guards.
    NetworkAclAssociation {
        /// Id of the association.
        network_acl_association_id: String,
        /// The subnet.
        subnet_id: String,
    }
    /// A network ACL entry.
    NetworkAclEntry {
        /// IPv4 block.
        cidr_block: String,
        /// IPv6 block.
        ipv6_cidr_block: String,
        /// `true` for traffic that leaves the subnet.
        egress: bool,
        /// Type and code for protocols 1 and 58; -1 is any.
        icmp_type_code: Option<IcmpTypeCode>,
        /// Ports for protocols 6 and 17.
        port_range: Option<PortRange>,
        /// A protocol number as text, `-1` for all.
        protocol: String,
        /// `allow` or `deny`.
        rule_action: String,
        /// 1 to 32766; 32767 and above are the implicit denies.
        rule_number: i64,
    }
    /// ICMP type and code of an entry.
    IcmpTypeCode {
        /// -1 is any.
        r#type: i64,
        /// -1 is any.
        code: i64,
    }
    /// Ports of an entry.
    PortRange {
        /// First port.
        from: i64,
        /// Last port.
        to: i64,
    }
    /// `DescribeSecurityGroups`.
    SecurityGroup {
        /// Such as `sg-0abc`.
        group_id: String,
        /// Its name.
        group_name: String,
        /// What somebody wrote of it.
        description: String,
        /// The VPC it was made in; an interface elsewhere may carry it all the same.
        vpc_id: String,
        /// Owner account.
        owner_id: String,
        /// Inbound rules.
        ip_permissions: Vec<IpPermission>,
        /// Outbound rules.
        ip_permissions_egress: Vec<IpPermission>,
    }
    /// A rule of a security group: one protocol and port range, many peers.
    IpPermission {
        /// `tcp`, `udp`, `icmp`, `icmpv6`, a number, or `-1` for all.
        ip_protocol: String,
        /// First port, or ICMP type; absent for all protocols.
        from_port: Option<i64>,
        /// Last port, or ICMP code; absent for all protocols.
        to_port: Option<i64>,
        /// IPv4 peers.
        ip_ranges: Vec<IpRange>,
        /// IPv6 peers.
        ipv6_ranges: Vec<Ipv6Range>,
        /// Prefix lists as peers.
        prefix_list_ids: Vec<PrefixListId>,
        /// Groups as peers.
        user_id_group_pairs: Vec<UserIdGroupPair>,
    }
    /// An IPv4 peer.
    IpRange {
        /// The block.
        cidr_ip: String,
        /// What somebody wrote of it.
        description: String,
    }
    /// An IPv6 peer.
    Ipv6Range {
        /// The block.
        cidr_ipv6: String,
        /// What somebody wrote of it.
        description: String,
    }
    /// A prefix list as a peer.
    PrefixListId {
        /// Such as `pl-0abc`.
        prefix_list_id: String,
    }
    /// A group as a peer.
    UserIdGroupPair {
        /// The group.
        group_id: String,
        /// Its account.
        user_id: String,
        /// Its VPC, when it is another one.
        vpc_id: String,
        /// The peering connection, when it lies behind one.
        vpc_peering_connection_id: String,
        /// Status of that connection; `deleted` makes the rule stale.
        peering_status: String,
    }
    /// `DescribeVpcBlockPublicAccessOptions`.
    VpcBlockPublicAccessOptions {
        /// `off`, `block-bidirectional` or `block-ingress`.
        internet_gateway_block_mode: String,
        /// `account` or `declarative-policy`.
        managed_by: String,
        /// `not-allowed` or `allowed`.
        exclusions_allowed: String,
        /// `default-state`, `update-in-progress`, `update-complete`.
        state: String,
    }
    /// `DescribeVpcBlockPublicAccessExclusions`.
    VpcBlockPublicAccessExclusion {
        /// Id of the exclusion.
        exclusion_id: String,
        /// `allow-bidirectional` or `allow-egress`.
        internet_gateway_exclusion_mode: String,
        /// ARN of the VPC or subnet.
        resource_arn: String,
        /// `create-complete`, `update-complete`, …
        state: String,
    }
    /// `DescribeSecurityGroupVpcAssociations`: a group that serves another VPC than its own.
    SecurityGroupVpcAssociation {
        /// Group and VPC, `sg-1/vpc-2`.
        key: String,
        /// The group.
        group_id: String,
        /// The other VPC.
        vpc_id: String,
        /// `associated` when it works.
        state: String,
    }
}

//! EC2 and VPC resources, with the members that verdicts rest on, under AWS's names.
//!
//! Shapes: EC2 API reference, data types. Unknown members are skipped; states and types stay text, since the service adds values
//! and spells some of them otherwise than its model (`available` for an endpoint that the model calls `Available`).

use serde::Deserialize;

macro_rules! shapes {
    ($($(#[$meta:meta])* $name:ident { $($(#[$fmeta:meta])* $field:ident: $ty:ty),* $(,)? })*) => {
        $(
            $(#[$meta])*
            #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
            #[serde(rename_all = "PascalCase", default)]
            pub struct $name { $($(#[$fmeta])* pub $field: $ty),* }
        )*
    };
}
pub(crate) use shapes;

shapes! {
    /// A tag of any resource.
    Tag {
        /// Its key.
        key: String,
        /// Its value.
        value: String,
    }
    /// `DescribeInstances`: an instance, with the account that owns its reservation.
    Instance {
        /// Such as `i-0abc`.
        instance_id: String,
        /// Account of the reservation, 12 digits; empty in hand-made facts.
        owner_id: String,
        /// The image it was launched from.
        image_id: String,
        /// Such as `t3.micro`.
        instance_type: String,
        /// `windows`, or empty for everything else.
        platform: String,
        /// Such as `Linux/UNIX` or `Windows with SQL Server Standard`.
        platform_details: String,
        /// RFC 3339.
        #[serde(deserialize_with = "super::text::time")]
        launch_time: String,
        /// Where it stands in its life.
        state: InstanceState,
        /// Why it changed state last.
        state_reason: StateReason,
        /// Text with the time of the last transition, such as `User initiated (2026-11-20 08:00:00 GMT)`.
        state_transition_reason: String,
        /// The VPC; empty once terminated.
        vpc_id: String,
        /// The subnet of the primary interface; empty once terminated.
        subnet_id: String,
        /// Primary private IPv4 address.
        private_ip_address: String,
        /// Public IPv4 address, empty when there is none.
        public_ip_address: String,
        /// The name that leads to the private address, such as `ip-10-0-1-10.eu-west-1.compute.internal`.
        private_dns_name: String,
        /// The name of the public address; inside the VPC it leads to the private one.
        public_dns_name: String,
        /// The instance profile, when one is attached.
        iam_instance_profile: Option<IamInstanceProfile>,
        /// How the metadata service is set.
        metadata_options: Option<MetadataOptions>,
        /// Every network interface with its groups and addresses.
        network_interfaces: Vec<InstanceNetworkInterface>,
        /// Where it runs.
        placement: Placement,
        /// `ebs` or `instance-store`.
        root_device_type: String,
        /// The groups of the primary interface.
        security_groups: Vec<GroupIdentifier>,
        /// Whether forwarding is refused on the primary interface.
        source_dest_check: Option<bool>,
        /// Tags, `Name` among them.
        tags: Vec<Tag>,
    }
    /// Life cycle of an instance.
    InstanceState {
        /// `pending`, `running`, `shutting-down`, `terminated`, `stopping` or `stopped`.
        name: String,
    }
    /// Why an instance changed state.
    StateReason {
        /// Such as `Client.UserInitiatedShutdown`.
        code: String,
        /// In words.
        message: String,
    }
    /// The instance profile as the instance shows it.
    IamInstanceProfile {
        /// ARN of the profile.
        arn: String,
        /// `AIPA…` id of the profile that was attached.
        id: String,
    }
    /// Instance metadata service settings.
    MetadataOptions {
        /// `enabled` or `disabled`.
        http_endpoint: String,
        /// `required` (version 2 only) or `optional`.
        http_tokens: String,
        /// `pending` or `applied`.
        state: String,
        /// 1 to 64.
        http_put_response_hop_limit: Option<i64>,
    }
    /// Availability Zone and tenancy.
    Placement {
        /// Such as `eu-west-1a`.
        availability_zone: String,
        /// `default`, `dedicated` or `host`.
        tenancy: String,
    }
    /// A security group as an interface names it.
    GroupIdentifier {
        /// Such as `sg-0abc`.
        group_id: String,
        /// Its name.
        group_name: String,
    }
    /// A network interface as `DescribeInstances` shows it.
    InstanceNetworkInterface {
        /// Such as `eni-0abc`.
        network_interface_id: String,
        /// Subnet of the interface.
        subnet_id: String,
        /// VPC of the interface.
        vpc_id: String,
        /// Groups on this interface.
        groups: Vec<GroupIdentifier>,
        /// IPv6 addresses.
        ipv6_addresses: Vec<Ipv6Address>,
        /// Primary private IPv4 address.
        private_ip_address: String,
        /// Every private IPv4 address with its public one.
        private_ip_addresses: Vec<PrivateIpAddress>,
        /// Whether traffic that is not its own is dropped.
        source_dest_check: Option<bool>,
        /// `in-use` and others.
        status: String,
        /// Where it is attached.
        attachment: Option<NetworkInterfaceAttachment>,
        /// The primary address's public side.
        association: Option<AddressAssociation>,
        /// `interface`, `efa`, …
        interface_type: String,
    }
    /// How an interface is attached.
    NetworkInterfaceAttachment {
        /// 0 is the primary interface.
        device_index: i64,
        /// `attached` and others.
        status: String,
        /// The instance, in `DescribeNetworkInterfaces`.
        instance_id: String,
    }
    /// One IPv6 address.
    Ipv6Address {
        /// The address.
        ipv6_address: String,
    }
    /// One private IPv4 address of an interface.
    PrivateIpAddress {
        /// The address.
        private_ip_address: String,
        /// Whether it is the interface's first.
        primary: bool,
        /// The public address that the internet gateway pairs with it.
        association: Option<AddressAssociation>,
    }
    /// A public address paired with a private one.
    AddressAssociation {
        /// Public or Elastic address.
        public_ip: String,
        /// `amazon` for an auto-assigned one, else the account of the Elastic address.
        ip_owner_id: String,
        /// Id of an Elastic address's association.
        association_id: String,
    }
    /// `DescribeNetworkInterfaces`.
    NetworkInterface {
        /// Such as `eni-0abc`.
        network_interface_id: String,
        /// Subnet of the interface.
        subnet_id: String,
        /// VPC of the interface.
        vpc_id: String,
        /// Zone of the interface.
        availability_zone: String,
        /// Free text; Lambda and load balancers write who they are.
        description: String,
        /// Groups on it.
        groups: Vec<GroupIdentifier>,
        /// `interface`, `nat_gateway`, `vpc_endpoint`, `lambda`, … any text.
        interface_type: String,
        /// IPv6 addresses.
        ipv6_addresses: Vec<Ipv6Address>,
        /// Owner account.
        owner_id: String,
        /// Primary private IPv4 address.
        private_ip_address: String,
        /// Every private IPv4 address.
        private_ip_addresses: Vec<PrivateIpAddress>,
        /// Whether a service made it.
        requester_managed: bool,
        /// Whether traffic that is not its own is dropped.
        source_dest_check: Option<bool>,
        /// `available`, `in-use`, …
        status: String,
        /// Where it is attached.
        attachment: Option<NetworkInterfaceAttachment>,
        /// The primary address's public side.
        association: Option<AddressAssociation>,
        /// IPv6 from the internet refused and no Elastic IP possible.
        deny_all_igw_traffic: bool,
    }
    /// `DescribeInstanceStatus`.
    InstanceStatus {
        /// The instance.
        instance_id: String,
        /// Life cycle.
        instance_state: InstanceState,
        /// What the operating system answers.
        instance_status: StatusSummary,
        /// What the host answers.
        system_status: StatusSummary,
        /// What the attached volumes answer; absent on older answers.
        attached_ebs_status: Option<StatusSummary>,
        /// Scheduled events.
        events: Vec<InstanceStatusEvent>,
    }
    /// A status check.
    StatusSummary {
        /// `ok`, `impaired`, `insufficient-data`, `not-applicable`, `initializing`.
        status: String,
        /// Parts of it.
        details: Vec<StatusDetail>,
    }
    /// Part of a status check.
    StatusDetail {
        /// `reachability`.
        name: String,
        /// `passed`, `failed`, …
        status: String,
        /// RFC 3339, when it failed.
        #[serde(deserialize_with = "super::text::time")]
        impaired_since: String,
    }
    /// A scheduled event.
    InstanceStatusEvent {
        /// `instance-reboot`, `system-reboot`, `system-maintenance`, `instance-retirement`, `instance-stop`.
        code: String,
        /// In words; begins with `[Completed]` or `[Canceled]` when over.
        description: String,
        /// Id of the event.
        instance_event_id: String,
        /// RFC 3339.
        #[serde(deserialize_with = "super::text::time")]
        not_before: String,
    }
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
    /// `DescribeVpcEndpoints`.
    VpcEndpoint {
        /// Such as `vpce-0abc`.
        vpc_endpoint_id: String,
        /// `Interface`, `Gateway`, `GatewayLoadBalancer`, …
        vpc_endpoint_type: String,
        /// VPC.
        vpc_id: String,
        /// Such as `com.amazonaws.eu-west-1.ssm`.
        service_name: String,
        /// `available`, `pending`, `pendingAcceptance`, `rejected`, `failed`, `expired`, `deleting`, …
        state: String,
        /// Policy as JSON text; empty where the service has none.
        #[serde(deserialize_with = "super::text::document")]
        policy_document: String,
        /// Tables that carry a gateway endpoint's route.
        route_table_ids: Vec<String>,
        /// Subnets with an interface of it.
        subnet_ids: Vec<String>,
        /// Groups of an interface endpoint.
        groups: Vec<GroupIdentifier>,
        /// Whether the service's own name resolves to it inside the VPC.
        private_dns_enabled: bool,
        /// Its interfaces.
        network_interface_ids: Vec<String>,
        /// Names it answers to.
        dns_entries: Vec<DnsEntry>,
        /// `ipv4`, `dualstack` or `ipv6`.
        ip_address_type: String,
        /// Which records its names have.
        dns_options: Option<DnsOptions>,
        /// Why it failed.
        last_error: Option<LastError>,
        /// Owner account.
        owner_id: String,
        /// Tags.
        tags: Vec<Tag>,
    }
    /// A name of an endpoint.
    DnsEntry {
        /// The name.
        dns_name: String,
        /// Its zone.
        hosted_zone_id: String,
    }
    /// DNS settings of an endpoint.
    DnsOptions {
        /// `ipv4`, `dualstack`, `ipv6`, `service-defined`.
        dns_record_ip_type: String,
    }
    /// Why an endpoint failed.
    LastError {
        /// Code.
        code: String,
        /// In words.
        message: String,
    }
    /// `DescribeNatGateways`.
    NatGateway {
        /// Such as `nat-0abc`.
        nat_gateway_id: String,
        /// Its subnet; empty for a regional gateway.
        subnet_id: String,
        /// VPC.
        vpc_id: String,
        /// `pending`, `failed`, `available`, `deleting`, `deleted`.
        state: String,
        /// `public` or `private`; absent means public.
        connectivity_type: String,
        /// `zonal` or `regional`; absent means zonal.
        availability_mode: String,
        /// `enabled` or `disabled`: whether a regional gateway gets addresses in new zones by itself.
        auto_provision_zones: String,
        /// Own route table of a regional gateway.
        route_table_id: String,
        /// Why it failed.
        failure_code: String,
        /// Why it failed, in words.
        failure_message: String,
        /// Addresses.
        nat_gateway_addresses: Vec<NatGatewayAddress>,
    }
    /// An address of a NAT gateway.
    NatGatewayAddress {
        /// Id of the Elastic address.
        allocation_id: String,
        /// Its interface.
        network_interface_id: String,
        /// Private address.
        private_ip: String,
        /// Public address.
        public_ip: String,
        /// `assigning`, `unassigning`, `associating`, `disassociating`, `succeeded`, `failed`; absent in older answers.
        status: String,
        /// Zone, for a regional gateway.
        availability_zone: String,
    }
    /// `DescribeInternetGateways`.
    InternetGateway {
        /// Such as `igw-0abc`.
        internet_gateway_id: String,
        /// The VPC it is attached to; state `available` when it works.
        attachments: Vec<GatewayAttachment>,
    }
    /// Attachment of an internet or egress-only gateway.
    GatewayAttachment {
        /// `available` for an internet gateway, `attached` for an egress-only one.
        state: String,
        /// VPC.
        vpc_id: String,
    }
    /// `DescribeEgressOnlyInternetGateways`.
    EgressOnlyInternetGateway {
        /// Such as `eigw-0abc`.
        egress_only_internet_gateway_id: String,
        /// Where it is attached.
        attachments: Vec<GatewayAttachment>,
    }
    /// `DescribeDhcpOptions`.
    DhcpOptions {
        /// Such as `dopt-0abc`.
        dhcp_options_id: String,
        /// Key and values.
        dhcp_configurations: Vec<DhcpConfiguration>,
    }
    /// One DHCP option.
    DhcpConfiguration {
        /// `domain-name-servers` and others.
        key: String,
        /// Its values.
        values: Vec<AttributeValue>,
    }
    /// A value wrapped in an object.
    AttributeValue {
        /// The value.
        value: String,
    }
    /// `DescribeInstanceConnectEndpoints`.
    InstanceConnectEndpoint {
        /// Such as `eice-0abc`.
        instance_connect_endpoint_id: String,
        /// `create-complete` or `update-complete` for one that works.
        state: String,
        /// Why it is in that state.
        state_message: String,
        /// Its interfaces.
        network_interface_ids: Vec<String>,
        /// VPC.
        vpc_id: String,
        /// Subnet of its interfaces.
        subnet_id: String,
        /// Groups on its interfaces.
        security_group_ids: Vec<String>,
        /// Whether instances see the address of the client and not that of the endpoint.
        preserve_client_ip: Option<bool>,
        /// `ipv4`, `dualstack` or `ipv6`; empty in older answers.
        ip_address_type: String,
        /// Owner account.
        owner_id: String,
    }
    /// `DescribeVpcPeeringConnections`.
    VpcPeeringConnection {
        /// Such as `pcx-0abc`.
        vpc_peering_connection_id: String,
        /// Accepting side.
        accepter_vpc_info: PeeringVpc,
        /// Requesting side.
        requester_vpc_info: PeeringVpc,
        /// `active` when it works.
        status: PeeringStatus,
    }
    /// One side of a peering connection; its blocks show only while the connection is active.
    PeeringVpc {
        /// Primary block.
        cidr_block: String,
        /// Every IPv4 block.
        cidr_block_set: Vec<CidrBlockAssociation>,
        /// Every IPv6 block.
        ipv6_cidr_block_set: Vec<CidrBlockAssociation>,
        /// Account.
        owner_id: String,
        /// VPC.
        vpc_id: String,
        /// Region.
        region: String,
    }
    /// Status of a peering connection.
    PeeringStatus {
        /// `active`, `pending-acceptance`, `deleted`, …
        code: String,
    }
    /// `DescribeImages`.
    Image {
        /// Such as `ami-0abc`.
        image_id: String,
        /// Its name.
        name: String,
        /// What its owner wrote.
        description: String,
        /// Owner account.
        owner_id: String,
        /// `amazon`, `aws-marketplace`, …
        image_owner_alias: String,
        /// `windows` or empty.
        platform: String,
        /// As on the instance.
        platform_details: String,
        /// RFC 3339.
        #[serde(deserialize_with = "super::text::time")]
        creation_date: String,
    }
    /// `DescribePrefixLists`: the prefix list of an AWS service with its blocks.
    PrefixList {
        /// Such as `pl-0abc`.
        prefix_list_id: String,
        /// Such as `com.amazonaws.eu-west-1.s3`.
        prefix_list_name: String,
        /// Its blocks.
        cidrs: Vec<String>,
    }
    /// One entry of `GetManagedPrefixListEntries`.
    PrefixListEntry {
        /// The block.
        cidr: String,
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
    /// `DescribeTransitGateways`.
    TransitGateway {
        /// Such as `tgw-0abc`.
        transit_gateway_id: String,
        /// `available` when it works.
        state: String,
        /// Owner account.
        owner_id: String,
        /// Settings.
        options: TransitGatewayOptions,
    }
    /// Settings of a transit gateway.
    TransitGatewayOptions {
        /// `enable` or `disable`; default off.
        security_group_referencing_support: String,
    }
    /// `DescribeTransitGatewayAttachments`.
    TransitGatewayAttachment {
        /// Such as `tgw-attach-0abc`.
        transit_gateway_attachment_id: String,
        /// Transit gateway.
        transit_gateway_id: String,
        /// `vpc`, `vpn`, `peering`, `direct-connect-gateway`, `connect`, …
        resource_type: String,
        /// What is attached.
        resource_id: String,
        /// Owner of what is attached.
        resource_owner_id: String,
        /// `available` when it works.
        state: String,
        /// The table that rules what comes in.
        association: Option<TransitGatewayAssociation>,
    }
    /// The route table of an attachment.
    TransitGatewayAssociation {
        /// Such as `tgw-rtb-0abc`.
        transit_gateway_route_table_id: String,
        /// `associated` when it works.
        state: String,
    }
    /// `DescribeTransitGatewayVpcAttachments`.
    TransitGatewayVpcAttachment {
        /// Such as `tgw-attach-0abc`.
        transit_gateway_attachment_id: String,
        /// Transit gateway.
        transit_gateway_id: String,
        /// VPC.
        vpc_id: String,
        /// One subnet per zone that can send.
        subnet_ids: Vec<String>,
        /// `available` when it works.
        state: String,
        /// Settings.
        options: TransitGatewayVpcAttachmentOptions,
    }
    /// `DescribeTransitGatewayPeeringAttachments`.
    TransitGatewayPeeringAttachment {
        /// Such as `tgw-attach-0abc`.
        transit_gateway_attachment_id: String,
        /// The attachment on the accepting side, where it has another id.
        accepter_transit_gateway_attachment_id: String,
        /// The side that asked.
        requester_tgw_info: PeeringTransitGateway,
        /// The side that accepted.
        accepter_tgw_info: PeeringTransitGateway,
        /// `available` when it works.
        state: String,
    }
    /// One side of a peering of transit gateways.
    PeeringTransitGateway {
        /// The transit gateway.
        transit_gateway_id: String,
        /// Account.
        owner_id: String,
        /// Region.
        region: String,
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
    /// Settings of a VPC attachment.
    TransitGatewayVpcAttachmentOptions {
        /// `enable` or `disable`.
        ipv6_support: String,
        /// `enable` or `disable`; default on.
        security_group_referencing_support: String,
        /// `enable` or `disable`.
        appliance_mode_support: String,
    }
    /// A route of `SearchTransitGatewayRoutes`.
    TransitGatewayRoute {
        /// Destination.
        destination_cidr_block: String,
        /// Prefix list as destination.
        prefix_list_id: String,
        /// `active` or `blackhole`.
        state: String,
        /// `static` or `propagated`.
        r#type: String,
        /// Where it leads.
        transit_gateway_attachments: Vec<TransitGatewayRouteAttachment>,
    }
    /// Where a transit gateway route leads.
    TransitGatewayRouteAttachment {
        /// What is attached.
        resource_id: String,
        /// `vpc`, `vpn`, `peering`, …
        resource_type: String,
        /// The attachment.
        transit_gateway_attachment_id: String,
    }
    /// An attachment that propagates into a transit gateway route table.
    TransitGatewayPropagation {
        /// The attachment.
        transit_gateway_attachment_id: String,
        /// What is attached.
        resource_id: String,
        /// `vpc`, `vpn`, …
        resource_type: String,
        /// `enabled` when it works.
        state: String,
    }
    /// `DescribeIamInstanceProfileAssociations`.
    IamInstanceProfileAssociation {
        /// Id of the association.
        association_id: String,
        /// The instance.
        instance_id: String,
        /// The profile that was attached.
        iam_instance_profile: IamInstanceProfile,
        /// `associating`, `associated`, …
        state: String,
    }
}

/// Whether two words of AWS are the same, without regard to case: the API and its model do not always agree on it.
pub fn is(value: &str, word: &str) -> bool {
    value.eq_ignore_ascii_case(word)
}

impl Instance {
    /// The `Name` tag, when there is one.
    pub fn name(&self) -> Option<&str> {
        self.tags.iter().find(|tag| tag.key == "Name").map(|tag| tag.value.as_str())
    }

    /// The interface with device index 0, or the first one where no index is shown.
    pub fn primary_interface(&self) -> Option<&InstanceNetworkInterface> {
        self.network_interfaces
            .iter()
            .find(|eni| eni.attachment.as_ref().is_some_and(|attachment| attachment.device_index == 0))
            .or_else(|| self.network_interfaces.first())
    }

    /// Whether the platform is Windows.
    pub fn is_windows(&self) -> bool {
        is(&self.platform, "windows")
    }
}

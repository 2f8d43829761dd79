//! What leads out of a VPC: gateways, endpoints, peering connections; and DHCP options and prefix lists.

use super::*;

shapes! {
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
        #[serde(deserialize_with = "crate::snapshot::text::document")]
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
        /// When it was made, RFC 3339.
        #[serde(deserialize_with = "crate::snapshot::text::time")]
        create_time: String,
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
    /// `DescribePrefixLists`: the prefix list of an AWS service with its blocks.
    PrefixList {
        /// Such as `pl-0abc`.
        prefix_list_id: String,
        /// Such as `com.amazonaws.eu-west-1.s3`.
        prefix_list_name: String,
        /// Its blocks.
        cidrs: Vec<String>,
    }
    /// A managed prefix list, without its entries.
    ManagedPrefixList {
        /// Such as `pl-0abc`.
        prefix_list_id: String,
        /// Such as `com.amazonaws.eu-west-1.ec2-instance-connect`.
        prefix_list_name: String,
    }
    /// Whether the account uses the serial console.
    SerialConsoleAccessStatus {
        /// Whether it is switched on in this Region.
        serial_console_access_enabled: bool,
    }
    /// One entry of `GetManagedPrefixListEntries`.
    PrefixListEntry {
        /// The block.
        cidr: String,
    }
}

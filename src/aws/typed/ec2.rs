//! The operations that go through `aws-sdk-ec2`.

super::operations! {
    aws_sdk_ec2::Client;
    DescribeInstances => describe_instances {
        set_instance_ids InstanceIds, set_include_managed_resources IncludeManagedResources,
        set_dry_run DryRun, set_filters Filters, set_next_token NextToken,
        set_max_results MaxResults,
    }
    DescribeInstanceStatus => describe_instance_status {
        set_instance_ids InstanceIds, set_max_results MaxResults, set_next_token NextToken,
        set_include_managed_resources IncludeManagedResources, set_dry_run DryRun,
        set_filters Filters, set_include_all_instances IncludeAllInstances,
    }
    GetConsoleOutput => get_console_output {
        set_instance_id InstanceId, set_latest Latest, set_dry_run DryRun,
    }
    DescribeVpcs => describe_vpcs {
        set_filters Filters, set_vpc_ids VpcIds, set_next_token NextToken,
        set_max_results MaxResults, set_dry_run DryRun,
    }
    DescribeVpcAttribute => describe_vpc_attribute {
        set_attribute Attribute, set_vpc_id VpcId, set_dry_run DryRun,
    }
    DescribeSubnets => describe_subnets {
        set_filters Filters, set_subnet_ids SubnetIds, set_next_token NextToken,
        set_max_results MaxResults, set_dry_run DryRun,
    }
    DescribeRouteTables => describe_route_tables {
        set_next_token NextToken, set_max_results MaxResults, set_dry_run DryRun,
        set_route_table_ids RouteTableIds, set_filters Filters,
    }
    DescribeNetworkAcls => describe_network_acls {
        set_next_token NextToken, set_max_results MaxResults, set_dry_run DryRun,
        set_network_acl_ids NetworkAclIds, set_filters Filters,
    }
    DescribeSecurityGroups => describe_security_groups {
        set_group_ids GroupIds, set_group_names GroupNames, set_next_token NextToken,
        set_max_results MaxResults, set_dry_run DryRun, set_filters Filters,
    }
    DescribeVpcEndpoints => describe_vpc_endpoints {
        set_dry_run DryRun, set_vpc_endpoint_ids VpcEndpointIds, set_filters Filters,
        set_max_results MaxResults, set_next_token NextToken,
    }
    DescribeFlowLogs => describe_flow_logs {
        set_dry_run DryRun, set_filter Filter, set_flow_log_ids FlowLogIds,
        set_max_results MaxResults, set_next_token NextToken,
    }
    DescribeNatGateways => describe_nat_gateways {
        set_dry_run DryRun, set_filter Filter, set_max_results MaxResults,
        set_nat_gateway_ids NatGatewayIds, set_next_token NextToken,
    }
    DescribeInternetGateways => describe_internet_gateways {
        set_next_token NextToken, set_max_results MaxResults, set_dry_run DryRun,
        set_internet_gateway_ids InternetGatewayIds, set_filters Filters,
    }
    DescribeEgressOnlyInternetGateways => describe_egress_only_internet_gateways {
        set_dry_run DryRun, set_egress_only_internet_gateway_ids EgressOnlyInternetGatewayIds,
        set_max_results MaxResults, set_next_token NextToken, set_filters Filters,
    }
    DescribeNetworkInterfaces => describe_network_interfaces {
        set_next_token NextToken, set_max_results MaxResults,
        set_include_managed_resources IncludeManagedResources, set_dry_run DryRun,
        set_network_interface_ids NetworkInterfaceIds, set_filters Filters,
    }
    DescribeDhcpOptions => describe_dhcp_options {
        set_dhcp_options_ids DhcpOptionsIds, set_next_token NextToken,
        set_max_results MaxResults, set_dry_run DryRun, set_filters Filters,
    }
    DescribeImages => describe_images {
        set_executable_users ExecutableUsers, set_image_ids ImageIds, set_owners Owners,
        set_include_deprecated IncludeDeprecated, set_include_disabled IncludeDisabled,
        set_max_results MaxResults, set_next_token NextToken, set_dry_run DryRun,
        set_filters Filters,
    }
    DescribeAddresses => describe_addresses {
        set_public_ips PublicIps, set_dry_run DryRun, set_filters Filters,
        set_allocation_ids AllocationIds,
    }
    DescribeManagedPrefixLists => describe_managed_prefix_lists {
        set_dry_run DryRun, set_filters Filters, set_max_results MaxResults,
        set_next_token NextToken, set_prefix_list_ids PrefixListIds,
    }
    GetManagedPrefixListEntries => get_managed_prefix_list_entries {
        set_dry_run DryRun, set_prefix_list_id PrefixListId, set_target_version TargetVersion,
        set_max_results MaxResults, set_next_token NextToken,
    }
    DescribePrefixLists => describe_prefix_lists {
        set_dry_run DryRun, set_filters Filters, set_max_results MaxResults,
        set_next_token NextToken, set_prefix_list_ids PrefixListIds,
    }
    DescribeVpcBlockPublicAccessOptions => describe_vpc_block_public_access_options {
        set_dry_run DryRun,
    }
    DescribeVpcBlockPublicAccessExclusions => describe_vpc_block_public_access_exclusions {
        set_dry_run DryRun, set_filters Filters, set_exclusion_ids ExclusionIds,
        set_next_token NextToken, set_max_results MaxResults,
    }
    DescribeInstanceConnectEndpoints => describe_instance_connect_endpoints {
        set_dry_run DryRun, set_max_results MaxResults, set_next_token NextToken,
        set_filters Filters, set_instance_connect_endpoint_ids InstanceConnectEndpointIds,
    }
    DescribeVpcPeeringConnections => describe_vpc_peering_connections {
        set_next_token NextToken, set_max_results MaxResults, set_dry_run DryRun,
        set_vpc_peering_connection_ids VpcPeeringConnectionIds, set_filters Filters,
    }
    DescribeTransitGateways => describe_transit_gateways {
        set_transit_gateway_ids TransitGatewayIds, set_filters Filters,
        set_max_results MaxResults, set_next_token NextToken, set_dry_run DryRun,
    }
    DescribeTransitGatewayAttachments => describe_transit_gateway_attachments {
        set_transit_gateway_attachment_ids TransitGatewayAttachmentIds, set_filters Filters,
        set_max_results MaxResults, set_next_token NextToken, set_dry_run DryRun,
    }
    DescribeTransitGatewayVpcAttachments => describe_transit_gateway_vpc_attachments {
        set_transit_gateway_attachment_ids TransitGatewayAttachmentIds, set_filters Filters,
        set_max_results MaxResults, set_next_token NextToken, set_dry_run DryRun,
    }
    DescribeTransitGatewayPeeringAttachments => describe_transit_gateway_peering_attachments {
        set_transit_gateway_attachment_ids TransitGatewayAttachmentIds, set_filters Filters,
        set_max_results MaxResults, set_next_token NextToken, set_dry_run DryRun,
    }
    DescribeSecurityGroupVpcAssociations => describe_security_group_vpc_associations {
        set_filters Filters, set_next_token NextToken, set_max_results MaxResults,
        set_dry_run DryRun,
    }
    DescribeTransitGatewayRouteTables => describe_transit_gateway_route_tables {
        set_transit_gateway_route_table_ids TransitGatewayRouteTableIds, set_filters Filters,
        set_max_results MaxResults, set_next_token NextToken, set_dry_run DryRun,
    }
    SearchTransitGatewayRoutes => search_transit_gateway_routes {
        set_transit_gateway_route_table_id TransitGatewayRouteTableId, set_filters Filters,
        set_max_results MaxResults, set_dry_run DryRun, set_next_token NextToken,
    }
    GetTransitGatewayRouteTableAssociations => get_transit_gateway_route_table_associations {
        set_transit_gateway_route_table_id TransitGatewayRouteTableId, set_filters Filters,
        set_max_results MaxResults, set_next_token NextToken, set_dry_run DryRun,
    }
    GetTransitGatewayRouteTablePropagations => get_transit_gateway_route_table_propagations {
        set_transit_gateway_route_table_id TransitGatewayRouteTableId, set_filters Filters,
        set_max_results MaxResults, set_next_token NextToken, set_dry_run DryRun,
    }
    DescribeIamInstanceProfileAssociations => describe_iam_instance_profile_associations {
        set_association_ids AssociationIds, set_filters Filters, set_max_results MaxResults,
        set_next_token NextToken,
    }
    DescribeVolumeStatus => describe_volume_status {
        set_max_results MaxResults, set_next_token NextToken, set_volume_ids VolumeIds,
        set_include_managed_resources IncludeManagedResources, set_dry_run DryRun,
        set_filters Filters,
    }
    DescribeRegions => describe_regions {
        set_region_names RegionNames, set_all_regions AllRegions, set_dry_run DryRun,
        set_filters Filters,
    }
    DescribeVpcEndpointServices => describe_vpc_endpoint_services {
        set_dry_run DryRun, set_service_names ServiceNames, set_filters Filters,
        set_max_results MaxResults, set_next_token NextToken,
        set_service_regions ServiceRegions,
    }
    DescribeInstanceCreditSpecifications => describe_instance_credit_specifications {
        set_dry_run DryRun, set_filters Filters, set_instance_ids InstanceIds,
        set_max_results MaxResults, set_next_token NextToken,
    }
    DescribeFlowLogs => describe_flow_logs {
        set_dry_run DryRun, set_filter Filter, set_flow_log_ids FlowLogIds,
        set_max_results MaxResults, set_next_token NextToken,
    }
    DescribeInstanceAttribute => describe_instance_attribute {
        set_attribute Attribute, set_instance_id InstanceId, set_dry_run DryRun,
    }
    DescribeInstanceTypes => describe_instance_types {
        set_dry_run DryRun, set_instance_types InstanceTypes, set_filters Filters,
        set_max_results MaxResults, set_next_token NextToken,
    }
    DescribeKeyPairs => describe_key_pairs {
        set_key_names KeyNames, set_key_pair_ids KeyPairIds, set_include_public_key IncludePublicKey,
        set_dry_run DryRun, set_filters Filters,
    }
    DescribeAddresses => describe_addresses {
        set_public_ips PublicIps, set_dry_run DryRun, set_filters Filters,
        set_allocation_ids AllocationIds,
    }
    DescribeManagedPrefixLists => describe_managed_prefix_lists {
        set_dry_run DryRun, set_filters Filters, set_max_results MaxResults,
        set_next_token NextToken, set_prefix_list_ids PrefixListIds,
    }
    GetSerialConsoleAccessStatus => get_serial_console_access_status {
        set_dry_run DryRun,
    }
}

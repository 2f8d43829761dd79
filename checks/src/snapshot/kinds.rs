//! Every kind of fact: the call it comes from, and where in the answer it stands.

use super::answers::{Answers, Reply};
use super::operations as op;
use super::read::{Operation, Recorded};
use super::shape::{self, ShapeError};
use super::table::{Kept, Place, Resource, Table};
use super::{
    autoscaling, dns, ec2, ecs, events, flow_logs, iam, kms, lambda, local, metrics, organizations, resolver,
    resource_policies, s3, ssm, sts, user_data,
};
use serde_json::{Map, Value};

macro_rules! facts {
    (tables { $($table:ident: $row:ty),* $(,)? } answers { $($answer:ident: $reply:ty),* $(,)? }) => {
        /// The typed facts of a snapshot by kind.
        #[derive(Debug, Clone, Default)]
        pub struct Facts {
            $(#[doc = concat!("Rows of [`", stringify!($row), "`].")] pub $table: Table<$row>,)*
            $(#[doc = concat!("Answers of [`", stringify!($reply), "`] by name.")] pub $answer: Answers<$reply>,)*
        }

        impl Facts {
            /// Takes over a read; one of an unknown operation is kept by the snapshot and means nothing here.
            pub(super) fn ingest(&mut self, read: &Recorded, position: usize) -> Result<(), ShapeError> {
                $(if read.is_of(<$row>::OPERATION) { return self.$table.ingest(read, position); })*
                $(if read.is_of(<$reply>::OPERATION) { return self.$answer.ingest(read); })*
                Ok(())
            }
        }

        $(impl Kept for $row {
            fn table(facts: &Facts) -> &Table<Self> {
                &facts.$table
            }
        })*

        /// Each list call with the member that holds its rows.
        pub(super) const LISTS: &[(Operation, &str)] = &[$((<$row>::OPERATION, <$row>::MEMBER)),*];
        /// Each call about one thing with the members of its input that name it.
        pub(super) const SINGLES: &[(Operation, &[&str])] = &[$((<$reply>::OPERATION, <$reply>::KEY)),*];
    };
}

facts! {
    tables {
        instances: ec2::Instance,
        instance_statuses: ec2::InstanceStatus,
        images: ec2::Image,
        key_pairs: ec2::KeyPair,
        instance_types: ec2::InstanceType,
        instance_profile_associations: ec2::IamInstanceProfileAssociation,
        network_interfaces: ec2::NetworkInterface,
        vpcs: ec2::Vpc,
        subnets: ec2::Subnet,
        route_tables: ec2::RouteTable,
        network_acls: ec2::NetworkAcl,
        security_groups: ec2::SecurityGroup,
        vpc_endpoints: ec2::VpcEndpoint,
        nat_gateways: ec2::NatGateway,
        internet_gateways: ec2::InternetGateway,
        egress_only_internet_gateways: ec2::EgressOnlyInternetGateway,
        dhcp_options: ec2::DhcpOptions,
        instance_connect_endpoints: ec2::InstanceConnectEndpoint,
        vpc_peering_connections: ec2::VpcPeeringConnection,
        prefix_lists: ec2::PrefixList,
        managed_prefix_lists: ec2::ManagedPrefixList,
        block_public_access_exclusions: ec2::VpcBlockPublicAccessExclusion,
        transit_gateways: ec2::TransitGateway,
        transit_gateway_attachments: ec2::TransitGatewayAttachment,
        transit_gateway_vpc_attachments: ec2::TransitGatewayVpcAttachment,
        transit_gateway_peering_attachments: ec2::TransitGatewayPeeringAttachment,
        security_group_vpc_associations: ec2::SecurityGroupVpcAssociation,
        managed_policies: iam::ManagedPolicy,
        managed_nodes: ssm::InstanceInformation,
        resolver_rule_associations: resolver::ResolverRuleAssociation,
        resolver_rules: resolver::ResolverRule,
        firewall_rule_group_associations: resolver::FirewallRuleGroupAssociation,
        credit_specifications: metrics::CreditSpecification,
        flow_logs: flow_logs::FlowLog,
        clusters: ecs::Cluster,
        container_instances: ecs::ContainerInstance,
        services: ecs::Service,
        capacity_providers: ecs::CapacityProvider,
        auto_scaling_instances: autoscaling::AutoScalingInstance,
        auto_scaling_groups: autoscaling::AutoScalingGroup,
    }
    answers {
        metrics: metrics::MetricStatistics,
        buckets: metrics::Bucket,
        log_groups: metrics::LogGroups,
        log_events: flow_logs::LogEvents,
        vpc_attributes: ssm::VpcAttribute,
        console_outputs: ssm::ConsoleOutput,
        instance_attributes: user_data::InstanceAttribute,
        prefix_list_entries: PrefixListEntries,
        block_public_access: ec2::VpcBlockPublicAccessOptions,
        serial_console_access: ec2::SerialConsoleAccessStatus,
        transit_gateway_routes: TransitGatewayRoutes,
        transit_gateway_propagations: TransitGatewayPropagations,
        instance_profiles: iam::InstanceProfile,
        roles: iam::Role,
        attached_policies: iam::AttachedPolicies,
        inline_policy_names: iam::InlinePolicyNames,
        inline_policies: iam::InlinePolicy,
        caller_identity: sts::CallerIdentity,
        users: iam::User,
        groups_of_users: iam::GroupsOfUser,
        attached_user_policies: iam::AttachedUserPolicies,
        inline_user_policy_names: iam::InlineUserPolicyNames,
        inline_user_policies: iam::InlineUserPolicy,
        attached_group_policies: iam::AttachedGroupPolicies,
        inline_group_policy_names: iam::InlineGroupPolicyNames,
        inline_group_policies: iam::InlineGroupPolicy,
        bucket_policies: resource_policies::BucketPolicy,
        function_policies: resource_policies::FunctionPolicy,
        key_policies: resource_policies::KeyPolicy,
        key_grants: resource_policies::KeyGrants,
        bucket_ownership: resource_policies::BucketOwnershipControls,
        queue_attributes: resource_policies::QueueAttributes,
        topic_attributes: resource_policies::TopicAttributes,
        organization: organizations::Organization,
        parents: organizations::Parents,
        policies_for_targets: organizations::PoliciesForTarget,
        organization_policies: organizations::OrganizationPolicy,
        policy_versions: iam::PolicyVersion,
        simulations: iam::Simulation,
        connection_statuses: ssm::ConnectionStatus,
        service_settings: ssm::ServiceSetting,
        documents: ssm::Document,
        hosted_zones: resolver::VpcHostedZones,
        firewall_rules: resolver::FirewallRules,
        firewall_domains: resolver::FirewallDomains,
        functions: lambda::FunctionConfiguration,
        resolutions: dns::Resolution,
        ssh_probes: local::SshProbe,
        key_files: local::KeyFile,
        known_hosts: local::KnownHosts,
        client_configurations: local::ClientConfiguration,
        source_address: local::SourceAddress,
        cluster_arns: ecs::ClusterArns,
        container_instance_arns: ecs::ContainerInstanceArns,
        account_settings: ecs::AccountSettings,
        service_arns: ecs::ServiceArns,
        scaling_activities: autoscaling::ScalingActivities,
        notifications: s3::NotificationConfiguration,
        bucket_locations: s3::BucketLocation,
        bucket_versionings: s3::BucketVersioning,
        bucket_encryptions: s3::BucketEncryption,
        event_rules: events::EventRules,
        rule_targets: events::RuleTargets,
        trail_events: events::TrailEvents,
        keys: kms::KeyMetadata,
        function_aliases: lambda::FunctionAlias,
        function_concurrency: lambda::FunctionConcurrency,
        function_recursion: lambda::FunctionRecursion,
        function_event_invoke: lambda::FunctionEventInvoke,
        event_source_mappings: lambda::EventSourceMappings,
        lambda_account: lambda::LambdaAccount,
    }
}

ec2::shapes! {
    /// `GetManagedPrefixListEntries`.
    PrefixListEntries {
        /// The blocks.
        entries: Vec<ec2::PrefixListEntry>,
    }
    /// `SearchTransitGatewayRoutes` of one table.
    TransitGatewayRoutes {
        /// The routes.
        routes: Vec<ec2::TransitGatewayRoute>,
        /// Whether there are more than the call gave.
        additional_routes_available: bool,
    }
    /// `GetTransitGatewayRouteTablePropagations`.
    TransitGatewayPropagations {
        /// The attachments that propagate into the table.
        transit_gateway_route_table_propagations: Vec<ec2::TransitGatewayPropagation>,
    }
}
use serde::Deserialize;

macro_rules! resource {
    ($($row:ty, $operation:expr, $member:literal, $ids:literal, $filter:literal, $id:ident;)*) => {
        $(impl Resource for $row {
            const OPERATION: Operation = $operation;
            const MEMBER: &'static str = $member;
            const IDS: &'static str = $ids;
            const FILTER: &'static str = $filter;
            fn id(&self) -> &str {
                &self.$id
            }
        })*
    };
}

resource! {
    ec2::InstanceStatus, op::DESCRIBE_INSTANCE_STATUS, "InstanceStatuses", "InstanceIds", "instance-id", instance_id;
    ec2::Image, op::DESCRIBE_IMAGES, "Images", "ImageIds", "image-id", image_id;
    ec2::InstanceType, op::DESCRIBE_INSTANCE_TYPES, "InstanceTypes", "InstanceTypes", "instance-type", instance_type;
    ec2::KeyPair, op::DESCRIBE_KEY_PAIRS, "KeyPairs", "KeyPairIds", "key-pair-id", key_pair_id;
    ec2::IamInstanceProfileAssociation, op::DESCRIBE_IAM_INSTANCE_PROFILE_ASSOCIATIONS, "IamInstanceProfileAssociations", "AssociationIds", "association-id", association_id;
    ec2::NetworkInterface, op::DESCRIBE_NETWORK_INTERFACES, "NetworkInterfaces", "NetworkInterfaceIds", "network-interface-id", network_interface_id;
    ec2::Vpc, op::DESCRIBE_VPCS, "Vpcs", "VpcIds", "vpc-id", vpc_id;
    ec2::Subnet, op::DESCRIBE_SUBNETS, "Subnets", "SubnetIds", "subnet-id", subnet_id;
    ec2::RouteTable, op::DESCRIBE_ROUTE_TABLES, "RouteTables", "RouteTableIds", "route-table-id", route_table_id;
    ec2::NetworkAcl, op::DESCRIBE_NETWORK_ACLS, "NetworkAcls", "NetworkAclIds", "network-acl-id", network_acl_id;
    ec2::SecurityGroup, op::DESCRIBE_SECURITY_GROUPS, "SecurityGroups", "GroupIds", "group-id", group_id;
    ec2::VpcEndpoint, op::DESCRIBE_VPC_ENDPOINTS, "VpcEndpoints", "VpcEndpointIds", "vpc-endpoint-id", vpc_endpoint_id;
    ec2::NatGateway, op::DESCRIBE_NAT_GATEWAYS, "NatGateways", "NatGatewayIds", "nat-gateway-id", nat_gateway_id;
    ec2::InternetGateway, op::DESCRIBE_INTERNET_GATEWAYS, "InternetGateways", "InternetGatewayIds", "internet-gateway-id", internet_gateway_id;
    ec2::EgressOnlyInternetGateway, op::DESCRIBE_EGRESS_ONLY_INTERNET_GATEWAYS, "EgressOnlyInternetGateways", "EgressOnlyInternetGatewayIds", "egress-only-internet-gateway-id", egress_only_internet_gateway_id;
    ec2::DhcpOptions, op::DESCRIBE_DHCP_OPTIONS, "DhcpOptions", "DhcpOptionsIds", "dhcp-options-id", dhcp_options_id;
    ec2::InstanceConnectEndpoint, op::DESCRIBE_INSTANCE_CONNECT_ENDPOINTS, "InstanceConnectEndpoints", "InstanceConnectEndpointIds", "instance-connect-endpoint-id", instance_connect_endpoint_id;
    ec2::VpcPeeringConnection, op::DESCRIBE_VPC_PEERING_CONNECTIONS, "VpcPeeringConnections", "VpcPeeringConnectionIds", "vpc-peering-connection-id", vpc_peering_connection_id;
    ec2::ManagedPrefixList, op::DESCRIBE_MANAGED_PREFIX_LISTS, "PrefixLists", "PrefixListIds", "prefix-list-id", prefix_list_id;
    ec2::PrefixList, op::DESCRIBE_PREFIX_LISTS, "PrefixLists", "PrefixListIds", "prefix-list-id", prefix_list_id;
    ec2::VpcBlockPublicAccessExclusion, op::DESCRIBE_VPC_BLOCK_PUBLIC_ACCESS_EXCLUSIONS, "VpcBlockPublicAccessExclusions", "ExclusionIds", "exclusion-id", exclusion_id;
    ec2::TransitGateway, op::DESCRIBE_TRANSIT_GATEWAYS, "TransitGateways", "TransitGatewayIds", "transit-gateway-id", transit_gateway_id;
    ec2::TransitGatewayVpcAttachment, op::DESCRIBE_TRANSIT_GATEWAY_VPC_ATTACHMENTS, "TransitGatewayVpcAttachments", "TransitGatewayAttachmentIds", "transit-gateway-attachment-id", transit_gateway_attachment_id;
    ec2::TransitGatewayPeeringAttachment, op::DESCRIBE_TRANSIT_GATEWAY_PEERING_ATTACHMENTS, "TransitGatewayPeeringAttachments", "TransitGatewayAttachmentIds", "transit-gateway-attachment-id", transit_gateway_attachment_id;
    iam::ManagedPolicy, op::LIST_POLICIES, "Policies", "PolicyArns", "arn", arn;
    ssm::InstanceInformation, op::DESCRIBE_INSTANCE_INFORMATION, "InstanceInformationList", "InstanceIds", "instance-id", instance_id;
    resolver::ResolverRuleAssociation, op::LIST_RESOLVER_RULE_ASSOCIATIONS, "ResolverRuleAssociations", "Ids", "id", id;
    resolver::ResolverRule, op::LIST_RESOLVER_RULES, "ResolverRules", "Ids", "id", id;
    resolver::FirewallRuleGroupAssociation, op::LIST_FIREWALL_RULE_GROUP_ASSOCIATIONS, "FirewallRuleGroupAssociations", "Ids", "id", id;
    metrics::CreditSpecification, op::DESCRIBE_INSTANCE_CREDIT_SPECIFICATIONS, "InstanceCreditSpecifications", "InstanceIds", "instance-id", instance_id;
    flow_logs::FlowLog, op::DESCRIBE_FLOW_LOGS, "FlowLogs", "FlowLogIds", "flow-log-id", flow_log_id;
    ecs::Cluster, op::DESCRIBE_CLUSTERS, "clusters", "clusters", "", cluster_name;
    ecs::ContainerInstance, op::DESCRIBE_CONTAINER_INSTANCES, "containerInstances", "containerInstances", "", container_instance_arn;
    ecs::Service, op::DESCRIBE_SERVICES, "services", "services", "", service_arn;
    ecs::CapacityProvider, op::DESCRIBE_CAPACITY_PROVIDERS, "capacityProviders", "capacityProviders", "", name;
    autoscaling::AutoScalingInstance, op::DESCRIBE_AUTO_SCALING_INSTANCES, "AutoScalingInstances", "InstanceIds", "", instance_id;
    autoscaling::AutoScalingGroup, op::DESCRIBE_AUTO_SCALING_GROUPS, "AutoScalingGroups", "AutoScalingGroupNames", "", auto_scaling_group_name;
}

impl Resource for ec2::TransitGatewayAttachment {
    const OPERATION: Operation = op::DESCRIBE_TRANSIT_GATEWAY_ATTACHMENTS;
    const MEMBER: &'static str = "TransitGatewayAttachments";
    const IDS: &'static str = "TransitGatewayAttachmentIds";
    const FILTER: &'static str = "transit-gateway-attachment-id";

    fn id(&self) -> &str {
        &self.transit_gateway_attachment_id
    }

    /// A peering attachment has one id at both transit gateways, and an association at each.
    fn is_same_as(&self, other: &Self) -> bool {
        self.transit_gateway_id == other.transit_gateway_id
    }
}

impl Resource for ec2::SecurityGroupVpcAssociation {
    const OPERATION: Operation = op::DESCRIBE_SECURITY_GROUP_VPC_ASSOCIATIONS;
    const MEMBER: &'static str = "SecurityGroupVpcAssociations";
    // The call selects by filters only.
    const IDS: &'static str = "";
    const FILTER: &'static str = "";

    fn id(&self) -> &str {
        &self.key
    }

    /// An association has no id of its own: group and VPC together name it.
    fn rows(output: &Value) -> Result<Vec<Value>, String> {
        let mut rows = shape::list(output, Self::MEMBER)?;
        for members in rows.iter_mut().filter_map(Value::as_object_mut) {
            let text = |name: &str| members.get(name).and_then(Value::as_str).unwrap_or_default();
            let key = format!("{}/{}", text("GroupId"), text("VpcId"));
            members.insert("Key".to_owned(), Value::String(key));
        }
        Ok(rows)
    }
}

impl Resource for ec2::Instance {
    const OPERATION: Operation = op::DESCRIBE_INSTANCES;
    const MEMBER: &'static str = "Reservations";
    const IDS: &'static str = "InstanceIds";
    const FILTER: &'static str = "instance-id";

    fn id(&self) -> &str {
        &self.instance_id
    }

    /// Instances stand inside reservations, and the owner on the reservation.
    fn rows(output: &Value) -> Result<Vec<Value>, String> {
        let mut rows = Vec::new();
        for reservation in shape::list(output, Self::MEMBER)? {
            let owner = reservation.get("OwnerId").cloned();
            for mut instance in shape::list(&reservation, "Instances")? {
                if let (Some(members), Some(owner)) = (instance.as_object_mut(), owner.clone()) {
                    members.insert("OwnerId".to_owned(), owner);
                }
                rows.push(instance);
            }
        }
        Ok(rows)
    }

    fn places(output: &Value) -> Vec<Place> {
        let reservations = output.get(Self::MEMBER).and_then(Value::as_array).into_iter().flatten();
        let of = |reservation: &Value| reservation.get("Instances").and_then(Value::as_array).map_or(0, Vec::len);
        let counted = reservations.map(of).enumerate();
        counted.flat_map(|(outer, count)| (0..count).map(move |inner| Place { outer, inner: Some(inner) })).collect()
    }

    fn at(output: &Value, place: Place) -> Option<&Value> {
        output.get(Self::MEMBER)?.get(place.outer)?.get("Instances")?.get(place.inner?)
    }
}

macro_rules! reply {
    ($($reply:ty, $operation:expr, $key:expr, $member:literal, $($path:literal)/+;)*) => {
        $(impl Reply for $reply {
            const OPERATION: Operation = $operation;
            const KEY: &'static [&'static str] = $key;
            const MEMBER: &'static str = $member;
            fn key_of(output: &Value) -> Option<String> {
                let mut parts = Vec::new();
                $(if !$path.is_empty() { parts.push(output.pointer($path)?.as_str()?); })+
                (!parts.is_empty()).then(|| parts.join("/"))
            }
        })*
    };
}

reply! {
    ssm::ConsoleOutput, op::GET_CONSOLE_OUTPUT, &["InstanceId"], "", "/InstanceId";
    PrefixListEntries, op::GET_MANAGED_PREFIX_LIST_ENTRIES, &["PrefixListId"], "", "";
    ec2::SerialConsoleAccessStatus, op::GET_SERIAL_CONSOLE_ACCESS_STATUS, &[], "", "";
    ec2::VpcBlockPublicAccessOptions, op::DESCRIBE_VPC_BLOCK_PUBLIC_ACCESS_OPTIONS, &[], "VpcBlockPublicAccessOptions", "";
    TransitGatewayRoutes, op::SEARCH_TRANSIT_GATEWAY_ROUTES, &["TransitGatewayRouteTableId"], "", "";
    TransitGatewayPropagations, op::GET_TRANSIT_GATEWAY_ROUTE_TABLE_PROPAGATIONS, &["TransitGatewayRouteTableId"], "", "";
    iam::InstanceProfile, op::GET_INSTANCE_PROFILE, &["InstanceProfileName"], "InstanceProfile", "/InstanceProfile/InstanceProfileName";
    iam::Role, op::GET_ROLE, &["RoleName"], "Role", "/Role/RoleName";
    iam::AttachedPolicies, op::LIST_ATTACHED_ROLE_POLICIES, &["RoleName"], "", "";
    iam::InlinePolicyNames, op::LIST_ROLE_POLICIES, &["RoleName"], "", "";
    iam::InlinePolicy, op::GET_ROLE_POLICY, &["RoleName", "PolicyName"], "", "/RoleName" / "/PolicyName";
    sts::CallerIdentity, op::GET_CALLER_IDENTITY, &[], "", "";
    iam::User, op::GET_USER, &["UserName"], "User", "/User/UserName";
    iam::GroupsOfUser, op::LIST_GROUPS_FOR_USER, &["UserName"], "", "";
    iam::AttachedUserPolicies, op::LIST_ATTACHED_USER_POLICIES, &["UserName"], "", "";
    iam::InlineUserPolicyNames, op::LIST_USER_POLICIES, &["UserName"], "", "";
    iam::InlineUserPolicy, op::GET_USER_POLICY, &["UserName", "PolicyName"], "", "/UserName" / "/PolicyName";
    iam::AttachedGroupPolicies, op::LIST_ATTACHED_GROUP_POLICIES, &["GroupName"], "", "";
    iam::InlineGroupPolicyNames, op::LIST_GROUP_POLICIES, &["GroupName"], "", "";
    iam::InlineGroupPolicy, op::GET_GROUP_POLICY, &["GroupName", "PolicyName"], "", "/GroupName" / "/PolicyName";
    resource_policies::BucketPolicy, op::GET_BUCKET_POLICY, &["Bucket"], "", "";
    resource_policies::KeyGrants, op::LIST_GRANTS, &["KeyId", "GranteePrincipal"], "", "";
    resource_policies::BucketOwnershipControls, op::GET_BUCKET_OWNERSHIP_CONTROLS, &["Bucket"], "OwnershipControls", "";
    resource_policies::KeyPolicy, op::GET_KEY_POLICY, &["KeyId"], "", "";
    resource_policies::QueueAttributes, op::GET_QUEUE_ATTRIBUTES, &["QueueUrl"], "", "";
    resource_policies::TopicAttributes, op::GET_TOPIC_ATTRIBUTES, &["TopicArn"], "", "/Attributes/TopicArn";
    organizations::Organization, op::DESCRIBE_ORGANIZATION, &[], "Organization", "";
    organizations::Parents, op::LIST_PARENTS, &["ChildId"], "", "";
    organizations::PoliciesForTarget, op::LIST_POLICIES_FOR_TARGET, &["TargetId", "Filter"], "", "";
    ssm::ConnectionStatus, op::GET_CONNECTION_STATUS, &["Target"], "", "/Target";
    ssm::ServiceSetting, op::GET_SERVICE_SETTING, &["SettingId"], "ServiceSetting", "/ServiceSetting/SettingId";
    ssm::Document, op::GET_DOCUMENT, &["Name"], "", "/Name";
    resolver::VpcHostedZones, op::LIST_HOSTED_ZONES_BY_VPC, &["VPCId"], "", "";
    resolver::FirewallRules, op::LIST_FIREWALL_RULES, &["FirewallRuleGroupId"], "", "";
    resolver::FirewallDomains, op::LIST_FIREWALL_DOMAINS, &["FirewallDomainListId"], "", "";
    metrics::Bucket, op::HEAD_BUCKET, &["Bucket"], "", "";
    local::SshProbe, op::SSH_PROBE, &["Target"], "", "";
    local::KeyFile, op::KEY_FILE, &["Path"], "", "";
    local::KnownHosts, op::KNOWN_HOSTS, &["Host"], "", "";
    local::ClientConfiguration, op::CLIENT_CONFIGURATION, &["Host"], "", "";
    local::SourceAddress, op::SOURCE_ADDRESS, &[], "", "";
    flow_logs::LogEvents, op::FILTER_LOG_EVENTS, &["logGroupName"], "", "";
    metrics::LogGroups, op::DESCRIBE_LOG_GROUPS, &["logGroupNamePrefix"], "", "";
    dns::Resolution, op::RESOLVE, &["Name"], "", "";
    ecs::ClusterArns, op::LIST_CLUSTERS, &[], "", "";
    ecs::AccountSettings, op::LIST_ACCOUNT_SETTINGS, &["name"], "", "";
    ecs::ServiceArns, op::LIST_SERVICES, &["cluster"], "", "";
    autoscaling::ScalingActivities, op::DESCRIBE_SCALING_ACTIVITIES, &["AutoScalingGroupName"], "", "";
    s3::NotificationConfiguration, op::GET_BUCKET_NOTIFICATION_CONFIGURATION, &["Bucket"], "", "";
    s3::BucketLocation, op::GET_BUCKET_LOCATION, &["Bucket"], "", "";
    s3::BucketVersioning, op::GET_BUCKET_VERSIONING, &["Bucket"], "", "";
    s3::BucketEncryption, op::GET_BUCKET_ENCRYPTION, &["Bucket"], "ServerSideEncryptionConfiguration", "";
    events::EventRules, op::LIST_RULES, &[], "", "";
    events::RuleTargets, op::LIST_TARGETS_BY_RULE, &["Rule"], "", "";
    kms::KeyMetadata, op::DESCRIBE_KEY, &["KeyId"], "KeyMetadata", "/KeyMetadata/Arn";
    lambda::FunctionAlias, op::GET_ALIAS, &["FunctionName", "Name"], "", "";
    lambda::FunctionConcurrency, op::GET_FUNCTION_CONCURRENCY, &["FunctionName"], "", "";
    lambda::FunctionRecursion, op::GET_FUNCTION_RECURSION_CONFIG, &["FunctionName"], "", "";
    lambda::FunctionEventInvoke, op::GET_FUNCTION_EVENT_INVOKE_CONFIG, &["FunctionName"], "", "";
    lambda::LambdaAccount, op::GET_ACCOUNT_SETTINGS, &[], "", "";
}

impl Reply for lambda::FunctionConfiguration {
    const OPERATION: Operation = op::GET_FUNCTION_CONFIGURATION;
    const KEY: &'static [&'static str] = &["FunctionName"];
    const MEMBER: &'static str = "";

    /// The plain name out of an ARN, for files and for outputs saved without their input.
    fn short_name(key: &str) -> Option<&str> {
        key.split_once(":function:").and_then(|(_, rest)| rest.split(':').next())
    }

    fn key_of(output: &Value) -> Option<String> {
        output.get("FunctionName")?.as_str().map(str::to_owned)
    }
}

impl Reply for lambda::EventSourceMappings {
    const OPERATION: Operation = op::LIST_EVENT_SOURCE_MAPPINGS;
    const KEY: &'static [&'static str] = &["EventSourceArn"];
    const MEMBER: &'static str = "";

    /// The source whose readers were asked for, else the function whose sources were.
    fn key_of_input(parameters: &Map<String, Value>) -> Option<String> {
        let text = |member: &str| parameters.get(member).and_then(Value::as_str);
        text("EventSourceArn").or(text("FunctionName")).map(str::to_owned)
    }
}

impl Reply for events::TrailEvents {
    const OPERATION: Operation = op::LOOKUP_EVENTS;
    const KEY: &'static [&'static str] = &["LookupAttributes"];
    const MEMBER: &'static str = "";

    /// The value of the attribute that events were looked up by.
    fn key_of_input(parameters: &Map<String, Value>) -> Option<String> {
        let attribute = parameters.get("LookupAttributes")?.get(0)?;
        attribute.get("AttributeValue")?.as_str().map(str::to_owned)
    }
}

impl Reply for resource_policies::FunctionPolicy {
    const OPERATION: Operation = op::GET_FUNCTION_POLICY;
    const KEY: &'static [&'static str] = &["FunctionName"];
    const MEMBER: &'static str = "";

    /// The function, with `:` and the version or alias whose policy it is.
    fn key_of_input(parameters: &Map<String, Value>) -> Option<String> {
        let text = |member: &str| parameters.get(member).and_then(Value::as_str);
        let name = text("FunctionName")?;
        Some(text("Qualifier").map_or_else(|| name.to_owned(), |qualifier| format!("{name}:{qualifier}")))
    }
}

impl Reply for ecs::ContainerInstanceArns {
    const OPERATION: Operation = op::LIST_CONTAINER_INSTANCES;
    const KEY: &'static [&'static str] = &["cluster"];
    const MEMBER: &'static str = "";

    /// The cluster, with `/` and the filter that narrows the list.
    fn key_of_input(parameters: &Map<String, Value>) -> Option<String> {
        let text = |member: &str| parameters.get(member).and_then(Value::as_str);
        let cluster = text("cluster")?;
        Some(text("filter").map_or_else(|| cluster.to_owned(), |filter| format!("{cluster}/{filter}")))
    }
}

impl Reply for organizations::OrganizationPolicy {
    const OPERATION: Operation = op::DESCRIBE_POLICY;
    const KEY: &'static [&'static str] = &["PolicyId"];
    const MEMBER: &'static str = "Policy";

    fn key_of(output: &Value) -> Option<String> {
        output.pointer("/Policy/PolicySummary/Id")?.as_str().map(str::to_owned)
    }
}

impl Reply for iam::PolicyVersion {
    const OPERATION: Operation = op::GET_POLICY_VERSION;
    const KEY: &'static [&'static str] = &["PolicyArn"];
    const MEMBER: &'static str = "PolicyVersion";

    /// The name of the policy, the last part of its ARN: an ARN holds `/`, which no name of a file can.
    fn short_name(key: &str) -> Option<&str> {
        key.rsplit_once('/').map(|(_, name)| name)
    }
}

impl Reply for iam::Simulation {
    const OPERATION: Operation = op::SIMULATE_PRINCIPAL_POLICY;
    const KEY: &'static [&'static str] = &["PolicySourceArn"];
    const MEMBER: &'static str = "";

    /// The name of the principal, for files.
    fn short_name(key: &str) -> Option<&str> {
        key.rsplit_once('/').map(|(_, name)| name)
    }
}

impl Reply for metrics::MetricStatistics {
    const OPERATION: Operation = op::GET_METRIC_STATISTICS;
    const KEY: &'static [&'static str] = &["MetricName"];
    const MEMBER: &'static str = "";

    /// A metric is named by its own name and the value of its dimension: `CPUCreditBalance/i-0abc`.
    fn key_of_input(parameters: &Map<String, Value>) -> Option<String> {
        let name = parameters.get("MetricName")?.as_str()?;
        let of = parameters.get("Dimensions")?.get(0)?.get("Value")?.as_str()?;
        Some(format!("{name}/{of}"))
    }
}

impl Reply for user_data::InstanceAttribute {
    const OPERATION: Operation = op::DESCRIBE_INSTANCE_ATTRIBUTE;
    const KEY: &'static [&'static str] = &["InstanceId", "Attribute"];
    const MEMBER: &'static str = "";

    /// Only the answer tells which attribute it is.
    fn key_of(output: &Value) -> Option<String> {
        let instance = output.get("InstanceId")?.as_str()?;
        let is_user_data = ["UserData", "UserDataSigns"].iter().any(|member| output.get(member).is_some());
        is_user_data.then(|| format!("{instance}/{}", user_data::USER_DATA))
    }
}

impl Reply for ssm::VpcAttribute {
    const OPERATION: Operation = op::DESCRIBE_VPC_ATTRIBUTE;
    const KEY: &'static [&'static str] = &["VpcId", "Attribute"];
    const MEMBER: &'static str = "";

    /// One call answers one attribute, and only the answer tells which.
    fn key_of(output: &Value) -> Option<String> {
        let vpc = output.get("VpcId")?.as_str()?;
        let attribute = [("EnableDnsSupport", "enableDnsSupport"), ("EnableDnsHostnames", "enableDnsHostnames")]
            .iter()
            .find(|(member, _)| output.get(member).is_some())?;
        Some(format!("{vpc}/{}", attribute.1))
    }
}

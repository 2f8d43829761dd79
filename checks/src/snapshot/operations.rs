//! Calls that the tool makes and a snapshot understands.

use super::read::Operation;

/// An operation whose IAM action carries its own name.
macro_rules! operation {
    ($service:literal, $name:literal) => {
        Operation { service: $service, name: $name, action: concat!($service, ":", $name) }
    };
}

macro_rules! operations {
    ($($name:ident = $service:literal $operation:literal;)*) => {
        $(#[doc = concat!("`", $service, ":", $operation, "`.")] pub const $name: Operation = operation!($service, $operation);)*
        /// Every one of them.
        pub const ALL: &[Operation] = &[
            $($name,)*
            HEAD_BUCKET,
            GET_BUCKET_NOTIFICATION_CONFIGURATION,
            GET_BUCKET_ENCRYPTION,
            RESOLVE,
            SSH_PROBE,
            KEY_FILE,
            KNOWN_HOSTS,
            CLIENT_CONFIGURATION,
            SOURCE_ADDRESS,
        ];
    };
}

/// `s3:HeadBucket`, which the action `s3:ListBucket` permits.
pub const HEAD_BUCKET: Operation = Operation { service: "s3", name: "HeadBucket", action: "s3:ListBucket" };

/// `s3:GetBucketNotificationConfiguration`, which the action `s3:GetBucketNotification` permits.
pub const GET_BUCKET_NOTIFICATION_CONFIGURATION: Operation =
    Operation { service: "s3", name: "GetBucketNotificationConfiguration", action: "s3:GetBucketNotification" };

/// `s3:GetBucketEncryption`, which the action `s3:GetEncryptionConfiguration` permits.
pub const GET_BUCKET_ENCRYPTION: Operation =
    Operation { service: "s3", name: "GetBucketEncryption", action: "s3:GetEncryptionConfiguration" };

/// A connection to an SSH server and the start of a session, from this machine: no call of AWS, and recorded like one.
pub const SSH_PROBE: Operation = Operation { service: "ssh", name: "Probe", action: "ssh:Probe" };

/// What a private key file is, without the key: no call of AWS, and recorded like one.
pub const KEY_FILE: Operation = Operation { service: "ssh", name: "KeyFile", action: "ssh:KeyFile" };

/// What this machine's SSH client remembers of a host: no call of AWS, and recorded like one.
pub const KNOWN_HOSTS: Operation = Operation { service: "ssh", name: "KnownHosts", action: "ssh:KnownHosts" };

/// What this machine's SSH client is configured to do with a host: no call of AWS, and recorded like one.
pub const CLIENT_CONFIGURATION: Operation =
    Operation { service: "ssh", name: "ClientConfiguration", action: "ssh:ClientConfiguration" };

/// The public address that this machine's packets come from: no call of an AWS API, and recorded like one.
pub const SOURCE_ADDRESS: Operation =
    Operation { service: "checkip", name: "SourceAddress", action: "checkip:SourceAddress" };

/// The look-up of a name by the operating system: no call of AWS, and recorded like one.
pub const RESOLVE: Operation = Operation { service: "dns", name: "Resolve", action: "dns:Resolve" };

operations! {
    DESCRIBE_INSTANCES = "ec2" "DescribeInstances";
    DESCRIBE_INSTANCE_STATUS = "ec2" "DescribeInstanceStatus";
    DESCRIBE_IMAGES = "ec2" "DescribeImages";
    DESCRIBE_IAM_INSTANCE_PROFILE_ASSOCIATIONS = "ec2" "DescribeIamInstanceProfileAssociations";
    DESCRIBE_NETWORK_INTERFACES = "ec2" "DescribeNetworkInterfaces";
    DESCRIBE_VPCS = "ec2" "DescribeVpcs";
    DESCRIBE_VPC_ATTRIBUTE = "ec2" "DescribeVpcAttribute";
    DESCRIBE_SUBNETS = "ec2" "DescribeSubnets";
    DESCRIBE_ROUTE_TABLES = "ec2" "DescribeRouteTables";
    DESCRIBE_NETWORK_ACLS = "ec2" "DescribeNetworkAcls";
    DESCRIBE_SECURITY_GROUPS = "ec2" "DescribeSecurityGroups";
    DESCRIBE_VPC_ENDPOINTS = "ec2" "DescribeVpcEndpoints";
    DESCRIBE_NAT_GATEWAYS = "ec2" "DescribeNatGateways";
    DESCRIBE_INTERNET_GATEWAYS = "ec2" "DescribeInternetGateways";
    DESCRIBE_EGRESS_ONLY_INTERNET_GATEWAYS = "ec2" "DescribeEgressOnlyInternetGateways";
    DESCRIBE_DHCP_OPTIONS = "ec2" "DescribeDhcpOptions";
    DESCRIBE_INSTANCE_CONNECT_ENDPOINTS = "ec2" "DescribeInstanceConnectEndpoints";
    DESCRIBE_VPC_PEERING_CONNECTIONS = "ec2" "DescribeVpcPeeringConnections";
    DESCRIBE_PREFIX_LISTS = "ec2" "DescribePrefixLists";
    GET_MANAGED_PREFIX_LIST_ENTRIES = "ec2" "GetManagedPrefixListEntries";
    DESCRIBE_VPC_BLOCK_PUBLIC_ACCESS_OPTIONS = "ec2" "DescribeVpcBlockPublicAccessOptions";
    DESCRIBE_VPC_BLOCK_PUBLIC_ACCESS_EXCLUSIONS = "ec2" "DescribeVpcBlockPublicAccessExclusions";
    DESCRIBE_TRANSIT_GATEWAYS = "ec2" "DescribeTransitGateways";
    DESCRIBE_TRANSIT_GATEWAY_ATTACHMENTS = "ec2" "DescribeTransitGatewayAttachments";
    DESCRIBE_TRANSIT_GATEWAY_VPC_ATTACHMENTS = "ec2" "DescribeTransitGatewayVpcAttachments";
    DESCRIBE_TRANSIT_GATEWAY_PEERING_ATTACHMENTS = "ec2" "DescribeTransitGatewayPeeringAttachments";
    SEARCH_TRANSIT_GATEWAY_ROUTES = "ec2" "SearchTransitGatewayRoutes";
    GET_TRANSIT_GATEWAY_ROUTE_TABLE_PROPAGATIONS = "ec2" "GetTransitGatewayRouteTablePropagations";
    DESCRIBE_SECURITY_GROUP_VPC_ASSOCIATIONS = "ec2" "DescribeSecurityGroupVpcAssociations";
    DESCRIBE_FLOW_LOGS = "ec2" "DescribeFlowLogs";
    GET_CONSOLE_OUTPUT = "ec2" "GetConsoleOutput";
    GET_INSTANCE_PROFILE = "iam" "GetInstanceProfile";
    GET_ROLE = "iam" "GetRole";
    LIST_ATTACHED_ROLE_POLICIES = "iam" "ListAttachedRolePolicies";
    LIST_ROLE_POLICIES = "iam" "ListRolePolicies";
    GET_ROLE_POLICY = "iam" "GetRolePolicy";
    GET_USER = "iam" "GetUser";
    LIST_ATTACHED_USER_POLICIES = "iam" "ListAttachedUserPolicies";
    LIST_USER_POLICIES = "iam" "ListUserPolicies";
    GET_USER_POLICY = "iam" "GetUserPolicy";
    LIST_GROUPS_FOR_USER = "iam" "ListGroupsForUser";
    LIST_ATTACHED_GROUP_POLICIES = "iam" "ListAttachedGroupPolicies";
    LIST_GROUP_POLICIES = "iam" "ListGroupPolicies";
    GET_GROUP_POLICY = "iam" "GetGroupPolicy";
    LIST_POLICIES = "iam" "ListPolicies";
    GET_POLICY_VERSION = "iam" "GetPolicyVersion";
    SIMULATE_PRINCIPAL_POLICY = "iam" "SimulatePrincipalPolicy";
    DESCRIBE_INSTANCE_INFORMATION = "ssm" "DescribeInstanceInformation";
    GET_CONNECTION_STATUS = "ssm" "GetConnectionStatus";
    GET_SERVICE_SETTING = "ssm" "GetServiceSetting";
    GET_DOCUMENT = "ssm" "GetDocument";
    DESCRIBE_INSTANCE_CREDIT_SPECIFICATIONS = "ec2" "DescribeInstanceCreditSpecifications";
    GET_METRIC_STATISTICS = "cloudwatch" "GetMetricStatistics";
    FILTER_LOG_EVENTS = "logs" "FilterLogEvents";
    DESCRIBE_LOG_GROUPS = "logs" "DescribeLogGroups";
    LIST_HOSTED_ZONES_BY_VPC = "route53" "ListHostedZonesByVPC";
    LIST_RESOLVER_RULE_ASSOCIATIONS = "route53resolver" "ListResolverRuleAssociations";
    LIST_RESOLVER_RULES = "route53resolver" "ListResolverRules";
    LIST_FIREWALL_RULE_GROUP_ASSOCIATIONS = "route53resolver" "ListFirewallRuleGroupAssociations";
    LIST_FIREWALL_RULES = "route53resolver" "ListFirewallRules";
    LIST_FIREWALL_DOMAINS = "route53resolver" "ListFirewallDomains";
    GET_FUNCTION_CONFIGURATION = "lambda" "GetFunctionConfiguration";
    GET_CALLER_IDENTITY = "sts" "GetCallerIdentity";
    GET_BUCKET_POLICY = "s3" "GetBucketPolicy";
    GET_FUNCTION_POLICY = "lambda" "GetPolicy";
    GET_KEY_POLICY = "kms" "GetKeyPolicy";
    LIST_GRANTS = "kms" "ListGrants";
    GET_BUCKET_OWNERSHIP_CONTROLS = "s3" "GetBucketOwnershipControls";
    GET_QUEUE_ATTRIBUTES = "sqs" "GetQueueAttributes";
    GET_TOPIC_ATTRIBUTES = "sns" "GetTopicAttributes";
    DESCRIBE_INSTANCE_ATTRIBUTE = "ec2" "DescribeInstanceAttribute";
    DESCRIBE_INSTANCE_TYPES = "ec2" "DescribeInstanceTypes";
    DESCRIBE_KEY_PAIRS = "ec2" "DescribeKeyPairs";
    DESCRIBE_ADDRESSES = "ec2" "DescribeAddresses";
    DESCRIBE_MANAGED_PREFIX_LISTS = "ec2" "DescribeManagedPrefixLists";
    GET_SERIAL_CONSOLE_ACCESS_STATUS = "ec2" "GetSerialConsoleAccessStatus";
    DESCRIBE_LAUNCH_TEMPLATE_VERSIONS = "ec2" "DescribeLaunchTemplateVersions";
    GET_ALIAS = "lambda" "GetAlias";
    GET_FUNCTION_CONCURRENCY = "lambda" "GetFunctionConcurrency";
    GET_FUNCTION_EVENT_INVOKE_CONFIG = "lambda" "GetFunctionEventInvokeConfig";
    GET_FUNCTION_RECURSION_CONFIG = "lambda" "GetFunctionRecursionConfig";
    LIST_EVENT_SOURCE_MAPPINGS = "lambda" "ListEventSourceMappings";
    GET_ACCOUNT_SETTINGS = "lambda" "GetAccountSettings";
    GET_BUCKET_LOCATION = "s3" "GetBucketLocation";
    GET_BUCKET_VERSIONING = "s3" "GetBucketVersioning";
    DESCRIBE_KEY = "kms" "DescribeKey";
    LIST_RULES = "events" "ListRules";
    LIST_TARGETS_BY_RULE = "events" "ListTargetsByRule";
    LOOKUP_EVENTS = "cloudtrail" "LookupEvents";
    DESCRIBE_CLUSTERS = "ecs" "DescribeClusters";
    LIST_CLUSTERS = "ecs" "ListClusters";
    LIST_CONTAINER_INSTANCES = "ecs" "ListContainerInstances";
    DESCRIBE_CONTAINER_INSTANCES = "ecs" "DescribeContainerInstances";
    LIST_ACCOUNT_SETTINGS = "ecs" "ListAccountSettings";
    LIST_SERVICES = "ecs" "ListServices";
    DESCRIBE_SERVICES = "ecs" "DescribeServices";
    DESCRIBE_CAPACITY_PROVIDERS = "ecs" "DescribeCapacityProviders";
    DESCRIBE_AUTO_SCALING_GROUPS = "autoscaling" "DescribeAutoScalingGroups";
    DESCRIBE_AUTO_SCALING_INSTANCES = "autoscaling" "DescribeAutoScalingInstances";
    DESCRIBE_SCALING_ACTIVITIES = "autoscaling" "DescribeScalingActivities";
    DESCRIBE_ACTIVATIONS = "ssm" "DescribeActivations";
    DESCRIBE_ORGANIZATION = "organizations" "DescribeOrganization";
    LIST_PARENTS = "organizations" "ListParents";
    LIST_POLICIES_FOR_TARGET = "organizations" "ListPoliciesForTarget";
    DESCRIBE_POLICY = "organizations" "DescribePolicy";
}

//! The worlds: the same instance behind a NAT gateway, in a public subnet, and in a closed VPC with endpoints.

use super::World;
use crate::snapshot::metrics::CREDIT_BALANCE;
use crate::snapshot::operations as op;
use crate::snapshot::ssm::{DEFAULT_HOST_MANAGEMENT, SESSION_PREFERENCES};
use serde_json::{Value, json};

/// The instance of every world.
pub const INSTANCE: &str = "i-0123456789abcdef0";
/// Its account.
pub const ACCOUNT: &str = "123456789012";
/// Its Region.
pub const REGION: &str = "eu-west-1";

/// A private subnet, a NAT gateway in a public one, no endpoints.
pub fn nat() -> World {
    let mut world = base(
        &json!({ "DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1", "Origin": "CreateRoute", "State": "active" }),
    );
    world.answer(
        op::DESCRIBE_NAT_GATEWAYS,
        json!({ "NatGatewayIds": ["nat-1"] }),
        json!({ "NatGateways": [{
            "NatGatewayId": "nat-1", "SubnetId": "subnet-public", "VpcId": "vpc-1", "State": "available", "ConnectivityType": "public",
            "NatGatewayAddresses": [{
                "AllocationId": "eipalloc-1", "NetworkInterfaceId": "eni-nat", "PrivateIp": "10.0.9.7", "PublicIp": "203.0.113.7", "Status": "succeeded",
            }],
        }] }),
    );
    world
}

/// A public subnet: the instance has a public address and a route to an internet gateway.
pub fn public() -> World {
    let mut world = base(
        &json!({ "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1", "Origin": "CreateRoute", "State": "active" }),
    );
    let association = json!({ "PublicIp": "203.0.113.10", "IpOwnerId": "amazon" });
    let instance = "/Reservations/0/Instances/0";
    world.patch(op::DESCRIBE_INSTANCES, &format!("{instance}/PublicIpAddress"), json!("203.0.113.10"));
    let eni = format!("{instance}/NetworkInterfaces/0");
    world.patch(op::DESCRIBE_INSTANCES, &format!("{eni}/Association"), association.clone());
    world.patch(op::DESCRIBE_INSTANCES, &format!("{eni}/PrivateIpAddresses/0/Association"), association);
    world
}

/// A closed VPC: no way out but interface endpoints for `ssm`, `ssmmessages` and `ec2messages` in another subnet.
pub fn closed() -> World {
    closed_with(&["ssm", "ssmmessages", "ec2messages"])
}

/// A closed VPC with interface endpoints for these services in another subnet.
pub(super) fn closed_with(services: &[&str]) -> World {
    let mut world = base(&Value::Null);
    let endpoints: Vec<Value> = services.iter().map(|service| endpoint(service)).collect();
    world.patch(op::DESCRIBE_VPC_ENDPOINTS, "/VpcEndpoints", json!(endpoints));
    let interfaces: Vec<Value> = services
        .iter()
        .zip(11_u8..)
        .map(|(service, host)| {
            json!({
                "NetworkInterfaceId": format!("eni-{service}"), "SubnetId": "subnet-endpoints", "VpcId": "vpc-1",
                "InterfaceType": "vpc_endpoint", "Status": "in-use", "RequesterManaged": true, "OwnerId": ACCOUNT,
                "PrivateIpAddress": format!("10.0.5.{host}"), "Groups": [{ "GroupId": "sg-endpoints", "GroupName": "endpoints" }],
                "PrivateIpAddresses": [{ "PrivateIpAddress": format!("10.0.5.{host}"), "Primary": true }],
            })
        })
        .collect();
    let ids: Vec<String> = services.iter().map(|service| format!("eni-{service}")).collect();
    world.answer(
        op::DESCRIBE_NETWORK_INTERFACES,
        json!({ "NetworkInterfaceIds": ids }),
        json!({ "NetworkInterfaces": interfaces }),
    );
    world.answer(
        op::DESCRIBE_VPC_ATTRIBUTE,
        json!({ "VpcId": "vpc-1", "Attribute": "enableDnsHostnames" }),
        json!({ "VpcId": "vpc-1", "EnableDnsHostnames": { "Value": true } }),
    );
    world
}

fn endpoint(service: &str) -> Value {
    json!({
        "VpcEndpointId": format!("vpce-{service}"), "VpcEndpointType": "Interface", "VpcId": "vpc-1", "OwnerId": ACCOUNT,
        "ServiceName": format!("com.amazonaws.{REGION}.{service}"), "State": "available", "PrivateDnsEnabled": true,
        "PolicyDocument": r#"{"Statement":[{"Action":"*","Effect":"Allow","Principal":"*","Resource":"*"}]}"#,
        "SubnetIds": ["subnet-endpoints"], "NetworkInterfaceIds": [format!("eni-{service}")], "RouteTableIds": [],
        "Groups": [{ "GroupId": "sg-endpoints", "GroupName": "endpoints" }], "IpAddressType": "ipv4",
        "DnsOptions": { "DnsRecordIpType": "ipv4" },
    })
}

fn base(default_route: &Value) -> World {
    let mut world = World::new();
    instance(&mut world);
    network(&mut world, default_route);
    identity(&mut world);
    world
}

fn instance(world: &mut World) {
    let eni = json!({
        "NetworkInterfaceId": "eni-1", "SubnetId": "subnet-private", "VpcId": "vpc-1", "Status": "in-use", "InterfaceType": "interface",
        "SourceDestCheck": true, "Attachment": { "DeviceIndex": 0, "Status": "attached" }, "PrivateIpAddress": "10.0.1.10",
        "PrivateIpAddresses": [{ "Primary": true, "PrivateIpAddress": "10.0.1.10" }], "Ipv6Addresses": [],
        "Groups": [{ "GroupId": "sg-1", "GroupName": "web" }],
    });
    let instance = json!({
        "InstanceId": INSTANCE, "ImageId": "ami-1", "InstanceType": "t3.micro", "LaunchTime": "2026-11-20T08:00:00+00:00",
        "State": { "Code": 16, "Name": "running" }, "VpcId": "vpc-1", "SubnetId": "subnet-private", "PrivateIpAddress": "10.0.1.10",
        "IamInstanceProfile": { "Arn": format!("arn:aws:iam::{ACCOUNT}:instance-profile/web"), "Id": "AIPA1" },
        "MetadataOptions": { "State": "applied", "HttpEndpoint": "enabled", "HttpTokens": "required", "HttpPutResponseHopLimit": 2 },
        "NetworkInterfaces": [eni], "Placement": { "AvailabilityZone": "eu-west-1a", "Tenancy": "default" }, "RootDeviceType": "ebs",
        "SecurityGroups": [{ "GroupId": "sg-1", "GroupName": "web" }], "SourceDestCheck": true, "PlatformDetails": "Linux/UNIX",
        "Tags": [{ "Key": "Name", "Value": "web-1" }],
    });
    let ok = json!({ "Status": "ok", "Details": [{ "Name": "reachability", "Status": "passed" }] });
    world
        .answer(
            op::DESCRIBE_INSTANCES,
            json!({ "InstanceIds": [INSTANCE] }),
            json!({ "Reservations": [{ "OwnerId": ACCOUNT, "Instances": [instance] }] }),
        )
        .answer(
            op::DESCRIBE_INSTANCE_STATUS,
            json!({ "InstanceIds": [INSTANCE], "IncludeAllInstances": true }),
            json!({ "InstanceStatuses": [{
                "InstanceId": INSTANCE, "InstanceState": { "Name": "running" }, "InstanceStatus": ok, "SystemStatus": ok, "AttachedEbsStatus": ok,
            }] }),
        )
        .answer(
            op::DESCRIBE_INSTANCE_INFORMATION,
            json!({ "Filters": [{ "Key": "InstanceIds", "Values": [INSTANCE] }] }),
            json!({ "InstanceInformationList": [{
                "InstanceId": INSTANCE, "PingStatus": "Online", "LastPingDateTime": "2026-11-22T20:11:00+00:00", "AgentVersion": "3.3.987.0",
                "PlatformType": "Linux", "PlatformName": "Amazon Linux", "PlatformVersion": "2023", "ResourceType": "EC2Instance",
                "IPAddress": "10.0.1.10", "ComputerName": "web-1",
            }] }),
        )
        .answer(
            op::GET_CONNECTION_STATUS,
            json!({ "Target": INSTANCE }),
            json!({ "Target": INSTANCE, "Status": "connected" }),
        )
        .answer(
            op::GET_CONSOLE_OUTPUT,
            json!({ "InstanceId": INSTANCE, "Latest": true }),
            json!({ "InstanceId": INSTANCE, "Timestamp": "2026-11-22T20:13:00+00:00", "Output": "Amazon SSM Agent v3.3.987.0 is running\nweb-1 login: \n" }),
        )
        .answer(
            op::DESCRIBE_IMAGES,
            json!({ "ImageIds": ["ami-1"] }),
            json!({ "Images": [{
                "ImageId": "ami-1", "Name": "al2023-ami-2023.9.20261101.0-kernel-6.12-x86_64", "OwnerId": "137112412989", "ImageOwnerAlias": "amazon",
                "PlatformDetails": "Linux/UNIX",
            }] }),
        );
    world.answer(
        op::GET_METRIC_STATISTICS,
        json!({ "Namespace": "AWS/EC2", "MetricName": CREDIT_BALANCE, "Dimensions": [{ "Name": "InstanceId", "Value": INSTANCE }] }),
        json!({ "Label": CREDIT_BALANCE, "Datapoints": [{ "Timestamp": "2026-11-22T20:10:00+00:00", "Maximum": 144.0, "Unit": "Count" }] }),
    );
    let preferences =
        json!({ "schemaVersion": "1.0", "sessionType": "Standard_Stream", "inputs": { "idleSessionTimeout": "20" } });
    world.answer(
        op::GET_DOCUMENT,
        json!({ "Name": SESSION_PREFERENCES }),
        json!({ "Name": SESSION_PREFERENCES, "DocumentVersion": "1", "Content": preferences.to_string() }),
    );
}

fn subnet(id: &str, block: &str, zone: &str) -> Value {
    json!({
        "SubnetId": id, "VpcId": "vpc-1", "CidrBlock": block, "AvailabilityZone": zone, "OwnerId": ACCOUNT, "State": "available",
        "AvailableIpAddressCount": 200, "Ipv6CidrBlockAssociationSet": [], "Ipv6Native": false,
        "BlockPublicAccessStates": { "InternetGatewayBlockMode": "off" },
    })
}

fn network(world: &mut World, default_route: &Value) {
    let in_vpc = json!({ "Filters": [{ "Name": "vpc-id", "Values": ["vpc-1"] }] });
    let local = json!({ "DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "Origin": "CreateRouteTable", "State": "active" });
    let to_igw = json!({ "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1", "Origin": "CreateRoute", "State": "active" });
    let mut private = vec![local.clone()];
    if !default_route.is_null() {
        private.push(default_route.clone());
    }
    let tables = json!({ "RouteTables": [
        { "RouteTableId": "rtb-private", "VpcId": "vpc-1", "OwnerId": ACCOUNT, "Routes": private, "Associations": [
            { "Main": true, "RouteTableAssociationId": "rtbassoc-1", "RouteTableId": "rtb-private", "AssociationState": { "State": "associated" } }] },
        { "RouteTableId": "rtb-public", "VpcId": "vpc-1", "OwnerId": ACCOUNT, "Routes": [local, to_igw], "Associations": [
            { "Main": false, "RouteTableAssociationId": "rtbassoc-2", "RouteTableId": "rtb-public", "SubnetId": "subnet-public",
              "AssociationState": { "State": "associated" } }] },
    ] });
    let any = |egress: bool, number: u32, action: &str| json!({ "CidrBlock": "0.0.0.0/0", "Egress": egress, "Protocol": "-1", "RuleAction": action, "RuleNumber": number });
    let acls = json!({ "NetworkAcls": [{
        "NetworkAclId": "acl-1", "VpcId": "vpc-1", "IsDefault": true, "OwnerId": ACCOUNT,
        "Associations": [
            { "NetworkAclAssociationId": "aclassoc-1", "NetworkAclId": "acl-1", "SubnetId": "subnet-private" },
            { "NetworkAclAssociationId": "aclassoc-2", "NetworkAclId": "acl-1", "SubnetId": "subnet-public" },
            { "NetworkAclAssociationId": "aclassoc-3", "NetworkAclId": "acl-1", "SubnetId": "subnet-endpoints" }],
        "Entries": [any(true, 100, "allow"), any(true, 32767, "deny"), any(false, 100, "allow"), any(false, 32767, "deny")],
    }] });
    let all_out = json!({ "IpProtocol": "-1", "IpRanges": [{ "CidrIp": "0.0.0.0/0" }], "Ipv6Ranges": [], "PrefixListIds": [], "UserIdGroupPairs": [] });
    let https_in = json!({ "IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{ "CidrIp": "10.0.0.0/16" }], "Ipv6Ranges": [],
        "PrefixListIds": [], "UserIdGroupPairs": [] });
    let groups = json!({ "SecurityGroups": [
        { "GroupId": "sg-1", "GroupName": "web", "VpcId": "vpc-1", "OwnerId": ACCOUNT, "IpPermissions": [], "IpPermissionsEgress": [all_out] },
        { "GroupId": "sg-endpoints", "GroupName": "endpoints", "VpcId": "vpc-1", "OwnerId": ACCOUNT, "IpPermissions": [https_in],
          "IpPermissionsEgress": [] },
    ] });
    world
        .answer(
            op::DESCRIBE_VPCS,
            json!({ "VpcIds": ["vpc-1"] }),
            json!({ "Vpcs": [{
                "VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16", "DhcpOptionsId": "dopt-1", "InstanceTenancy": "default", "IsDefault": false,
                "OwnerId": ACCOUNT, "State": "available", "BlockPublicAccessStates": { "InternetGatewayBlockMode": "off" },
                "CidrBlockAssociationSet": [{ "AssociationId": "vpc-cidr-1", "CidrBlock": "10.0.0.0/16", "CidrBlockState": { "State": "associated" } }],
            }] }),
        )
        .answer(
            op::DESCRIBE_SUBNETS,
            in_vpc.clone(),
            json!({ "Subnets": [
                subnet("subnet-private", "10.0.1.0/24", "eu-west-1a"),
                subnet("subnet-public", "10.0.9.0/24", "eu-west-1a"),
                subnet("subnet-endpoints", "10.0.5.0/24", "eu-west-1b"),
            ] }),
        )
        .answer(op::DESCRIBE_ROUTE_TABLES, in_vpc.clone(), tables)
        .answer(op::DESCRIBE_NETWORK_ACLS, in_vpc.clone(), acls)
        .answer(op::DESCRIBE_SECURITY_GROUPS, in_vpc.clone(), groups)
        .answer(op::DESCRIBE_VPC_ENDPOINTS, in_vpc, json!({ "VpcEndpoints": [] }))
        .answer(
            op::DESCRIBE_VPC_ATTRIBUTE,
            json!({ "VpcId": "vpc-1", "Attribute": "enableDnsSupport" }),
            json!({ "VpcId": "vpc-1", "EnableDnsSupport": { "Value": true } }),
        )
        .answer(
            op::DESCRIBE_DHCP_OPTIONS,
            json!({ "DhcpOptionsIds": ["dopt-1"] }),
            json!({ "DhcpOptions": [{ "DhcpOptionsId": "dopt-1", "OwnerId": ACCOUNT, "DhcpConfigurations": [
                { "Key": "domain-name", "Values": [{ "Value": "eu-west-1.compute.internal" }] },
                { "Key": "domain-name-servers", "Values": [{ "Value": "AmazonProvidedDNS" }] }] }] }),
        )
        .answer(
            op::LIST_HOSTED_ZONES_BY_VPC,
            json!({ "VPCId": "vpc-1", "VPCRegion": REGION }),
            json!({ "HostedZoneSummaries": [] }),
        )
        .answer(
            op::LIST_RESOLVER_RULE_ASSOCIATIONS,
            json!({ "Filters": [{ "Name": "VPCId", "Values": ["vpc-1"] }] }),
            json!({ "ResolverRuleAssociations": [] }),
        )
        .answer(
            op::LIST_FIREWALL_RULE_GROUP_ASSOCIATIONS,
            json!({ "VpcId": "vpc-1" }),
            json!({ "FirewallRuleGroupAssociations": [] }),
        );
}

fn identity(world: &mut World) {
    let trust = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Principal": { "Service": "ec2.amazonaws.com" }, "Action": "sts:AssumeRole" }] });
    let role = json!({
        "RoleName": "web", "RoleId": "AROA1", "Path": "/", "Arn": format!("arn:aws:iam::{ACCOUNT}:role/web"),
        "AssumeRolePolicyDocument": trust, "Tags": [],
    });
    let core = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore";
    let of_role = json!({ "RoleName": "web" });
    let attached = json!([{ "PolicyName": "AmazonSSMManagedInstanceCore", "PolicyArn": core }]);
    // Source: AWS managed policy reference, AmazonSSMManagedInstanceCore, version 2.
    let document = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Resource": "*", "Action": [
            "ssm:DescribeAssociation", "ssm:GetDeployablePatchSnapshotForInstance", "ssm:GetDocument", "ssm:DescribeDocument",
            "ssm:GetManifest", "ssm:GetParameter", "ssm:GetParameters", "ssm:ListAssociations", "ssm:ListInstanceAssociations",
            "ssm:PutInventory", "ssm:PutComplianceItems", "ssm:PutConfigurePackageResult", "ssm:UpdateAssociationStatus",
            "ssm:UpdateInstanceAssociationStatus", "ssm:UpdateInstanceInformation"] },
        { "Effect": "Allow", "Resource": "*", "Action": [
            "ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel", "ssmmessages:OpenControlChannel",
            "ssmmessages:OpenDataChannel"] },
        { "Effect": "Allow", "Resource": "*", "Action": [
            "ec2messages:AcknowledgeMessage", "ec2messages:DeleteMessage", "ec2messages:FailMessage", "ec2messages:GetEndpoint",
            "ec2messages:GetMessages", "ec2messages:SendReply"] },
    ] });
    world
        .answer(
            op::GET_INSTANCE_PROFILE,
            json!({ "InstanceProfileName": "web" }),
            json!({ "InstanceProfile": {
                "InstanceProfileName": "web", "InstanceProfileId": "AIPA1", "Arn": format!("arn:aws:iam::{ACCOUNT}:instance-profile/web"),
                "Roles": [role],
            } }),
        )
        .answer(op::GET_ROLE, of_role.clone(), json!({ "Role": role }))
        .answer(op::LIST_ATTACHED_ROLE_POLICIES, of_role.clone(), json!({ "AttachedPolicies": attached }))
        .answer(op::LIST_ROLE_POLICIES, of_role, json!({ "PolicyNames": [] }))
        .answer(
            op::LIST_POLICIES,
            json!({ "OnlyAttached": true }),
            json!({ "Policies": [{ "PolicyName": "AmazonSSMManagedInstanceCore", "Arn": core, "DefaultVersionId": "v2" }] }),
        )
        .answer(
            op::GET_POLICY_VERSION,
            json!({ "PolicyArn": core, "VersionId": "v2" }),
            json!({ "PolicyVersion": { "Document": document, "VersionId": "v2", "IsDefaultVersion": true } }),
        )
        .answer(
            op::GET_SERVICE_SETTING,
            json!({ "SettingId": DEFAULT_HOST_MANAGEMENT }),
            json!({ "ServiceSetting": {
                "SettingId": DEFAULT_HOST_MANAGEMENT, "SettingValue": "$None", "Status": "Default" } }),
        );
}

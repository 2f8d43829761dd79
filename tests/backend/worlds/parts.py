"""What the worlds are made of. Each function names what it makes: `$vpc`, `$subnet`, `$instance`, ..."""

AGENT = "3.3.987.0"
AMAZON_LINUX = "ami-0a1b2c3d4e5f60001"
ECS_OPTIMIZED = "ami-0a1b2c3d4e5f60004"
EC2_TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
PLAIN = str.maketrans("-.", "__")  # names of services as names of a world
CONSOLE = """\
[    0.000000] Linux version 6.1.115-126.197.amzn2023.x86_64 (mockbuild@ip-10-0-33-12) #1 SMP PREEMPT_DYNAMIC
[    0.512001] EXT4-fs (nvme0n1p1): mounted filesystem with ordered data mode. Quota mode: none.
[    1.204410] systemd[1]: Hostname set to <localhost>.
[    3.771022] cloud-init[1712]: Cloud-init v. 22.2.2 running 'modules:final'
{time}: Amazon SSM Agent v{agent} is running
{time}: OsProductName: Amazon Linux
{time}: OsVersion: 2023
Amazon Linux 2023.6.20241121
ip-10-20-1-10 login:
"""


def vpc(world, cidr="10.20.0.0/16", ipv6=False, dns_hostnames=True):
    """`$vpc` with `$dhcp` (Amazon's resolver), `$main_rtb` and `$default_sg`."""
    world.call(
        "ec2.CreateVpc",
        {"vpc": "Vpc.VpcId"},
        CidrBlock=cidr,
        AmazonProvidedIpv6CidrBlock=ipv6,
        TagSpecifications=[{"ResourceType": "vpc", "Tags": [{"Key": "Name", "Value": "triage"}]}],
    )
    of_vpc = [{"Name": "vpc-id", "Values": ["$vpc"]}]
    world.call("ec2.DescribeRouteTables", {"main_rtb": "RouteTables[0].RouteTableId"}, Filters=of_vpc)
    world.call("ec2.DescribeSecurityGroups", {"default_sg": "SecurityGroups[0].GroupId"}, Filters=of_vpc)
    if dns_hostnames:
        world.call("ec2.ModifyVpcAttribute", VpcId="$vpc", EnableDnsHostnames={"Value": True})
    world.call(
        "ec2.CreateDhcpOptions",
        {"dhcp": "DhcpOptions.DhcpOptionsId"},
        DhcpConfigurations=[
            {"Key": "domain-name-servers", "Values": ["AmazonProvidedDNS"]},
            {"Key": "domain-name", "Values": ["$region.compute.internal"]},
        ],
    )
    world.call("ec2.AssociateDhcpOptions", DhcpOptionsId="$dhcp", VpcId="$vpc")


def subnet(world, name, cidr, zone="a", public=False, ipv6=False, **more):
    """`$<name>` with a route table `$<name>_rtb` and a network ACL `$<name>_acl` of its own; `subnet` has `$rtb`, `$acl`."""
    cidr = {"CidrBlock": cidr} if cidr else {}
    world.call("ec2.CreateSubnet", {name: "Subnet.SubnetId"}, VpcId="$vpc", AvailabilityZone=f"$zone_{zone}", **cidr, **more)
    prefix = "" if name == "subnet" else name.removesuffix("_subnet") + "_"
    route_table(world, f"{prefix}rtb", f"${name}", f"{prefix}rtb_association")
    network_acl(world, f"{prefix}acl", f"${name}", f"{prefix}acl_association", ipv6)
    if public:
        world.call("ec2.CreateRoute", RouteTableId=f"${prefix}rtb", DestinationCidrBlock="0.0.0.0/0", GatewayId="$igw")


def route_table(world, name, subnet_id, association):
    """A route table for one subnet."""
    world.call("ec2.CreateRouteTable", {name: "RouteTable.RouteTableId"}, VpcId="$vpc")
    world.call("ec2.AssociateRouteTable", {association: "AssociationId"}, RouteTableId=f"${name}", SubnetId=subnet_id)


def network_acl(world, name, subnet_id, association, ipv6=False):
    """A network ACL for one subnet that allows everything: IPv4 as rule 100, and IPv6 as rule 101 where there is any."""
    world.call("ec2.CreateNetworkAcl", {name: "NetworkAcl.NetworkAclId"}, VpcId="$vpc")
    for egress in (False, True):
        shared = {"NetworkAclId": f"${name}", "Protocol": "-1", "RuleAction": "allow", "Egress": egress}
        world.call("ec2.CreateNetworkAclEntry", RuleNumber=100, CidrBlock="0.0.0.0/0", **shared)
        if ipv6:
            world.call("ec2.CreateNetworkAclEntry", RuleNumber=101, Ipv6CidrBlock="::/0", **shared)
    of_subnet = [{"Name": "association.subnet-id", "Values": [subnet_id]}]
    found = world.call("ec2.DescribeNetworkAcls", Filters=of_subnet)
    old = next(
        each["NetworkAclAssociationId"]
        for acl in found["NetworkAcls"]
        for each in acl["Associations"]
        if each["SubnetId"] == world.resolve(subnet_id)
    )
    world.call("ec2.ReplaceNetworkAclAssociation", {association: "NewAssociationId"}, AssociationId=old, NetworkAclId=f"${name}")


def internet_gateway(world):
    """`$igw`, attached."""
    world.call("ec2.CreateInternetGateway", {"igw": "InternetGateway.InternetGatewayId"})
    world.call("ec2.AttachInternetGateway", InternetGatewayId="$igw", VpcId="$vpc")


def group(world, name="sg", description="instance"):
    """A security group with no inbound rule and the usual outbound rules that allow everything."""
    world.call("ec2.CreateSecurityGroup", {name: "GroupId"}, GroupName=name, Description=description, VpcId="$vpc")


def role(world, core=True):
    """`$role` that EC2 may assume, with the core policy, in `$profile`."""
    world.names.update(
        role="web-instance", profile="web-instance", core_policy="arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
    )
    world.call("iam.CreateRole", {"role_arn": "Role.Arn"}, RoleName="$role", AssumeRolePolicyDocument=EC2_TRUST)
    if core:
        world.call("iam.AttachRolePolicy", RoleName="$role", PolicyArn="$core_policy")
    world.call(
        "iam.CreateInstanceProfile",
        {"profile_arn": "InstanceProfile.Arn", "profile_id": "InstanceProfile.InstanceProfileId"},
        InstanceProfileName="$profile",
    )
    world.call("iam.AddRoleToInstanceProfile", InstanceProfileName="$profile", RoleName="$role")


def instance(world, profile=True, image=AMAZON_LINUX, size="t3.micro", **more):
    """`$instance`: five days up, status checks passed, with `$eni` and `$instance_ip`, on `$subnet` in `$sg`."""
    if "NetworkInterfaces" not in more:
        more |= {"SubnetId": "$subnet", "SecurityGroupIds": ["$sg"]}
    if profile:
        more["IamInstanceProfile"] = {"Name": "$profile"}
    more.setdefault("MetadataOptions", {"HttpTokens": "required", "HttpEndpoint": "enabled", "HttpPutResponseHopLimit": 2})
    world.call(
        "ec2.RunInstances",
        {
            "instance": "Instances[0].InstanceId",
            "eni": "Instances[0].NetworkInterfaces[0].NetworkInterfaceId",
        },
        ImageId=image,
        InstanceType=size,
        MinCount=1,
        MaxCount=1,
        TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "web-1"}]}],
        **more,
    )
    found = world.call("ec2.DescribeInstances", InstanceIds=["$instance"])["Reservations"][0]["Instances"][0]
    world.names["instance_ip"] = found.get("PrivateIpAddress", "")
    world.names["volume"] = found["BlockDeviceMappings"][0]["Ebs"]["VolumeId"]
    world.run([{"object": "instance $instance", "set": {"launch_time": "@-5d"}}])


def named_instance(world, short, name, subnet_id, group_id):
    """`$<short>` with `$<short>_eni` and `$<short>_ip`: an instance beside the one under diagnosis."""
    made = {short: "Instances[0].InstanceId", f"{short}_eni": "Instances[0].NetworkInterfaces[0].NetworkInterfaceId"}
    world.call(
        "ec2.RunInstances",
        {**made, f"{short}_ip": "Instances[0].PrivateIpAddress"},
        ImageId=AMAZON_LINUX,
        InstanceType="t3.micro",
        MinCount=1,
        MaxCount=1,
        SubnetId=subnet_id,
        SecurityGroupIds=[group_id],
        TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": name}]}],
    )
    world.run([{"object": f"instance ${short}", "set": {"launch_time": "@-5d"}}])


def two_vpcs(world):
    """`$instance` in `$vpc`, and `$far` in `$far_vpc` (10.30.0.0/16), whose group lets 10.20.0.0/16 in on 5432; nothing joins them."""
    vpc(world)
    subnet(world, "subnet", "10.20.1.0/24")
    group(world)
    role(world)
    instance(world)
    world.call("ec2.CreateVpc", {"far_vpc": "Vpc.VpcId"}, CidrBlock="10.30.0.0/16")
    far = {"VpcId": "$far_vpc"}
    world.call("ec2.CreateSubnet", {"far_subnet": "Subnet.SubnetId"}, CidrBlock="10.30.1.0/24", AvailabilityZone="$zone_a", **far)
    world.call("ec2.CreateRouteTable", {"far_rtb": "RouteTable.RouteTableId"}, **far)
    world.call("ec2.AssociateRouteTable", RouteTableId="$far_rtb", SubnetId="$far_subnet")
    world.call("ec2.CreateSecurityGroup", {"far_sg": "GroupId"}, GroupName="far", Description="far", **far)
    world.call(
        "ec2.AuthorizeSecurityGroupIngress",
        GroupId="$far_sg",
        IpPermissions=[{"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "IpRanges": [{"CidrIp": "10.20.0.0/16"}]}],
    )
    named_instance(world, "far", "far-1", "$far_subnet", "$far_sg")


def console(world, agent=AGENT):
    """A boot without trouble, in which the agent says its version."""
    text = CONSOLE.format(time="2026-11-18 06:02:11.0411", agent=agent)
    world.run([{"state": {"console": {"$instance": {"text": text, "time": "@-4d"}}}}])


def node(world, **more):
    """The managed node of `$instance`: online, connected, heard of a minute ago."""
    members = {
        "PingStatus": "Online",
        "LastPingDateTime": "@-1m",
        "AgentVersion": AGENT,
        "IsLatestVersion": True,
        "PlatformType": "Linux",
        "PlatformName": "Amazon Linux",
        "PlatformVersion": "2023",
        "ResourceType": "EC2Instance",
        "IPAddress": "$instance_ip",
        "ComputerName": "ip-10-20-1-10.$region.compute.internal",
        "AssociationStatus": "Success",
        "LastAssociationExecutionDate": "@-10m",
        "LastSuccessfulAssociationExecutionDate": "@-10m",
        "AssociationOverview": {"DetailedStatus": "Success", "InstanceAssociationStatusAggregatedCount": {"Success": 1}},
        "SourceId": "$instance",
        "SourceType": "AWS::EC2::Instance",
        "Connected": True,
        **more,
    }
    world.run([{"node": members}])


def managed_instance(world, **more):
    """The usual end of a world: role, instance, console text, node."""
    role(world)
    instance(world, **more)
    console(world)
    node(world)


def endpoint(world, short, subnets=("$subnet",), groups=("$endpoint_sg",), private_dns=True, **more):
    """`$endpoint_<short>`: an interface endpoint for a service of the region; `.` and `-` become `_` in the name."""
    world.call(
        "ec2.CreateVpcEndpoint",
        {f"endpoint_{short.translate(PLAIN)}": "VpcEndpoint.VpcEndpointId"},
        VpcEndpointType="Interface",
        VpcId="$vpc",
        ServiceName=f"com.amazonaws.$region.{short}",
        SubnetIds=list(subnets),
        SecurityGroupIds=list(groups),
        PrivateDnsEnabled=private_dns,
        **more,
    )


def gateway_endpoint(world, short="s3", tables=("$rtb",)):
    """`$endpoint_<short>`: a gateway endpoint for S3 or DynamoDB in route tables."""
    world.call(
        "ec2.CreateVpcEndpoint",
        {f"endpoint_{short}": "VpcEndpoint.VpcEndpointId"},
        VpcEndpointType="Gateway",
        VpcId="$vpc",
        ServiceName=f"com.amazonaws.$region.{short}",
        RouteTableIds=list(tables),
    )


def endpoint_group(world):
    """`$endpoint_sg`: lets `$sg` in on 443."""
    group(world, "endpoint_sg", "endpoints")
    world.call(
        "ec2.AuthorizeSecurityGroupIngress",
        GroupId="$endpoint_sg",
        IpPermissions=[{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "UserIdGroupPairs": [{"GroupId": "$sg"}]}],
    )


def nat_gateway(world):
    """`$nat` in `$public_subnet` with the address `$eip`, and the default route of `$rtb` to it."""
    world.call("ec2.AllocateAddress", {"eip": "AllocationId"}, Domain="vpc")
    world.call("ec2.CreateNatGateway", {"nat": "NatGateway.NatGatewayId"}, SubnetId="$public_subnet", AllocationId="$eip")
    world.run([{"object": "nat-gateway $nat", "set": {"_created_at": "@-90d"}}])
    world.call("ec2.CreateRoute", RouteTableId="$rtb", DestinationCidrBlock="0.0.0.0/0", NatGatewayId="$nat")


def ipv6_block(world):
    """`$vpc_ipv6` and the first /64 of it as `$subnet_ipv6`."""
    found = world.call("ec2.DescribeVpcs", VpcIds=["$vpc"])["Vpcs"][0]
    block = found["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"]
    world.names["vpc_ipv6"] = block
    world.names["subnet_ipv6"] = f"{block.split('/')[0]}/64"


def egress_only_gateway(world):
    """`$eigw` and the IPv6 default route of `$rtb` to it."""
    gateway = {"eigw": "EgressOnlyInternetGateway.EgressOnlyInternetGatewayId"}
    world.call("ec2.CreateEgressOnlyInternetGateway", gateway, VpcId="$vpc")
    world.call("ec2.CreateRoute", RouteTableId="$rtb", DestinationIpv6CidrBlock="::/0", EgressOnlyInternetGatewayId="$eigw")

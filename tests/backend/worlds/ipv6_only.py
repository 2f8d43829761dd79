"""An IPv6-only subnet with an egress-only gateway, and an agent that speaks IPv6."""

from worlds import parts


def build(world):
    """Make it."""
    parts.vpc(world, ipv6=True)
    parts.ipv6_block(world)
    parts.subnet(world, "subnet", "10.20.1.0/24", ipv6=True, Ipv6CidrBlock="$subnet_ipv6")
    parts.egress_only_gateway(world)
    parts.group(world)
    # Without IPv4 the metadata service is reached at fd00:ec2::254 (EC2 user guide, instance metadata).
    metadata = {"HttpTokens": "required", "HttpEndpoint": "enabled", "HttpProtocolIpv6": "enabled"}
    parts.managed_instance(world, Ipv6AddressCount=1, MetadataOptions=metadata)
    world.run([{"patch": {"service": "ec2", **patch}} for patch in WITHOUT_IPV4])
    address = world.call("ec2.DescribeInstances", InstanceIds=["$instance"])["Reservations"][0]["Instances"][0]
    world.names["instance_ip"] = address["NetworkInterfaces"][0]["Ipv6Addresses"][0]["Ipv6Address"]
    world.run([{"node": {"IPAddress": "$instance_ip"}}])


INSTANCE = "Reservations[*].Instances[InstanceId=$instance]"
# moto gives every instance an IPv4 address; an IPv6-only subnet has no IPv4 block (VPC user guide, subnet types).
WITHOUT_IPV4 = [
    {"operation": "DescribeSubnets", "path": "Subnets[SubnetId=$subnet].CidrBlock", "remove": True},
    {"operation": "DescribeSubnets", "path": "Subnets[SubnetId=$subnet].Ipv6Native", "set": True},
    {"operation": "DescribeInstances", "path": f"{INSTANCE}.PrivateIpAddress", "remove": True},
    {"operation": "DescribeInstances", "path": f"{INSTANCE}.PrivateDnsName", "set": "$instance.$region.compute.internal"},
    {"operation": "DescribeInstances", "path": f"{INSTANCE}.NetworkInterfaces[*].PrivateIpAddress", "remove": True},
    {"operation": "DescribeInstances", "path": f"{INSTANCE}.NetworkInterfaces[*].PrivateIpAddresses", "set": []},
    {
        "operation": "DescribeNetworkInterfaces",
        "path": "NetworkInterfaces[NetworkInterfaceId=$eni].PrivateIpAddress",
        "remove": True,
    },
    {
        "operation": "DescribeNetworkInterfaces",
        "path": "NetworkInterfaces[NetworkInterfaceId=$eni].PrivateIpAddresses",
        "set": [],
    },
]

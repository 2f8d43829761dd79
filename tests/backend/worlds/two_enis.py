"""An instance with two interfaces in two private subnets; both reach the internet through one NAT gateway."""

from worlds import parts


def build(world):
    """Make it."""
    parts.vpc(world)
    parts.internet_gateway(world)
    parts.subnet(world, "subnet", "10.20.1.0/24")
    parts.subnet(world, "second_subnet", "10.20.2.0/24")
    parts.subnet(world, "public_subnet", "10.20.0.0/24", public=True)
    parts.nat_gateway(world)
    world.call("ec2.CreateRoute", RouteTableId="$second_rtb", DestinationCidrBlock="0.0.0.0/0", NatGatewayId="$nat")
    parts.group(world)
    interfaces = [
        {"DeviceIndex": 0, "SubnetId": "$subnet", "Groups": ["$sg"]},
        {"DeviceIndex": 1, "SubnetId": "$second_subnet", "Groups": ["$sg"]},
    ]
    parts.managed_instance(world, NetworkInterfaces=interfaces)
    found = world.call("ec2.DescribeInstances", InstanceIds=["$instance"])
    for each in found["Reservations"][0]["Instances"][0]["NetworkInterfaces"]:
        if each["Attachment"]["DeviceIndex"] == 1:
            world.names["second_eni"] = each["NetworkInterfaceId"]

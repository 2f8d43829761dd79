"""A function in two private subnets that reach the internet through a NAT gateway in a public one."""

from worlds import functions, nat, parts


def build(world):
    """Make it."""
    network(world)
    functions.role(world)
    functions.function(world, subnets=("$subnet", "$second_subnet"))


def network(world):
    """The VPC of this world, without the function."""
    nat.network(world)
    parts.subnet(world, "second_subnet", "10.20.2.0/24", zone="b")
    world.call("ec2.CreateRoute", RouteTableId="$second_rtb", DestinationCidrBlock="0.0.0.0/0", NatGatewayId="$nat")

"""A function in a dual-stack subnet: IPv4 through a NAT gateway, IPv6 through an egress-only internet gateway."""

from worlds import functions, parts


def build(world):
    """Make it."""
    parts.vpc(world, ipv6=True)
    parts.ipv6_block(world)
    parts.internet_gateway(world)
    parts.subnet(world, "subnet", "10.20.1.0/24", ipv6=True, Ipv6CidrBlock="$subnet_ipv6")
    parts.subnet(world, "public_subnet", "10.20.0.0/24", public=True)
    parts.nat_gateway(world)
    parts.egress_only_gateway(world)
    parts.group(world)
    functions.role(world)
    functions.function(world, subnets=("$subnet",), ipv6=True)

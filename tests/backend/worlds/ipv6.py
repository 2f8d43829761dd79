"""A dual-stack subnet without any IPv4 way out: Systems Manager is reached over IPv6 and an egress-only gateway."""

from worlds import parts


def build(world):
    """Make it."""
    parts.vpc(world, ipv6=True)
    parts.ipv6_block(world)
    parts.subnet(world, "subnet", "10.20.1.0/24", ipv6=True, Ipv6CidrBlock="$subnet_ipv6")
    parts.egress_only_gateway(world)
    parts.group(world)
    parts.managed_instance(world, Ipv6AddressCount=1)

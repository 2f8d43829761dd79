"""An IPv6-only subnet with an egress-only gateway, and an agent that speaks IPv6."""

from worlds import parts


def build(world):
    parts.vpc(world, ipv6=True)
    parts.ipv6_block(world)
    parts.subnet(world, "subnet", None, ipv6=True, Ipv6CidrBlock="$subnet_ipv6", Ipv6Native=True)
    parts.egress_only_gateway(world)
    parts.group(world)
    parts.managed_instance(world, Ipv6AddressCount=1)

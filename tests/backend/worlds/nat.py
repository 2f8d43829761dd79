"""A private subnet that reaches Systems Manager through a NAT gateway in a public subnet."""

from worlds import parts


def build(world):
    """Make it."""
    network(world)
    parts.managed_instance(world)


def network(world):
    """The VPC of this world, without the instance."""
    parts.vpc(world)
    parts.internet_gateway(world)
    parts.subnet(world, "subnet", "10.20.1.0/24")
    parts.subnet(world, "public_subnet", "10.20.0.0/24", public=True)
    parts.nat_gateway(world)
    parts.group(world)

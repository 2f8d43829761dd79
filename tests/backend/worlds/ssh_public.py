"""An instance with an Elastic IP that lets an office in on 22."""

from worlds import parts, shells


def build(world):
    """Make it."""
    instance(world)
    shells.address(world)


def instance(world):
    """The instance, without an address."""
    parts.vpc(world)
    parts.internet_gateway(world)
    parts.subnet(world, "subnet", "10.20.1.0/24", public=True)
    parts.group(world)
    shells.let_in(world, {"IpRanges": [{"CidrIp": "198.51.100.0/24", "Description": "office"}]})
    shells.key_pair(world)
    parts.role(world)
    parts.instance(world, KeyName="$key_name")
    shells.console(world)

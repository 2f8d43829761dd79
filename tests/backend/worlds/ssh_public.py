"""An instance with an Elastic IP that lets an office in on 22; the address is on the loopback block, so that a probe finds what listens there."""

from worlds import parts, shells


def build(world):
    """Make it."""
    parts.vpc(world)
    parts.internet_gateway(world)
    parts.subnet(world, "subnet", "10.20.1.0/24", public=True)
    parts.group(world)
    shells.let_in(world, {"IpRanges": [{"CidrIp": "198.51.100.0/24", "Description": "office"}]})
    shells.key_pair(world)
    parts.role(world)
    parts.instance(world, KeyName="$key_name")
    shells.console(world)
    shells.address(world)

"""A public subnet: the instance has an Elastic IP and a route to the internet gateway."""

from worlds import parts


def build(world):
    """Make it."""
    parts.vpc(world)
    parts.internet_gateway(world)
    parts.subnet(world, "subnet", "10.20.1.0/24", public=True)
    parts.group(world)
    parts.managed_instance(world)
    world.call("ec2.AllocateAddress", {"eip": "AllocationId"}, Domain="vpc")
    world.call("ec2.AssociateAddress", {"eip_association": "AssociationId"}, AllocationId="$eip", NetworkInterfaceId="$eni")

"""A container instance in a private subnet that reaches ECS through a NAT gateway."""

from worlds import containers, nat


def build(world):
    """Make it."""
    nat.network(world)
    containers.cluster(world)
    containers.role(world)
    containers.container_instance(world)

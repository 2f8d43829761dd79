"""A container instance in a closed VPC with the endpoints that ECS needs."""

from worlds import containers, parts


def build(world):
    """Make it."""
    parts.vpc(world)
    parts.subnet(world, "subnet", "10.20.1.0/24")
    parts.subnet(world, "endpoint_subnet", "10.20.8.0/24")
    parts.group(world)
    parts.endpoint_group(world)
    for short in ("ecs-agent", "ecs-telemetry", "ecs", "ecr.api", "ecr.dkr", "logs"):
        parts.endpoint(world, short, subnets=["$endpoint_subnet"])
    parts.gateway_endpoint(world)
    containers.cluster(world)
    containers.role(world)
    containers.container_instance(world)

"""A closed VPC: interface endpoints with private DNS in a subnet of their own, S3 through a gateway endpoint."""

from worlds import parts


def build(world):
    """Make it."""
    parts.vpc(world)
    parts.subnet(world, "subnet", "10.20.1.0/24")
    parts.subnet(world, "endpoint_subnet", "10.20.8.0/24")
    parts.group(world)
    parts.endpoint_group(world)
    for short in ("ssm", "ssmmessages", "ec2messages"):
        parts.endpoint(world, short, subnets=["$endpoint_subnet"])
    parts.gateway_endpoint(world)
    parts.managed_instance(world)

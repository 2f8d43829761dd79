"""A function in a closed VPC: Secrets Manager through an interface endpoint, S3 through a gateway endpoint, nothing else."""

from worlds import functions, parts


def build(world):
    """Make it."""
    parts.vpc(world)
    parts.subnet(world, "subnet", "10.20.1.0/24")
    parts.subnet(world, "endpoint_subnet", "10.20.8.0/24")
    parts.group(world)
    parts.endpoint_group(world)
    parts.endpoint(world, "secretsmanager", subnets=["$endpoint_subnet"])
    parts.endpoint(world, "sts", subnets=["$endpoint_subnet"])
    parts.gateway_endpoint(world)
    functions.role(world)
    functions.function(world, subnets=("$subnet",))
    functions.bucket(world)

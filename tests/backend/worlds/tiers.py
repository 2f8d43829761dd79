"""A web server in a private subnet with a NAT gateway, and a database in another subnet of the same VPC that it may reach on 5432."""

from worlds import nat, parts


def build(world):
    """Make it."""
    nat.network(world)
    parts.subnet(world, "db_subnet", "10.20.3.0/24", zone="b")
    parts.group(world, "db_sg", "database")
    world.call(
        "ec2.AuthorizeSecurityGroupIngress",
        GroupId="$db_sg",
        IpPermissions=[{"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "UserIdGroupPairs": [{"GroupId": "$sg"}]}],
    )
    parts.role(world)
    parts.instance(world)
    parts.named_instance(world, "db", "db-1", "$db_subnet", "$db_sg")

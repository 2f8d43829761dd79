"""An instance without a public address that an EC2 Instance Connect Endpoint of its VPC reaches on 22."""

from worlds import nat, parts, shells


def build(world):
    """Make it."""
    nat.network(world)
    parts.subnet(world, "connect_subnet", "10.20.4.0/24")
    parts.group(world, "connect_sg", "connect")
    shells.let_in(world, {"UserIdGroupPairs": [{"GroupId": "$connect_sg"}]})
    shells.key_pair(world)
    parts.role(world)
    parts.instance(world, KeyName="$key_name")
    shells.console(world)
    world.call(
        "ec2.CreateInstanceConnectEndpoint",
        {"eice": "InstanceConnectEndpoint.InstanceConnectEndpointId"},
        SubnetId="$connect_subnet",
        SecurityGroupIds=["$connect_sg"],
        PreserveClientIp=False,
    )

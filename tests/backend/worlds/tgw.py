"""A private subnet whose default route leads to a transit gateway that another account owns and shares."""

from worlds import parts

HUB = "999988887777"


def build(world):
    """Make it."""
    parts.vpc(world)
    parts.subnet(world, "subnet", "10.20.1.0/24")
    world.call("ec2.CreateTransitGateway", {"tgw": "TransitGateway.TransitGatewayId"}, Description="hub")
    world.call(
        "ec2.CreateTransitGatewayVpcAttachment",
        {"tgw_attachment": "TransitGatewayVpcAttachment.TransitGatewayAttachmentId"},
        TransitGatewayId="$tgw",
        VpcId="$vpc",
        SubnetIds=["$subnet"],
    )
    world.call("ec2.CreateRoute", RouteTableId="$rtb", DestinationCidrBlock="0.0.0.0/0", TransitGatewayId="$tgw")
    parts.group(world)
    parts.managed_instance(world)
    world.run([{"patch": patch} for patch in SHARED])


# A shared gateway shows its owner; its route tables are the owner's, and the caller sees none (VPC user guide, transit gateway sharing).
SHARED = [
    {
        "service": "ec2",
        "operation": "DescribeTransitGateways",
        "path": "TransitGateways[TransitGatewayId=$tgw].OwnerId",
        "set": HUB,
    },
    {"service": "ec2", "operation": "DescribeTransitGatewayRouteTables", "path": "TransitGatewayRouteTables", "set": []},
    {
        "service": "ec2",
        "operation": "DescribeTransitGatewayAttachments",
        "path": "TransitGatewayAttachments[*].Association",
        "remove": True,
    },
    {
        "service": "ec2",
        "operation": "DescribeTransitGatewayAttachments",
        "path": "TransitGatewayAttachments[TransitGatewayAttachmentId=$tgw_attachment].TransitGatewayOwnerId",
        "set": HUB,
    },
]

"""Two VPCs that a transit gateway joins by static routes; the far instance lets 10.20.0.0/16 in on 5432."""

from worlds import parts


def build(world):
    """Make it."""
    parts.two_vpcs(world)
    made = {"tgw": "TransitGateway.TransitGatewayId", "tgw_rtb": "TransitGateway.Options.AssociationDefaultRouteTableId"}
    world.call("ec2.CreateTransitGateway", made, Options={"DefaultRouteTablePropagation": "disable"})
    for side, block in (("", "10.20.0.0/16"), ("far_", "10.30.0.0/16")):
        attachment = f"{side}attachment"
        world.call(
            "ec2.CreateTransitGatewayVpcAttachment",
            {attachment: "TransitGatewayVpcAttachment.TransitGatewayAttachmentId"},
            TransitGatewayId="$tgw",
            VpcId=f"${side}vpc",
            SubnetIds=[f"${side}subnet"],
        )
        world.call(
            "ec2.CreateTransitGatewayRoute",
            DestinationCidrBlock=block,
            TransitGatewayRouteTableId="$tgw_rtb",
            TransitGatewayAttachmentId=f"${attachment}",
        )
    world.call("ec2.CreateRoute", RouteTableId="$rtb", DestinationCidrBlock="10.30.0.0/16", TransitGatewayId="$tgw")
    world.call("ec2.CreateRoute", RouteTableId="$far_rtb", DestinationCidrBlock="10.20.0.0/16", TransitGatewayId="$tgw")

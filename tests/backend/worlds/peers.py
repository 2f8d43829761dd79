"""Two VPCs that a peering connection joins, with routes on both sides; the far instance lets 10.20.0.0/16 in on 5432."""

from worlds import parts


def build(world):
    """Make it."""
    parts.two_vpcs(world)
    world.call("ec2.CreateVpcPeeringConnection", {"pcx": "VpcPeeringConnection.VpcPeeringConnectionId"}, VpcId="$vpc", PeerVpcId="$far_vpc")
    world.call("ec2.AcceptVpcPeeringConnection", VpcPeeringConnectionId="$pcx")
    world.call("ec2.CreateRoute", RouteTableId="$rtb", DestinationCidrBlock="10.30.0.0/16", VpcPeeringConnectionId="$pcx")
    world.call("ec2.CreateRoute", RouteTableId="$far_rtb", DestinationCidrBlock="10.20.0.0/16", VpcPeeringConnectionId="$pcx")

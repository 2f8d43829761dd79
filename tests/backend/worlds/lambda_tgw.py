"""A function in a VPC without internet; its default route leads over a transit gateway to the NAT gateway of a hub VPC."""

from worlds import functions, parts

SPOKE, HUB = "10.20.0.0/16", "10.40.0.0/16"


def build(world):
    """Make it."""
    parts.vpc(world)
    parts.subnet(world, "subnet", "10.20.1.0/24")
    parts.group(world)
    hub(world)
    made = {"tgw": "TransitGateway.TransitGatewayId", "tgw_rtb": "TransitGateway.Options.AssociationDefaultRouteTableId"}
    world.call("ec2.CreateTransitGateway", made, Options={"DefaultRouteTablePropagation": "disable"})
    for side, vpc, subnet, block in (("", "$vpc", "$subnet", SPOKE), ("hub_", "$hub_vpc", "$hub_subnet", "0.0.0.0/0")):
        attachment = {f"{side}attachment": "TransitGatewayVpcAttachment.TransitGatewayAttachmentId"}
        world.call("ec2.CreateTransitGatewayVpcAttachment", attachment, TransitGatewayId="$tgw", VpcId=vpc, SubnetIds=[subnet])
        world.call(
            "ec2.CreateTransitGatewayRoute",
            DestinationCidrBlock=block,
            TransitGatewayRouteTableId="$tgw_rtb",
            TransitGatewayAttachmentId=f"${side}attachment",
        )
    world.call("ec2.CreateRoute", RouteTableId="$rtb", DestinationCidrBlock="0.0.0.0/0", TransitGatewayId="$tgw")
    world.call("ec2.CreateRoute", RouteTableId="$hub_public_rtb", DestinationCidrBlock=SPOKE, TransitGatewayId="$tgw")
    functions.role(world)
    functions.function(world, subnets=("$subnet",))


def hub(world):
    """`$hub_vpc`: `$hub_subnet` for the transit gateway, `$hub_public_subnet` with `$nat`."""
    in_hub = {"VpcId": "$hub_vpc"}
    world.call("ec2.CreateVpc", {"hub_vpc": "Vpc.VpcId"}, CidrBlock=HUB)
    world.call("ec2.CreateInternetGateway", {"igw": "InternetGateway.InternetGatewayId"})
    world.call("ec2.AttachInternetGateway", InternetGatewayId="$igw", **in_hub)
    for name, block in (("hub", "10.40.1.0/24"), ("hub_public", "10.40.0.0/24")):
        world.call("ec2.CreateSubnet", {f"{name}_subnet": "Subnet.SubnetId"}, CidrBlock=block, AvailabilityZone="$zone_a", **in_hub)
        world.call("ec2.CreateRouteTable", {f"{name}_rtb": "RouteTable.RouteTableId"}, **in_hub)
        world.call("ec2.AssociateRouteTable", RouteTableId=f"${name}_rtb", SubnetId=f"${name}_subnet")
    world.call("ec2.CreateRoute", RouteTableId="$hub_public_rtb", DestinationCidrBlock="0.0.0.0/0", GatewayId="$igw")
    world.call("ec2.AllocateAddress", {"eip": "AllocationId"}, Domain="vpc")
    world.call("ec2.CreateNatGateway", {"nat": "NatGateway.NatGatewayId"}, SubnetId="$hub_public_subnet", AllocationId="$eip")
    world.run([{"object": "nat-gateway $nat", "set": {"_created_at": "@-90d"}}])
    world.call("ec2.CreateRoute", RouteTableId="$hub_rtb", DestinationCidrBlock="0.0.0.0/0", NatGatewayId="$nat")

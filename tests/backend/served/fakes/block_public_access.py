"""VPC Block Public Access: one mode per region, exclusions per VPC or subnet."""

import itertools
from datetime import datetime, timezone

from .. import objects
from ..protocol import Fault
from ..registry import after, answers

NUMBERS = itertools.count(1)
MODES = ("off", "block-bidirectional", "block-ingress")


@answers("ec2", "DescribeVpcBlockPublicAccessOptions")
def describe_options(call, account, state):
    """`default-state` until somebody sets a mode."""
    return {"VpcBlockPublicAccessOptions": _options(call, account, state)}


def _options(call, account, state):
    return {
        "AwsAccountId": account.id,
        "AwsRegion": call.region,
        "State": "default-state" if state.block_public_access["InternetGatewayBlockMode"] == "off" else "update-complete",
        "LastUpdateTimestamp": datetime(2026, 1, 2, tzinfo=timezone.utc),
        "ManagedBy": "account",
        "ExclusionsAllowed": "allowed",
        **state.block_public_access,
    }


@answers("ec2", "ModifyVpcBlockPublicAccessOptions")
def modify_options(call, account, state):
    """Set the mode of the region."""
    mode = call.input["InternetGatewayBlockMode"]
    if mode not in MODES:
        raise Fault("InvalidParameterValue", f"Value ({mode}) for parameter InternetGatewayBlockMode is invalid.")
    state.block_public_access["InternetGatewayBlockMode"] = mode
    return {"VpcBlockPublicAccessOptions": {**_options(call, account, state), "State": "update-in-progress"}}


@answers("ec2", "CreateVpcBlockPublicAccessExclusion")
def create_exclusion(call, account, state):
    """An exclusion for one VPC or one subnet."""
    kind, identifier = ("subnet", call.input["SubnetId"]) if call.input.get("SubnetId") else ("vpc", call.input["VpcId"])
    objects.find(account.id, call.region, kind, identifier)
    exclusion_id = f"vpcbpa-exclude-{next(NUMBERS):017x}"
    now = datetime.now(timezone.utc)
    state.exclusions[exclusion_id] = {
        "ExclusionId": exclusion_id,
        "InternetGatewayExclusionMode": call.input["InternetGatewayExclusionMode"],
        "ResourceArn": f"arn:aws:ec2:{call.region}:{account.id}:{kind}/{identifier}",
        "State": "create-complete",
        "CreationTimestamp": now,
        "LastUpdateTimestamp": now,
    }
    return {"VpcBlockPublicAccessExclusion": {**state.exclusions[exclusion_id], "State": "create-in-progress"}}


@answers("ec2", "DescribeVpcBlockPublicAccessExclusions")
def describe_exclusions(call, _account, state):
    """All of the region, or those asked for by id."""
    wanted = call.input.get("ExclusionIds")
    found = [entry for key, entry in state.exclusions.items() if not wanted or key in wanted]
    return {"VpcBlockPublicAccessExclusions": found}


@answers("ec2", "DeleteVpcBlockPublicAccessExclusion")
def delete_exclusion(call, _account, state):
    """Remove one by id."""
    entry = state.exclusions.pop(call.input["ExclusionId"], None)
    if entry is None:
        raise Fault("InvalidVpcBlockPublicAccessExclusionId.NotFound", f"{call.input['ExclusionId']} does not exist")
    return {"VpcBlockPublicAccessExclusion": {**entry, "State": "delete-in-progress"}}


@after("ec2", "DescribeVpcs")
def modes_of_vpcs(call, account, state, answer):
    """The effective mode of each VPC, as EC2 shows it."""
    for vpc in answer.get("Vpcs", []):
        vpc["BlockPublicAccessStates"] = {"InternetGatewayBlockMode": _effective(state, vpc["VpcId"])}


@after("ec2", "DescribeSubnets")
def modes_of_subnets(call, account, state, answer):
    """The effective mode of each subnet; moto also leaves the state of IPv6 blocks in a broken text."""
    for subnet in answer.get("Subnets", []):
        mode = _effective(state, subnet["SubnetId"], subnet["VpcId"])
        subnet["BlockPublicAccessStates"] = {"InternetGatewayBlockMode": mode}
        for block in subnet.get("Ipv6CidrBlockAssociationSet", []):
            block["Ipv6CidrBlockState"] = {"State": "associated"}


def _effective(state, *identifiers):
    mode = state.block_public_access["InternetGatewayBlockMode"]
    for entry in state.exclusions.values():
        if (
            entry["ResourceArn"].rsplit("/", 1)[-1] in identifiers
            and entry["InternetGatewayExclusionMode"] == "allow-bidirectional"
        ):
            return "off"
    return mode

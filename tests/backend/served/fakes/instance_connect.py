"""EC2 Instance Connect Endpoints: one interface in a subnet, with the endpoint's groups."""

import itertools
from datetime import datetime, timezone

from .. import objects
from ..moto_fixes import place
from ..protocol import Fault
from ..registry import answers

NUMBERS = itertools.count(1)


@answers("ec2", "CreateInstanceConnectEndpoint")
def create_endpoint(call, account, state):
    """Complete at once; the default group of the VPC when none is chosen, the address of the client kept only on request."""
    backend = objects.ec2(account.id, call.region)
    subnet = objects.find(account.id, call.region, "subnet", call.input["SubnetId"])
    groups = call.input.get("SecurityGroupIds") or [backend.get_default_security_group(subnet.vpc_id).id]
    endpoint_id = f"eice-{next(NUMBERS):017x}"
    eni = backend.create_network_interface(subnet, None, group_ids=groups)
    place(eni, "ec2_instance_connect_endpoint", f"EC2 Instance Connect Endpoint Interface {endpoint_id}")
    entry = {
        "OwnerId": account.id,
        "InstanceConnectEndpointId": endpoint_id,
        "InstanceConnectEndpointArn": f"arn:aws:ec2:{call.region}:{account.id}:instance-connect-endpoint/{endpoint_id}",
        "State": "create-complete",
        "StateMessage": "",
        "NetworkInterfaceIds": [eni.id],
        "VpcId": subnet.vpc_id,
        "AvailabilityZone": subnet.availability_zone,
        "CreatedAt": datetime.now(timezone.utc),
        "SubnetId": subnet.id,
        "PreserveClientIp": call.input.get("PreserveClientIp", False),
        "SecurityGroupIds": groups,
        "IpAddressType": "ipv4",
        "Tags": [],
    }
    state.connect_endpoints[endpoint_id] = entry
    return {"InstanceConnectEndpoint": {**entry, "State": "create-in-progress"}}


@answers("ec2", "DescribeInstanceConnectEndpoints")
def describe_endpoints(call, _account, state):
    """All of the region, or those that ids and filters select."""
    wanted = call.input.get("InstanceConnectEndpointIds") or []
    for endpoint_id in wanted:
        if endpoint_id not in state.connect_endpoints:
            text = f"The instance connect endpoint ID '{endpoint_id}' does not exist."
            raise Fault("InvalidInstanceConnectEndpointId.NotFound", text)
    found = [entry for key, entry in state.connect_endpoints.items() if not wanted or key in wanted]
    for each in call.input.get("Filters", []):
        member = FILTERS[each["Name"]]
        found = [entry for entry in found if entry[member] in each["Values"]]
    return {"InstanceConnectEndpoints": found}


FILTERS = {
    "instance-connect-endpoint-id": "InstanceConnectEndpointId",
    "state": "State",
    "subnet-id": "SubnetId",
    "vpc-id": "VpcId",
}


@answers("ec2", "DeleteInstanceConnectEndpoint")
def delete_endpoint(call, account, state):
    """The endpoint goes, and its interface with it."""
    endpoint_id = call.input["InstanceConnectEndpointId"]
    entry = state.connect_endpoints.pop(endpoint_id, None)
    if entry is None:
        text = f"The instance connect endpoint ID '{endpoint_id}' does not exist."
        raise Fault("InvalidInstanceConnectEndpointId.NotFound", text)
    for eni_id in entry["NetworkInterfaceIds"]:
        objects.ec2(account.id, call.region).enis.pop(eni_id, None)
    return {"InstanceConnectEndpoint": {**entry, "State": "delete-in-progress"}}

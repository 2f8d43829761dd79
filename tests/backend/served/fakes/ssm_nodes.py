"""Managed nodes of Systems Manager: a table per region, read by the calls that describe nodes."""

from .. import objects
from ..protocol import Fault
from ..registry import answers
from .pages import page

OURS = {"Connected", "Associations"}  # members of our table that DescribeInstanceInformation does not have
FILTERS = {
    "InstanceIds": "InstanceId",
    "PingStatus": "PingStatus",
    "PlatformTypes": "PlatformType",
    "AgentVersion": "AgentVersion",
    "ActivationIds": "ActivationId",
    "IamRole": "IamRole",
    "ResourceType": "ResourceType",
    "AssociationStatus": "AssociationStatus",
}


def _wanted(call, member):
    pairs = [(each["Key"], each["Values"]) for each in call.input.get("Filters") or []]
    pairs += [(each["key"], each["valueSet"]) for each in call.input.get(member) or []]
    for key, _ in pairs:
        if key not in FILTERS and not key.startswith("tag"):
            raise Fault("InvalidInstanceInformationFilterValue", f"`{key}` is no filter key")
    return pairs


def _select(nodes, pairs):
    for key, values in pairs:
        nodes = [node for node in nodes if node.get(FILTERS.get(key)) in values]
    return nodes


@answers("ssm", "DescribeInstanceInformation")
def describe_instance_information(call, account, state):
    """Stopped instances drop out of this list, so a node of one is left out even when the table still has it."""
    nodes = _select(list(state.nodes.values()), _wanted(call, "InstanceInformationFilterList"))
    nodes = [node for node in nodes if _counted(node, account, call.region)]
    entries = [{key: value for key, value in node.items() if key not in OURS} for node in nodes]
    return page(call, entries, "InstanceInformationList")


def _counted(node, account, region):
    instance = _instance(account, region, node["InstanceId"])
    return node["InstanceId"].startswith("mi-") or (instance is not None and instance.state in ("pending", "running"))


def _instance(account, region, instance_id):
    return next((one for one in objects.ec2(account.id, region).all_instances() if one.id == instance_id), None)


@answers("ssm", "DescribeInstanceProperties")
def describe_instance_properties(call, account, state):
    """The nodes again, with what EC2 knows of them."""
    nodes = _select(list(state.nodes.values()), _wanted(call, "InstancePropertyFilterList"))
    entries = []
    for node in nodes:
        instance = _instance(account, call.region, node["InstanceId"])
        entry = {key: value for key, value in node.items() if key not in OURS}
        if instance is not None:
            entry |= {
                "InstanceType": instance.instance_type,
                "InstanceState": instance.state,
                "Architecture": instance.architecture,
                "LaunchTime": instance.launch_time,
            }
        entries.append(entry)
    return page(call, entries, "InstanceProperties", most=1000)


@answers("ssm", "GetConnectionStatus")
def get_connection_status(call, _account, state):
    """`notconnected` for every target without an open control channel, unknown ones included."""
    target = call.input["Target"]
    connected = state.nodes.get(target, {}).get("Connected", False)
    return {"Target": target, "Status": "connected" if connected else "notconnected"}


@answers("ssm", "DescribeSessions")
def describe_sessions(call, _account, _state):
    """Nobody has a session."""
    return page(call, [], "Sessions", most=200)


@answers("ssm", "DescribeActivations")
def describe_activations(call, _account, state):
    """Hybrid activations as a scenario lists them."""
    return page(call, state.activations, "ActivationList")

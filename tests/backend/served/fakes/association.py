"""State Manager associations of a node, from the `Associations` of its table entry."""

from ..protocol import Fault
from ..registry import answers
from .pages import page


def _associations(call, state, member="InstanceId"):
    instance_id = call.input[member]
    if instance_id not in state.nodes:
        raise Fault("InvalidInstanceId", f"An error occurred: {instance_id} is not a managed node")
    return state.nodes[instance_id].get("Associations", [])


@answers("ssm", "DescribeInstanceAssociationsStatus")
def describe_instance_associations_status(call, _account, state):
    """Entries of `InstanceAssociationStatusInfos` as the scenario gave them."""
    return page(call, _associations(call, state), "InstanceAssociationStatusInfos")


@answers("ssm", "DescribeEffectiveInstanceAssociations")
def describe_effective_instance_associations(call, _account, state):
    """The same associations, by id only."""
    known = _associations(call, state)
    entries = [{key: each[key] for key in ("AssociationId", "InstanceId") if key in each} for each in known]
    return page(call, entries, "Associations", most=5)


@answers("ssm", "ListAssociations")
def list_associations(call, _account, state):
    """Every association of the region once."""
    found = {each["AssociationId"]: each for node in state.nodes.values() for each in node.get("Associations", [])}
    entries = [
        {key: each[key] for key in ("AssociationId", "Name", "AssociationVersion") if key in each} for each in found.values()
    ]
    return page(call, entries, "Associations")

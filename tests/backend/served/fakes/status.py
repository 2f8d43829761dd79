"""Status checks of instances and volumes, scheduled events, CPU credits."""

import copy

from .. import objects
from ..patches import merge
from ..protocol import Fault
from ..registry import answers

OK = {"Status": "ok", "Details": [{"Name": "reachability", "Status": "passed"}]}
NONE = {"Status": "not-applicable"}
FILTERS = {
    "instance-state-name": lambda entry: entry["InstanceState"]["Name"],
    "instance-status.status": lambda entry: entry["InstanceStatus"]["Status"],
    "system-status.status": lambda entry: entry["SystemStatus"]["Status"],
    "availability-zone": lambda entry: entry["AvailabilityZone"],
}


def _instances(call, account, wanted):
    every = {instance.id: instance for instance in objects.ec2(account.id, call.region).all_instances()}
    missing = [identifier for identifier in wanted or [] if identifier not in every]
    if missing:
        plural = f"s '{', '.join(missing)}' do not exist" if len(missing) > 1 else f" '{missing[0]}' does not exist"
        raise Fault("InvalidInstanceID.NotFound", f"The instance ID{plural}")
    return [every[identifier] for identifier in wanted] if wanted else list(every.values())


@answers("ec2", "DescribeInstanceStatus")
def describe_instance_status(call, account, state):
    """Running instances only, unless `IncludeAllInstances`; what differs from healthy comes from the region's state."""
    entries = []
    for instance in _instances(call, account, call.input.get("InstanceIds")):
        running = instance.state == "running"
        if not running and not call.input.get("IncludeAllInstances"):
            continue
        entry = {
            "InstanceId": instance.id,
            "AvailabilityZone": instance.availability_zone,
            "InstanceState": {"Code": instance.state_code, "Name": instance.state},
            "InstanceStatus": copy.deepcopy(OK if running else NONE),
            "SystemStatus": copy.deepcopy(OK if running else NONE),
            "AttachedEbsStatus": copy.deepcopy(OK if running else NONE),
        }
        if running:
            merge(entry, state.instance_status.get(instance.id, {}))
        entries.append(entry)
    for each in call.input.get("Filters") or []:
        if each["Name"] not in FILTERS:
            raise Fault("InvalidParameterValue", f"The filter '{each['Name']}' is invalid")
        entries = [entry for entry in entries if FILTERS[each["Name"]](entry) in each["Values"]]
    return {"InstanceStatuses": entries}


@answers("ec2", "DescribeVolumeStatus")
def describe_volume_status(call, account, state):
    """Every volume is fine unless the region's state says otherwise."""
    every = objects.ec2(account.id, call.region).volumes
    wanted = call.input.get("VolumeIds")
    for identifier in wanted or []:
        if identifier not in every:
            raise Fault("InvalidVolume.NotFound", f"The volume '{identifier}' does not exist.")
    entries = []
    for volume in every.values():
        if wanted and volume.id not in wanted:
            continue
        entry = {
            "VolumeId": volume.id,
            "AvailabilityZone": getattr(volume.zone, "name", volume.zone),
            "VolumeStatus": {
                "Status": "ok",
                "Details": [{"Name": "io-enabled", "Status": "passed"}, {"Name": "io-performance", "Status": "not-applicable"}],
            },
            "Actions": [],
            "Events": [],
            "AttachmentStatuses": [{"InstanceId": volume.attachment.instance.id, "IoPerformance": "not-applicable"}]
            if volume.attachment
            else [],
        }
        merge(entry, state.volume_status.get(volume.id, {}))
        entries.append(entry)
    return {"VolumeStatuses": entries}


@answers("ec2", "DescribeInstanceCreditSpecifications")
def describe_credit(call, account, state):
    """T2 is `standard` by default, later burstable types are `unlimited`; other types have no entry."""
    entries = []
    for instance in _instances(call, account, call.input.get("InstanceIds")):
        if instance.instance_type.startswith("t"):
            usual = "standard" if instance.instance_type.startswith("t2.") else "unlimited"
            entries.append({"InstanceId": instance.id, "CpuCredits": state.credit.get(instance.id, usual)})
        elif call.input.get("InstanceIds"):
            raise Fault("InvalidParameterCombination", f"Instance {instance.id} does not support T2 unlimited")
    return {"InstanceCreditSpecifications": entries}


@answers("ec2", "ModifyInstanceCreditSpecification")
def modify_credit(call, account, state):
    """Set it for each instance named."""
    done = []
    for each in call.input["InstanceCreditSpecifications"]:
        _instances(call, account, [each["InstanceId"]])
        state.credit[each["InstanceId"]] = each["CpuCredits"]
        done.append({"InstanceId": each["InstanceId"]})
    return {"SuccessfulInstanceCreditSpecifications": done, "UnsuccessfulInstanceCreditSpecifications": []}

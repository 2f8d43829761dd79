"""ECS: container instances as their agents report them, the filter of their list, and the settings of an account."""

import re
import shlex

from .. import objects
from ..protocol import Fault
from ..registry import after, answers

SETTINGS = {
    "serviceLongArnFormat": "enabled",
    "taskLongArnFormat": "enabled",
    "containerInstanceLongArnFormat": "enabled",
    "awsvpcTrunking": "disabled",
    "containerInsights": "disabled",
    "dualStackIPv6": "disabled",
    "tagResourceAuthorization": "on",
}
QUERY = re.compile(r"\s*(!?)\s*([\w:.-]+)\s*(==|!=)\s*(\S+)\s*")


@after("ecs", "ListContainerInstances")
def filtered(call, account, _state, answer):
    """The cluster query language, as far as one comparison of an instance's id or attribute goes."""
    cluster = (call.input.get("cluster") or "default").split("/")[-1]
    backend = objects.ecs(account.id, call.region)
    if cluster not in backend.clusters:
        raise Fault("ClusterNotFoundException", "Cluster not found.", 400)
    wish = call.input.get("filter")
    if not wish:
        return
    match = QUERY.fullmatch(wish)
    if not match:
        raise Fault("InvalidParameterException", f"Invalid filter: {wish}", 400)
    _, name, operator, value = match.groups()
    value = shlex.split(value)[0]
    kept = []
    for arn in answer.get("containerInstanceArns", []):
        entry = backend.container_instances[cluster][arn.split("/")[-1]]
        found = _value(entry, name)
        if (found == value) == (operator == "=="):
            kept.append(arn)
    answer["containerInstanceArns"] = kept


def _value(entry, name):
    if name == "ec2InstanceId":
        return entry.ec2_instance_id
    if name == "agentConnected":
        return str(entry.agent_connected).lower()
    if name == "agentVersion":
        return entry.version_info["agentVersion"]
    return entry.attributes.get(name.removeprefix("attribute:"))


@after("ecs", "DescribeContainerInstances")
def as_reported(call, account, state, answer):
    """What the region's `container_instances` say of one (by the id of its EC2 instance), and its health when that is asked for."""
    for entry in answer.get("containerInstances", []):
        entry.setdefault("version", 5)
        entry.setdefault("agentUpdateStatus", None)
        entry = _without_none(entry)
        if "CONTAINER_INSTANCE_HEALTH" in (call.input.get("include") or []):
            entry["healthStatus"] = {
                "overallStatus": "OK",
                "details": [{"type": "CONTAINER_RUNTIME", "status": "OK"}],
            }
        told = dict(state.container_instances.get(entry["ec2InstanceId"], {}))
        health = told.pop("healthStatus", None)
        entry.update(told)
        if health and "healthStatus" in entry:
            entry["healthStatus"] = health


def _without_none(entry):
    for key in [key for key, value in entry.items() if value is None]:
        del entry[key]
    return entry


@answers("ecs", "ListAccountSettings")
def list_account_settings(call, account, state):
    """The effective settings of the caller: its own, else the defaults."""
    values = {**SETTINGS, **state.ecs_settings}
    wanted = call.input.get("name")
    entries = [
        {"name": name, "value": value, "principalArn": f"arn:aws:iam::{account.id}:root", "type": "user"}
        for name, value in values.items()
        if wanted in (None, name)
    ]
    own = [entry for entry in entries if entry["name"] in state.ecs_settings]
    return {"settings": entries if call.input.get("effectiveSettings") else own}


@answers("ecs", "PutAccountSetting", "PutAccountSettingDefault")
def put_account_setting(call, account, state):
    """One setting for everybody in the account."""
    state.ecs_settings[call.input["name"]] = call.input["value"]
    return {"setting": {"name": call.input["name"], "value": call.input["value"], "principalArn": f"arn:aws:iam::{account.id}:root"}}

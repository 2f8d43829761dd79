"""Lambda: functions with their VPC configuration. moto gives every function the same VPC, and no network interfaces."""

import json

from .. import objects
from ..protocol import Fault
from ..registry import answers


@answers("lambda", "CreateFunction")
def create_function(call, account, state):
    """The VPC is that of the subnets; each subnet gets the interface that functions with the same groups share."""
    name = call.input["FunctionName"]
    wish = call.input.get("VpcConfig") or {}
    subnets = [objects.find(account.id, call.region, "subnet", identifier) for identifier in wish.get("SubnetIds", [])]
    groups = wish.get("SecurityGroupIds", [])
    state.functions[name] = {
        "FunctionName": name,
        "FunctionArn": f"arn:aws:lambda:{call.region}:{account.id}:function:{name}",
        "Runtime": call.input.get("Runtime", "python3.13"),
        "Role": call.input["Role"],
        "State": "Active",
        "Environment": call.input.get("Environment") or {"Variables": {}},
        "VpcConfig": {
            "VpcId": subnets[0].vpc_id if subnets else "",
            "SubnetIds": [subnet.id for subnet in subnets],
            "SecurityGroupIds": groups,
            "Ipv6AllowedForDualStack": wish.get("Ipv6AllowedForDualStack", False),
        },
    }
    return state.functions[name]


@answers("lambda", "GetFunctionConfiguration")
def get_function_configuration(call, account, state):
    """By name or by ARN, with or without an alias behind it."""
    function, _ = _function(call, account, state)
    return {key: value for key, value in function.items() if key != "_policies"}


def _function(call, account, state):
    wish = call.input["FunctionName"]
    name = wish.split(":function:")[-1].split(":")[0]
    arn = f"arn:aws:lambda:{call.region}:{account.id}:function:{name}"
    if name not in state.functions:
        raise Fault("ResourceNotFoundException", f"Function not found: {arn}", 404)
    qualifier = call.input.get("Qualifier")
    return state.functions[name], f"{arn}:{qualifier}" if qualifier else arn


@answers("lambda", "AddPermission")
def add_permission(call, account, state):
    """A statement of the policy of a function, or of one of its versions and aliases."""
    function, arn = _function(call, account, state)
    principal = call.input["Principal"]
    statement = {
        "Sid": call.input["StatementId"],
        "Effect": "Allow",
        "Principal": {"Service": principal} if principal.endswith(".amazonaws.com") else {"AWS": principal},
        "Action": call.input["Action"],
        "Resource": arn,
    }
    conditions = {}
    if "SourceArn" in call.input:
        conditions["ArnLike"] = {"AWS:SourceArn": call.input["SourceArn"]}
    if "SourceAccount" in call.input:
        conditions["StringEquals"] = {"AWS:SourceAccount": call.input["SourceAccount"]}
    if conditions:
        statement["Condition"] = conditions
    function.setdefault("_policies", {}).setdefault(arn, []).append(statement)
    return {"Statement": json.dumps(statement)}


@answers("lambda", "GetPolicy")
def get_policy(call, account, state):
    """Each version and alias has a policy of its own; none is an error."""
    function, arn = _function(call, account, state)
    statements = function.get("_policies", {}).get(arn)
    if not statements:
        raise Fault("ResourceNotFoundException", "The resource you requested does not exist.", 404)
    policy = {"Version": "2012-10-17", "Id": "default", "Statement": statements}
    return {"Policy": json.dumps(policy), "RevisionId": "0"}

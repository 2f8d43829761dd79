"""Lambda: functions with their VPC configuration. moto gives every function the same VPC, and no network interfaces."""

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
    wish = call.input["FunctionName"]
    name = wish.split(":function:")[-1].split(":")[0]
    if name not in state.functions:
        arn = f"arn:aws:lambda:{call.region}:{account.id}:function:{name}"
        raise Fault("ResourceNotFoundException", f"Function not found: {arn}", 404)
    return state.functions[name]

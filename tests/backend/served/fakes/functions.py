"""Lambda: functions with versions, aliases and their VPC, and the interfaces that Lambda makes for them.

Kept as the region's `functions`: name -> configuration of `$LATEST`. Members that begin with `_` are ours: `_versions` and `_aliases` by name,
`_policies` by qualifier, `_concurrency`, `_invoke` and `_recursion`. A scenario changes `State` and the like by the step `state`.
"""

import copy
import uuid

from .. import objects
from ..moto_fixes import place
from ..protocol import Fault
from ..registry import answers

KEPT = ("Runtime", "Role", "Handler", "Timeout", "MemorySize", "Environment", "Layers", "KMSKeyArn", "LoggingConfig", "PackageType")


@answers("lambda", "CreateFunction")
def create_function(call, account, state):
    """The VPC is that of the subnets; each subnet gets the interface that functions with the same groups share."""
    name = call.input["FunctionName"]
    function = {
        "FunctionName": name,
        "FunctionArn": arn_of(call, account, name),
        "Runtime": "python3.13",
        "CodeSize": 1024,
        "Description": "",
        "Timeout": 3,
        "MemorySize": 128,
        "LastModified": "2026-11-18T06:00:00.000+0000",
        "Version": "$LATEST",
        "PackageType": "Zip",
        "Architectures": ["x86_64"],
        "EphemeralStorage": {"Size": 512},
        "LoggingConfig": {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{name}"},
        "Environment": {"Variables": {}},
        "State": "Active",
        "LastUpdateStatus": "Successful",
        "_versions": {},
        "_aliases": {},
        "_policies": {},
    }
    function["VpcConfig"] = _network(call, account, state, name)
    state.functions[name] = _revised(function, call)
    return shown(function)


@answers("lambda", "UpdateFunctionConfiguration")
def update_function_configuration(call, account, state):
    """What is given replaces what was; versions keep their own."""
    function, _ = function_of(call, account, state)
    if "VpcConfig" in call.input:
        function["VpcConfig"] = _network(call, account, state, function["FunctionName"])
    return shown(_revised(function, call))


def _revised(function, call):
    function.update({member: call.input[member] for member in KEPT if member in call.input})
    function["RevisionId"] = str(uuid.uuid4())
    return function


def _network(call, account, state, name):
    wish = call.input.get("VpcConfig") or {}
    subnets = [objects.find(account.id, call.region, "subnet", identifier) for identifier in wish.get("SubnetIds", [])]
    groups = wish.get("SecurityGroupIds", [])
    for subnet in subnets:
        _interface(account, call.region, state, name, subnet, groups, wish.get("Ipv6AllowedForDualStack", False))
    return {
        "VpcId": subnets[0].vpc_id if subnets else "",
        "SubnetIds": [subnet.id for subnet in subnets],
        "SecurityGroupIds": groups,
        "Ipv6AllowedForDualStack": wish.get("Ipv6AllowedForDualStack", False),
    }


def _interface(account, region, state, name, subnet, groups, ipv6):
    """One for each pair of a subnet and a set of groups, named after the function that it was made for (Lambda developer guide, VPC)."""
    pair = (subnet.id, tuple(sorted(groups)))
    if pair in state.function_interfaces:
        return
    more = {"ipv6_address_count": 1} if ipv6 and subnet.ipv6_cidr_block_associations else {}
    eni = objects.ec2(account.id, region).create_network_interface(subnet, None, group_ids=groups, **more)
    place(eni, "lambda", f"AWS Lambda VPC ENI-{name}-{uuid.uuid4()}")
    state.function_interfaces[pair] = eni.id


@answers("lambda", "GetFunctionConfiguration")
def get_function_configuration(call, account, state):
    """By name or by ARN, of the latest code, a version, or the version that an alias names."""
    function, qualifier = function_of(call, account, state)
    return qualified(function, qualifier)


@answers("lambda", "GetFunction")
def get_function(call, account, state):
    """The same, with more around it."""
    function, qualifier = function_of(call, account, state)
    return {"Configuration": qualified(function, qualifier), "Tags": {}}


@answers("lambda", "ListFunctions")
def list_functions(_call, _account, state):
    """All of the region."""
    return {"Functions": [shown(function) for function in state.functions.values()]}


@answers("lambda", "DeleteFunction")
def delete_function(call, account, state):
    """The function with everything, or one version of it."""
    function, qualifier = function_of(call, account, state)
    if qualifier:
        function["_versions"].pop(qualifier)
    else:
        state.functions.pop(function["FunctionName"])
    return {}


@answers("lambda", "PublishVersion")
def publish_version(call, account, state):
    """A copy of the configuration that does not change any more."""
    function, _ = function_of(call, account, state)
    version = str(len(function["_versions"]) + 1)
    function["_versions"][version] = copy.deepcopy(shown(function)) | {
        "Version": version,
        "FunctionArn": f"{function['FunctionArn']}:{version}",
    }
    return function["_versions"][version]


@answers("lambda", "CreateAlias", "UpdateAlias")
def put_alias(call, account, state):
    """A name for a version, with a share of the calls for another where one is given."""
    function, _ = function_of(call, account, state)
    name = call.input["Name"]
    alias = function["_aliases"].setdefault(name, {"AliasArn": f"{function['FunctionArn']}:{name}", "Name": name})
    alias.update({member: call.input[member] for member in ("FunctionVersion", "RoutingConfig") if member in call.input})
    return alias


@answers("lambda", "GetAlias")
def get_alias(call, account, state):
    """One by name."""
    function, _ = function_of(call, account, state)
    name = call.input["Name"]
    if name not in function["_aliases"]:
        raise Fault("ResourceNotFoundException", f"Cannot find alias arn: {function['FunctionArn']}:{name}", 404)
    return function["_aliases"][name]


@answers("lambda", "ListAliases")
def list_aliases(call, account, state):
    """All of a function."""
    return {"Aliases": list(function_of(call, account, state)[0]["_aliases"].values())}


@answers("lambda", "DeleteAlias")
def delete_alias(call, account, state):
    """One by name; one that is not there is no error."""
    function_of(call, account, state)[0]["_aliases"].pop(call.input["Name"], None)
    return {}


def arn_of(call, account, name):
    """The ARN of a function without a qualifier."""
    return f"arn:aws:lambda:{call.region}:{account.id}:function:{name}"


def function_of(call, account, state):
    """The function that a call names, and the qualifier with it, which must exist."""
    wish = call.input["FunctionName"]
    name, _, behind = wish.split(":function:")[-1].partition(":")
    qualifier = call.input.get("Qualifier") or behind or None
    arn = arn_of(call, account, name)
    if wish.startswith("arn:") and not wish.startswith(arn):
        raise Fault("AccessDeniedException", f"User is not authorized to perform: lambda:{call.operation} on resource: {wish}", 403)
    function = state.functions.get(name)
    if qualifier == "$LATEST":
        qualifier = None
    known = function and (qualifier is None or qualifier in function["_versions"] or qualifier in function["_aliases"])
    if not known:
        raise Fault("ResourceNotFoundException", f"Function not found: {arn}{f':{qualifier}' if qualifier else ''}", 404)
    return function, qualifier


def qualified(function, qualifier):
    """The configuration behind a qualifier; its ARN is the one that was asked for."""
    if qualifier is None:
        return shown(function)
    version = function["_aliases"].get(qualifier, {}).get("FunctionVersion", qualifier)
    found = shown(function) if version == "$LATEST" else function["_versions"][version]
    return {**found, "FunctionArn": f"{function['FunctionArn']}:{qualifier}"}


def shown(function):
    """Without our own members."""
    return {key: value for key, value in function.items() if not key.startswith("_")}

"""Lambda: who may invoke a function, how often, what becomes of events, and what polls for it."""

import json
import uuid

from ..protocol import Fault
from ..registry import answers
from .functions import function_of

NOT_THERE = "The resource you requested does not exist."


@answers("lambda", "AddPermission")
def add_permission(call, account, state):
    """A statement of the policy of a function, or of one of its versions and aliases."""
    function, qualifier = function_of(call, account, state)
    statements = function["_policies"].setdefault(qualifier or "", [])
    sid = call.input["StatementId"]
    if any(each["Sid"] == sid for each in statements):
        text = f"The statement id ({sid}) provided already exists. Please provide a new statement id, or remove the existing statement."
        raise Fault("ResourceConflictException", text, 409)
    principal = call.input["Principal"]
    statement = {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"Service": principal} if principal.endswith(".amazonaws.com") else {"AWS": principal},
        "Action": call.input["Action"],
        "Resource": function["FunctionArn"] + (f":{qualifier}" if qualifier else ""),
    }
    conditions = {}
    if "SourceAccount" in call.input:
        conditions["StringEquals"] = {"AWS:SourceAccount": call.input["SourceAccount"]}
    if "SourceArn" in call.input:
        conditions["ArnLike"] = {"AWS:SourceArn": call.input["SourceArn"]}
    if conditions:
        statement["Condition"] = conditions
    statements.append(statement)
    return {"Statement": json.dumps(statement)}


@answers("lambda", "RemovePermission")
def remove_permission(call, account, state):
    """One statement by its id."""
    function, qualifier = function_of(call, account, state)
    statements = function["_policies"].get(qualifier or "", [])
    kept = [each for each in statements if each["Sid"] != call.input["StatementId"]]
    if len(kept) == len(statements):
        raise Fault("ResourceNotFoundException", f"Statement {call.input['StatementId']} is not found in resource policy.", 404)
    function["_policies"][qualifier or ""] = kept
    return {}


@answers("lambda", "GetPolicy")
def get_policy(call, account, state):
    """Each version and alias has a policy of its own; none is an error."""
    function, qualifier = function_of(call, account, state)
    statements = function["_policies"].get(qualifier or "")
    if not statements:
        raise Fault("ResourceNotFoundException", NOT_THERE, 404)
    policy = {"Version": "2012-10-17", "Id": "default", "Statement": statements}
    return {"Policy": json.dumps(policy), "RevisionId": "0"}


@answers("lambda", "PutFunctionConcurrency")
def put_concurrency(call, account, state):
    """Reserve a number; zero stops the function."""
    function, _ = function_of(call, account, state)
    function["_concurrency"] = call.input["ReservedConcurrentExecutions"]
    return {"ReservedConcurrentExecutions": function["_concurrency"]}


@answers("lambda", "GetFunctionConcurrency")
def get_concurrency(call, account, state):
    """Empty where nothing is reserved."""
    function, _ = function_of(call, account, state)
    return {"ReservedConcurrentExecutions": function["_concurrency"]} if "_concurrency" in function else {}


@answers("lambda", "DeleteFunctionConcurrency")
def delete_concurrency(call, account, state):
    """Reserve nothing."""
    function_of(call, account, state)[0].pop("_concurrency", None)
    return {}


@answers("lambda", "PutFunctionEventInvokeConfig")
def put_invoke(call, account, state):
    """How long and how often an event is tried."""
    function, qualifier = function_of(call, account, state)
    members = ("MaximumRetryAttempts", "MaximumEventAgeInSeconds", "DestinationConfig")
    entry = {member: call.input[member] for member in members if member in call.input}
    entry["FunctionArn"] = f"{function['FunctionArn']}:{qualifier or '$LATEST'}"
    function.setdefault("_invoke", {})[qualifier or ""] = entry
    return entry


@answers("lambda", "GetFunctionEventInvokeConfig")
def get_invoke(call, account, state):
    """An error where the defaults hold."""
    function, qualifier = function_of(call, account, state)
    entry = function.get("_invoke", {}).get(qualifier or "")
    if entry is None:
        arn = f"{function['FunctionArn']}:{qualifier or '$LATEST'}"
        raise Fault("ResourceNotFoundException", f"The function {arn} doesn't have an EventInvokeConfig", 404)
    return entry


@answers("lambda", "PutFunctionRecursionConfig")
def put_recursion(call, account, state):
    """Whether a loop through S3, SQS or SNS is cut."""
    function, _ = function_of(call, account, state)
    function["_recursion"] = call.input["RecursiveLoop"]
    return {"RecursiveLoop": function["_recursion"]}


@answers("lambda", "GetFunctionRecursionConfig")
def get_recursion(call, account, state):
    """It is cut unless somebody allowed it."""
    return {"RecursiveLoop": function_of(call, account, state)[0].get("_recursion", "Terminate")}


@answers("lambda", "CreateEventSourceMapping")
def create_mapping(call, account, state):
    """A poller for a queue."""
    function, qualifier = function_of(call, account, state)
    made = {
        "UUID": str(uuid.uuid4()),
        "BatchSize": call.input.get("BatchSize", 10),
        "EventSourceArn": call.input["EventSourceArn"],
        "FunctionArn": function["FunctionArn"] + (f":{qualifier}" if qualifier else ""),
        "State": "Enabled" if call.input.get("Enabled", True) else "Disabled",
        "StateTransitionReason": "USER_INITIATED",
    }
    state.event_sources[made["UUID"]] = made
    return made


@answers("lambda", "UpdateEventSourceMapping")
def update_mapping(call, account, state):
    """Turn it on or off."""
    mapping = state.event_sources[call.input["UUID"]]
    if "Enabled" in call.input:
        mapping["State"] = "Enabled" if call.input["Enabled"] else "Disabled"
    return mapping


@answers("lambda", "ListEventSourceMappings")
def list_mappings(call, account, state):
    """By source and by function."""
    found = list(state.event_sources.values())
    if call.input.get("EventSourceArn"):
        found = [each for each in found if each["EventSourceArn"] == call.input["EventSourceArn"]]
    if call.input.get("FunctionName"):
        name = call.input["FunctionName"].split(":function:")[-1]
        found = [each for each in found if each["FunctionArn"].split(":function:")[-1] == name]
    return {"EventSourceMappings": found}


@answers("lambda", "GetAccountSettings")
def get_account_settings(_call, _account, state):
    """The quotas of the region."""
    limit = {
        "TotalCodeSize": 80530636800,
        "CodeSizeUnzipped": 262144000,
        "CodeSizeZipped": 52428800,
        "ConcurrentExecutions": 1000,
        "UnreservedConcurrentExecutions": 1000,
        **state.function_limits,
    }
    return {"AccountLimit": limit, "AccountUsage": {"TotalCodeSize": 1024, "FunctionCount": len(state.functions)}}

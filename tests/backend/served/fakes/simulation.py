"""IAM's policy simulator for a role: identity policies, boundary, and the organization's service control policies by level.

It judges what the worlds use: Action, NotAction, Resource, NotResource, and the string, address and Bool operators on keys of the request. As AWS's
own does, it takes keys that it was not given to be absent.
"""

import fnmatch
import ipaddress
import json

from .. import objects
from ..protocol import Fault
from ..registry import answers

RESOURCE = "resource"  # under this name the resource stands among the keys of the request; without one, every statement is about it
ALLOWED, EXPLICIT, IMPLICIT = "allowed", "explicitDeny", "implicitDeny"


@answers("iam", "SimulatePrincipalPolicy")
def simulate(call, account, _state):
    """One result for each action; the organization comes first and ends the simulation when it does not allow."""
    arn = call.input["PolicySourceArn"]
    role = next((role for role in objects.iam(account.id).roles.values() if role.arn == arn), None)
    if role is None:
        raise Fault("NoSuchEntity", f"No user, group or role found matching {arn}.")
    given = call.input.get("ContextEntries") or []
    context = {entry["ContextKeyName"].lower(): entry["ContextKeyValues"] for entry in given}
    return {
        "EvaluationResults": [
            _result(account, role, action, {**context, RESOURCE: resource})
            for action in call.input["ActionNames"]
            for resource in call.input.get("ResourceArns") or ["*"]
        ],
        "IsTruncated": False,
    }


def _result(account, role, action, context):
    result = {"EvalActionName": action, "EvalResourceName": context[RESOURCE], "MatchedStatements": [], "MissingContextValues": []}
    if account.service_control is not None:
        decisions = [_decide(level, action, context) for level in account.service_control]
        refused = next((decision for decision in decisions if decision != ALLOWED), None)
        result["OrganizationsDecisionDetail"] = {"AllowedByOrganizations": refused is None}
        if refused:
            return {**result, "EvalDecision": refused}
    identity = _decide(_identity_policies(role), action, context)
    if role.permissions_boundary_arn:
        boundary = _decide([_managed(account, role.permissions_boundary_arn)], action, context)
        result["PermissionsBoundaryDecisionDetail"] = {"AllowedByPermissionsBoundary": boundary == ALLOWED}
        if boundary != ALLOWED:
            return {**result, "EvalDecision": boundary}
    return {**result, "EvalDecision": identity}


def _identity_policies(role):
    inline = [json.loads(text) if isinstance(text, str) else text for text in role.policies.values()]
    return inline + [_in_force(policy) for policy in role.managed_policies.values()]


def _managed(account, arn):
    return _in_force(objects.iam(account.id).get_policy(arn))


def _in_force(policy):
    return json.loads(next(version.document for version in policy.versions if version.version_id == policy.default_version_id))


def _decide(documents, action, context):
    statements = [each for document in documents for each in _list(document["Statement"]) if _applies(each, action, context)]
    effects = {each["Effect"] for each in statements}
    return EXPLICIT if "Deny" in effects else ALLOWED if "Allow" in effects else IMPLICIT


def _applies(statement, action, context):
    named = _list(statement.get("Action") or statement.get("NotAction"))
    hit = any(fnmatch.fnmatchcase(action.lower(), pattern.lower()) for pattern in named)
    if hit == ("NotAction" in statement):
        return False
    if context[RESOURCE] != "*" and not _names(statement, context[RESOURCE]):
        return False
    conditions = statement.get("Condition", {}).items()
    return all(_holds(operator, key, _list(wanted), context) for operator, keys in conditions for key, wanted in keys.items())


def _names(statement, resource):
    patterns = _list(statement.get("Resource") or statement.get("NotResource"))
    return any(fnmatch.fnmatchcase(resource, pattern) for pattern in patterns) != ("NotResource" in statement)


def _holds(operator, key, wanted, context):
    base = operator.removesuffix("IfExists")
    values = context.get(key.lower())
    if values is None:
        return operator != base or "Not" in base
    any_match = any(_matches(base.replace("Not", ""), value, pattern) for value in values for pattern in wanted)
    return any_match != ("Not" in base)


def _matches(operator, value, pattern):
    if operator in ("StringEquals", "ArnEquals"):
        return value == pattern
    if operator in ("StringLike", "ArnLike"):
        return fnmatch.fnmatchcase(value, pattern)
    if operator == "Bool":
        return value.lower() == str(pattern).lower()
    if operator == "IpAddress":
        return ipaddress.ip_address(value) in ipaddress.ip_network(pattern)
    raise ValueError(f"the simulator of the tests does not know {operator}")


def _list(value):
    return value if isinstance(value, list) else [value]

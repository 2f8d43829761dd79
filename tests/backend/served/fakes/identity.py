"""Who the caller is, and who it becomes by assuming a role."""

from ..registry import after, answers


@answers("sts", "GetCallerIdentity")
def get_caller_identity(call, account, _state):
    """The user of the account, or the session of an assumed role."""
    return {"UserId": "AIDAIONCALLUSER000001", "Account": account.id, "Arn": account.directory.caller(call.key).arn}


@after("sts", "AssumeRole")
def session_key(call, account, _state, answer):
    """The session's key acts in the account of the role."""
    key = answer["Credentials"]["AccessKeyId"]
    role_account = call.input["RoleArn"].split(":")[4]
    account.directory.register(key, role_account, answer["AssumedRoleUser"]["Arn"])

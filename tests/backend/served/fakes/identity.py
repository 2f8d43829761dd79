"""Who the caller is."""

from .. import denials
from ..registry import answers


@answers("sts", "GetCallerIdentity")
def get_caller_identity(call, account, _state):
    """Every key is the same user of its account."""
    return {"UserId": "AIDAIONCALLUSER000001", "Account": account.id, "Arn": denials.caller_arn(account.id)}

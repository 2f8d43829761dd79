"""Organizations: an account is in none unless the world made one."""

from ..protocol import Fault
from ..registry import answers


@answers("organizations")
def gate(call, account, _state):
    """Every read of an account outside of an organization fails with the same code."""
    if call.operation == "CreateOrganization":
        account.organization = True
    elif not account.organization:
        raise Fault("AWSOrganizationsNotInUseException", "Your account is not a member of an organization.")

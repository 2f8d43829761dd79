"""The serial console of EC2: whether the account may use it."""

from ..registry import answers


@answers("ec2", "GetSerialConsoleAccessStatus")
def get_status(_call, _account, state):
    """Off until somebody turns it on."""
    return {"SerialConsoleAccessEnabled": state.serial_console, "ManagedBy": "account"}


@answers("ec2", "EnableSerialConsoleAccess")
def enable(_call, _account, state):
    """On."""
    state.serial_console = True
    return {"SerialConsoleAccessEnabled": True}


@answers("ec2", "DisableSerialConsoleAccess")
def disable(_call, _account, state):
    """Off."""
    state.serial_console = False
    return {"SerialConsoleAccessEnabled": False}

"""Service settings of Systems Manager, Default Host Management Configuration among them."""

from datetime import datetime, timezone

from ..protocol import Fault
from ..registry import answers

DEFAULTS = {
    "/ssm/managed-instance/default-ec2-instance-management-role": "$None",
    "/ssm/managed-instance/activation-tier": "standard",
    "/ssm/automation/customer-script-log-destination": "",
    "/ssm/documents/console/public-sharing-permission": "Enable",
    "/ssm/parameter-store/default-parameter-tier": "Standard",
    "/ssm/parameter-store/high-throughput-enabled": "false",
}
LONG_AGO = datetime(2025, 3, 4, tzinfo=timezone.utc)


def _path(call):
    given = call.input["SettingId"]
    path = given.split(":servicesetting", 1)[-1] if given.startswith("arn:") else given
    if path not in DEFAULTS:
        raise Fault("ServiceSettingNotFound", f"Setting {given} does not exist.")
    return path


def _entry(call, account, state, path):
    own = path in state.settings
    return {
        "SettingId": path,
        "SettingValue": state.settings.get(path, DEFAULTS[path]),
        "LastModifiedDate": LONG_AGO,
        "LastModifiedUser": f"arn:aws:iam::{account.id}:user/oncall" if own else "System",
        "ARN": f"arn:aws:ssm:{call.region}:{account.id}:servicesetting{path}",
        "Status": "Customized" if own else "Default",
    }


@answers("ssm", "GetServiceSetting")
def get_service_setting(call, account, state):
    """The value of this region, or AWS's default for it."""
    return {"ServiceSetting": _entry(call, account, state, _path(call))}


@answers("ssm", "UpdateServiceSetting")
def update_service_setting(call, _account, state):
    """Set it for the region."""
    state.settings[_path(call)] = call.input["SettingValue"]
    return {}


@answers("ssm", "ResetServiceSetting")
def reset_service_setting(call, account, state):
    """Back to the default, which is also the answer."""
    path = _path(call)
    state.settings.pop(path, None)
    return {"ServiceSetting": _entry(call, account, state, path)}

"""Console output of instances: the text that a world or a scenario gave, base64-encoded as on the wire."""

import base64
from datetime import datetime, timezone

from .. import objects
from ..registry import answers


@answers("ec2", "GetConsoleOutput")
def get_console_output(call, account, state):
    """An instance without text has an empty answer, as one whose output was not fetched yet."""
    instance_id = call.input["InstanceId"]
    objects.ec2(account.id, call.region).get_instance(instance_id)
    entry = state.console.get(instance_id)
    if not entry:
        return {"InstanceId": instance_id, "Timestamp": datetime.now(timezone.utc)}
    return {
        "InstanceId": instance_id,
        "Output": base64.b64encode(entry["text"].encode()).decode(),
        "Timestamp": entry.get("time") or datetime.now(timezone.utc),
    }

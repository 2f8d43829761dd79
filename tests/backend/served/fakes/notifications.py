"""What a bucket tells whom: the whole configuration, as it was written. moto drops EventBridge and has another XML root."""

import uuid

from moto.s3.models import s3_backends

from ..protocol import Fault
from ..registry import answers

LISTS = ("TopicConfigurations", "QueueConfigurations", "LambdaFunctionConfigurations")


def _check(call, account):
    name = call.input["Bucket"]
    if name in s3_backends[account.id]["aws"].buckets:
        return name
    raise Fault("NoSuchBucket", "The specified bucket does not exist", 404)


@answers("s3", "PutBucketNotificationConfiguration")
def put_configuration(call, account, _state):
    """Replaces all of it; entries without an id get one. Destinations are not validated, as with `SkipDestinationValidation`."""
    name = _check(call, account)
    wish = call.input.get("NotificationConfiguration") or {}
    kept = {member: [_entry(each) for each in wish[member]] for member in LISTS if wish.get(member)}
    if wish.get("EventBridgeConfiguration") is not None:
        kept["EventBridgeConfiguration"] = {}
    account.notifications[name] = kept
    return {}


def _entry(wish):
    entry = {"Id": str(uuid.uuid4()), **{key: value for key, value in wish.items() if value is not None}}
    rules = entry.get("Filter", {}).get("Key", {}).get("FilterRules", [])
    if rules:
        named = [{"Name": rule["Name"].capitalize(), "Value": rule["Value"]} for rule in rules]
        entry["Filter"] = {"Key": {"FilterRules": named}}
    return entry


@answers("s3", "GetBucketNotificationConfiguration")
def get_configuration(call, account, _state):
    """As it is; empty where nobody wrote any."""
    return account.notifications.get(_check(call, account), {})

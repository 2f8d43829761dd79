"""CloudTrail: the events of the last ninety days, as a world or a scenario lists them."""

import json

from ..protocol import Fault
from ..registry import answers
from .pages import page


@answers("cloudtrail", "LookupEvents")
def lookup_events(call, _account, state):
    """Newest first, by at most one attribute, within the times asked for."""
    attributes = call.input.get("LookupAttributes") or []
    if len(attributes) > 1:
        raise Fault("InvalidLookupAttributesException", "You can only specify one lookup attribute.")
    events = [event for event in state.trail if all(_has(event, each) for each in attributes)]
    events = [event for event in events if _within(call, event["EventTime"])]
    events.sort(key=lambda event: event["EventTime"], reverse=True)
    return page(call, [{**event, "CloudTrailEvent": json.dumps(event["CloudTrailEvent"])} for event in events], "Events")


def _has(event, attribute):
    key, value = attribute["AttributeKey"], attribute["AttributeValue"]
    if key in ("ResourceName", "ResourceType"):
        return any(resource.get(key) == value for resource in event.get("Resources", []))
    return event.get(key) == value


def _within(call, time):
    plain = time.replace(tzinfo=None)
    first, last = call.input.get("StartTime"), call.input.get("EndTime")
    return (first is None or first <= plain) and (last is None or plain <= last)

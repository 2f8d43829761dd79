"""Changes to an answer after it was made: `{"service", "operation", "path", "set" | "merge" | "append" | "remove"}`.

A path is member names with selectors: `Reservations[*].Instances[InstanceId=i-1].PublicIpAddress`. `[*]` means every
element, `[2]` the third, `[Key=value]` those with that member. A patch counts the answers that it changed: one that never
changed any is a mistake of the test, which the self-check reports.
"""

import copy
import re

STEP = re.compile(r"([A-Za-z0-9]+)((?:\[[^\]]*\])*)")
ACTIONS = ("set", "merge", "append", "remove")


def check(patch):
    """Refuse a patch without exactly one action, or with a path that cannot be read."""
    if sum(action in patch for action in ACTIONS) != 1:
        raise ValueError(f"a patch needs one of {ACTIONS}")
    _steps(patch["path"])
    return {**patch, "applied": 0}


def apply(patch, answer):
    """Change `answer` in place."""
    *steps, last = _steps(patch["path"])
    places = [answer]
    for step in steps:
        places = [found for place in places for found in _enter(place, step)]
    name, selectors = last
    changed = sum(_change(place, name, selectors, patch) for place in places)
    patch["applied"] += bool(changed)


def _steps(path):
    steps = []
    for text in re.split(r"\.(?![^\[]*\])", path):
        match = STEP.fullmatch(text)
        if not match:
            raise ValueError(f"`{text}` in `{path}` is no path step")
        steps.append((match.group(1), re.findall(r"\[([^\]]*)\]", match.group(2))))
    return steps


def _enter(place, step):
    name, selectors = step
    if name not in place:
        return []
    found = [place[name]]
    for selector in selectors:
        found = [item for items in found for item in _select(items, selector)]
    return found


def _select(items, selector):
    if selector == "*":
        return list(items)
    if selector.isdigit():
        return items[int(selector) : int(selector) + 1]
    key, value = selector.split("=", 1)
    return [item for item in items if str(item.get(key)) == value]


def _change(place, name, selectors, patch):
    if selectors:
        items = _enter(place, (name, selectors))
        if "merge" in patch:
            for item in items:
                merge(item, patch["merge"])
        elif "remove" in patch:
            place[name] = [item for item in place[name] if not any(item is other for other in items)]
        else:
            raise ValueError("an element of a list can be merged or removed")
        return len(items)
    if "set" in patch:
        place[name] = copy.deepcopy(patch["set"])
    elif "append" in patch:
        place.setdefault(name, []).append(copy.deepcopy(patch["append"]))
    elif "merge" in patch:
        merge(place.setdefault(name, {}), patch["merge"])
    else:
        return int(place.pop(name, None) is not None)
    return 1


def merge(into, part):
    """Put `part` into the dict `into`, member by member; lists and scalars are replaced."""
    for key, value in part.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            merge(into[key], value)
        else:
            into[key] = copy.deepcopy(value)

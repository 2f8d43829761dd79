"""Rules of a test: which calls get another answer, how often, and what that answer is.

A rule is `{"service", "operation", "when", "contains", "skip", "times", "delay_ms"}` plus at most one effect:
`answer` (CLI shape), `error` (`Code`, `Message`, `Status`), `raw` (`status`, `content_type`, `body`) or
`connection` (`reset`, `hang`, `cut`). `operation` is a regular expression over the whole name, `when` a part of the
parsed input. Without an effect the rule only delays.
"""

import re

FIELDS = {"service", "operation", "when", "contains", "skip", "times", "delay_ms", "answer", "error", "raw", "connection"}
EFFECTS = {"answer", "error", "raw", "connection"}


def check(rule):
    """Refuse a rule with a misspelt field: it would silently match nothing or do nothing."""
    unknown = set(rule) - FIELDS
    if unknown:
        raise ValueError(f"unknown fields in a rule: {sorted(unknown)}")
    if len(EFFECTS & set(rule)) > 1:
        raise ValueError("a rule has one effect at most")
    return dict(rule)


def take(scope, call):
    """The first rule that matches the call, with its counters moved on; None when there is none."""
    with scope.lock:
        for rule in scope.rules:
            if not matches(rule, call):
                continue
            if rule.get("skip", 0) > 0:
                rule["skip"] -= 1
                continue
            if "times" in rule:
                if rule["times"] <= 0:
                    continue
                rule["times"] -= 1
            return rule
    return None


def matches(rule, call):
    """Whether a rule or a patch is about this call."""
    if rule.get("service") not in (None, call.service):
        return False
    if not re.fullmatch(rule.get("operation", ".*"), call.operation):
        return False
    if any(text.encode() not in call.body for text in rule.get("contains", [])):
        return False
    return "when" not in rule or contained(rule["when"], call.input)


def contained(part, whole):
    """Whether `part` is in `whole`: each named member, and for lists each listed element."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(key in whole and contained(value, whole[key]) for key, value in part.items())
    if isinstance(part, list):
        return isinstance(whole, list) and all(any(contained(item, other) for other in whole) for item in part)
    return part == whole or str(part) == str(whole)

"""Names and times in the data of steps: `$name`, `@-2h` (a time) and `@ms-20m` (milliseconds since 1970)."""

import re
from datetime import datetime, timedelta, timezone

NAME = re.compile(r"\$([a-z][a-z0-9_]*)")
TIME = re.compile(r"@(ms)?([+-]\d+)([smhd])")
UNIT = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def resolve(value, names):
    """`value` with names and times put in; a name without value is an error."""
    if isinstance(value, dict):
        return {_text(key, names): resolve(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return [resolve(item, names) for item in value]
    if not isinstance(value, str):
        return value
    time = TIME.fullmatch(value)
    if time:
        moment = datetime.now(timezone.utc) + timedelta(**{UNIT[time.group(3)]: int(time.group(2))})
        return int(moment.timestamp() * 1000) if time.group(1) else moment
    return _text(value, names)


def _text(text, names):
    def name(match):
        if match.group(1) not in names:
            raise ValueError(f"`{match.group(0)}` has no value")
        return str(names[match.group(1)])

    return NAME.sub(name, text)

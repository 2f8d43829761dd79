"""The paths under `/_test/`: how a test seeds its world, denies, injects faults, and reads what was called."""

import json
import threading
from urllib.parse import parse_qs

from . import rules, steps, worlds

SEEDING = threading.BoundedSemaphore(2)


class Text(str):
    """An answer that goes out as it is, not as JSON."""


def handle(app, environ, body):
    """`(status, headers, body)` for a control request; a mistake of the test is a 400 that says which."""
    path = environ["PATH_INFO"].removeprefix("/_test/")
    try:
        if environ["REQUEST_METHOD"] == "GET":
            query = {key: values[0] for key, values in parse_qs(environ.get("QUERY_STRING", "")).items()}
            if path.startswith("checkip/"):  # the account is part of the path: a client may add to it, and drop a query
                path, query["account"] = path.strip("/").split("/")
            answer = GET[path](app, query)
        else:
            answer = POST[path](app, json.loads(body))
    except KeyError as error:
        return _json(400, {"error": f"missing or unknown: {error}"})
    except Exception as error:  # noqa: BLE001 - the test shall read the reason
        return _json(400, {"error": f"{type(error).__name__}: {error}"})
    if isinstance(answer, Text):
        return 200, {"Content-Type": "text/plain"}, answer.encode()
    return _json(200, answer)


def _json(status, value):
    return status, {"Content-Type": "application/json"}, dump(value).encode()


def dump(value):
    """JSON of anything an answer or an input may hold; times as ISO text, bytes as text."""

    def plain(item):
        if hasattr(item, "isoformat"):
            return item.isoformat()
        if isinstance(item, bytes):
            return item.decode("utf-8", "replace")
        raise TypeError(f"{type(item)} in an answer")

    return json.dumps(value, default=plain)


def _scope(app, wish):
    if "key" in wish:
        caller = app.accounts.caller(wish["key"])
        if caller is None:
            raise ValueError(f"`{wish['key']}` names no account; register it with /_test/keys")
        return caller
    return app.accounts.get(wish["account"])


def seed_world(app, wish):
    """`{account, region, world, steps?}`: make a world, break it with the steps, answer the names of what is in it."""
    with SEEDING:
        runner = steps.Runner(app, wish["account"], wish["region"])
        worlds.build(wish["world"], runner)
        runner.run(wish.get("steps", []))
    return runner.names


def run_steps(app, wish):
    """`{account, region, steps}`: change a world that is there already."""
    runner = steps.Runner(app, wish["account"], wish["region"])
    runner.run(wish["steps"])
    return runner.names


def deny(app, wish):
    """`{account | key, service, operation}`: answer that operation with the service's own denial."""
    scope = _scope(app, wish)
    with scope.lock:
        scope.denied.add((wish["service"], wish["operation"]))
    return "ok"


def add_rule(app, wish):
    """`{account | key, rule}`: see `rules`."""
    scope = _scope(app, wish)
    with scope.lock:
        scope.rules.append(rules.check(wish["rule"]))
    return "ok"


def register(app, wish):
    """`{key, account}`: let a key act in an account."""
    app.accounts.register(wish["key"], wish["account"])
    return "ok"


def clear(app, wish):
    """`{account | key}`: forget its rules, denials and recorded calls."""
    _scope(app, wish).clear()
    return "ok"


def calls(app, query):
    """What was called with a key or in an account, in order: service, operation, region, input, status (0: connection broken)."""
    if "account" in query:
        entries = sorted(app.accounts.calls_in(query["account"]), key=lambda entry: entry["at"])
    else:
        entries = list(_scope(app, query).calls)
    return [
        {
            "service": entry["call"].service,
            "operation": entry["call"].operation,
            "region": entry["call"].region,
            "input": entry["call"].input,
            "status": entry["status"],
            "at": entry["at"],
        }
        for entry in entries
    ]


def names(app, query):
    """The names of an account's seeded things."""
    return app.accounts.get(query["account"]).names


def patches(app, query):
    """The patches of an account, with the number of answers that each changed."""
    return app.accounts.get(query["account"]).patches


def checkip(app, query):
    """The address that the caller seems to come from, as `checkip.amazonaws.com` says it; set by the step `checkip`."""
    return Text(app.accounts.get(query["account"]).checkip + "\n")


GET = {"checkip": checkip, "calls": calls, "patches": patches, "names": names, "worlds": lambda app, query: worlds.names()}
POST = {
    "world": seed_world,
    "steps": run_steps,
    "deny": deny,
    "rule": add_rule,
    "keys": register,
    "clear": clear,
}

"""Checks the served AWS and its data with boto3, before the tool is tested against them: `python selfcheck.py`.

For every scenario: its world and steps can be made, what `see` says is in the answers, and at least one line of `see` is
*not* true of the untouched world, so that the scenario does change something. Then the front itself: denials, faults,
paging, isolation, and the end of the process with its standard input.
"""

import json
import re
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jmespath
from botocore.exceptions import ClientError

from checks.front import FRONT_CHECKS
from checks.services import SERVICE_CHECKS
from checks.serve import Served
from served.template import resolve

HERE = Path(__file__).parent
SCENARIOS = HERE.parent / "scenarios"
REGION = "eu-west-1"
RULE = re.compile(r"[a-z0-9]+/[a-z0-9-]+")
MEMBERS = {"title", "world", "steps", "see", "args", "expect"}
EXPECT = {"exit", "verdict", "rules", "severities", "advice", "cannotTell", "allow", "codes"}
VERDICTS = {0: {"healthy", "degraded"}, 1: {"broken", "degraded"}, 3: {"inconclusive"}, 4: {None}}


def main():
    """Run everything; exit 1 and list what is wrong."""
    began = time.monotonic()
    scenarios = {f"{path.parent.name}/{path.stem}": json.loads(path.read_text()) for path in sorted(SCENARIOS.glob("*/*.json"))}
    wrong = [fault for name, scenario in scenarios.items() for fault in form(name, scenario)]
    with Served() as served:
        print(f"ready after {time.monotonic() - began:.1f} s")
        worlds = served.get("worlds")
        healthy = {name: served.world(f"1000{number:08d}", REGION, name, []) for number, name in enumerate(sorted(worlds))}
        numbers = {name: f"2000{number:08d}" for number, name in enumerate(scenarios)}
        with ThreadPoolExecutor(4) as pool:
            judge = lambda name: scenario_faults(served, name, numbers[name], scenarios[name], healthy)  # noqa: E731
            wrong += [fault for faults in pool.map(judge, scenarios) for fault in faults]
        print(f"{len(worlds)} worlds, {len(scenarios)} scenarios after {time.monotonic() - began:.1f} s")
        for check in FRONT_CHECKS + SERVICE_CHECKS:
            try:
                check(served)
            except Exception as error:  # noqa: BLE001 - every check is reported
                wrong.append(f"{check.__name__}: {type(error).__name__}: {error}")
    if served.process.wait(10) != 0:
        wrong.append("the front did not end with its standard input")
    print(f"{len(FRONT_CHECKS + SERVICE_CHECKS)} checks of the front, {len(wrong)} faults, {time.monotonic() - began:.1f} s")
    print("\n".join(wrong))
    sys.exit(bool(wrong))


def form(name, scenario):
    """What is wrong with the form of a scenario file."""
    expect = scenario.get("expect", {})
    if set(scenario) - MEMBERS or not {"title", "world", "steps", "expect"} <= set(scenario):
        yield f"{name}: members {sorted(scenario)}"
    if set(expect) - EXPECT or "rules" not in expect:
        yield f"{name}: members of expect {sorted(expect)}"
    if expect.get("verdict") not in VERDICTS.get(expect.get("exit"), set()):
        yield f"{name}: verdict {expect.get('verdict')} with exit {expect.get('exit')}"
    if bool(expect.get("rules")) != (expect.get("exit") == 1):
        yield f"{name}: exit {expect.get('exit')} with rules {expect.get('rules')}"
    ids = [rule for member in ("rules", "advice", "cannotTell", "allow") for rule in expect.get(member, [])]
    for rule in [*ids, *expect.get("severities", {})]:
        if not RULE.fullmatch(rule):
            yield f"{name}: `{rule}` is no rule id"
    if set(expect.get("severities", {})) - set(expect.get("rules", [])):
        yield f"{name}: a severity for a rule that is not expected"


def scenario_faults(served, name, account, scenario, healthy):
    """What is wrong with a scenario when it is made."""
    try:
        names = served.world(account, REGION, scenario["world"], scenario["steps"])
    except ValueError as error:
        return [f"{name}: {error}"]
    faults = []
    for line in scenario.get("see", []):
        found = look(served, line, names)
        if found != resolve(line["is"], names):
            faults.append(f"{name}: {line['call']} {line['find']}: {found!r} instead of {line['is']!r}")
    changes = scenario["steps"] and any("rule" not in step for step in scenario["steps"])
    if changes and scenario["see"] and all(holds(served, line, healthy[scenario["world"]]) for line in scenario["see"]):
        faults.append(f"{name}: the untouched world looks the same")
    for patch in served.get(f"patches?account={account}"):
        if patch["operation"] == "DescribeInstances" and not patch["applied"]:
            faults.append(f"{name}: the patch of {patch['path']} changed no answer")
    return faults


def holds(served, line, names):
    """Whether a line of `see` is true; names that the world does not have make it untrue."""
    try:
        return look(served, line, names) == resolve(line["is"], names)
    except ValueError:
        return False


def look(served, line, names):
    """What the call of a line finds; the code of an error as `{"error": code}`."""
    service, operation = line["call"].split(".")
    client = served.client(service, names["account"], REGION)
    try:
        answer = getattr(client, client_method(client, operation))(**resolve(line["input"], names))
    except ClientError as error:
        answer = {"error": error.response["Error"]["Code"]}
    return jmespath.search(line["find"], answer)


METHODS = {}
LOCK = threading.Lock()


def client_method(client, operation):
    """The boto method of an operation."""
    with LOCK:
        if client.meta.service_model.service_name not in METHODS:
            METHODS[client.meta.service_model.service_name] = {v: k for k, v in client.meta.method_to_api_mapping.items()}
    return METHODS[client.meta.service_model.service_name][operation]


if __name__ == "__main__":
    main()

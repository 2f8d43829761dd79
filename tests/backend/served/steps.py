"""The steps that make or break a world, as data.

Each step is an object with one of these members:

- `call`: `"ec2.CreateSubnet"` with `input`, and `save: {name: jmespath in the answer}` to name what it made;
- `node`: members for the managed node of `$instance` (or of `InstanceId`), or one of `lost` (no ping for two hours),
  `never` (not registered) and `disconnected` (online, but without the channel that sessions use);
- `object`: `"instance $instance"` with `set: {attribute: value}`, straight on moto's object;
- `state`: members of the region's own state (`console`, `instance_status`, `functions`, `settings`, ...);
- `organization`: service control policies by level, the root first, each level a list of documents;
- `checkip`: the address that the caller seems to come from;
- `file`: `{name, text, mode, save}`: a file on this machine, whose path is named as `save` says;
- `listen`: what a peer on `address` and `port` says to whoever connects, see `peers`;
- `deny`: `{service, operation}`; `rule`: see `rules`; `patch`: see `patches`; `heal`: `{after: match, node: members}`.

Names and times in texts: see `template`.
"""

import copy
import json

import jmespath

from . import files, inside, patches, peers, rules
from .objects import find
from .template import resolve

DOCUMENTS = {
    "AssumeRolePolicyDocument",
    "AttributeValue",
    "Content",
    "EventPattern",
    "Policy",
    "PolicyDocument",
    "policyDocument",
}


NODE = {
    "lost": {"PingStatus": "ConnectionLost", "LastPingDateTime": "@-2h", "Connected": False},
    "disconnected": {"Connected": False},
}


class Runner:
    """Runs steps in one region of one account and keeps the names."""

    def __init__(self, app, account_id, region):
        self.app = app
        self.account = app.accounts.get(account_id)
        self.region = region
        self.state = self.account.regions[region]
        self.names = self.account.names
        self.names.update(account=account_id, region=region, **{f"zone_{letter}": f"{region}{letter}" for letter in "abc"})

    def run(self, steps):
        """Run them in order; an error names the step."""
        for number, step in enumerate(steps):
            kinds = [kind for kind in KINDS if kind in step]
            if len(kinds) != 1:
                raise ValueError(f"step {number} has {kinds or 'no known kind'}: {json.dumps(step)[:200]}")
            try:
                KINDS[kinds[0]](self, step)
            except Exception as error:
                raise ValueError(f"step {number} ({json.dumps(step)[:200]}): {error}") from error

    def call(self, what, save=None, **values):
        """Do one AWS call as the seeding caller; `save` maps names to places in the answer."""
        service, operation = what.split(".")
        values = {key: _document(key, value) for key, value in self.resolve(values).items()}
        answer = inside.call(self.app, self.account.id, self.region, service, operation, values)
        for name, place in (save or {}).items():
            found = jmespath.search(place, answer)
            if found is None:
                raise ValueError(f"`{place}` is not in the answer of {what}")
            self.names[name] = found
        return answer

    def resolve(self, value):
        """`value` with this account's names and with times put in."""
        return resolve(value, self.names)

    def _call(self, step):
        self.call(step["call"], step.get("save"), **step.get("input", {}))

    def _node(self, step):
        instance_id = self.resolve(step.get("InstanceId", "$instance"))
        if step["node"] == "never":
            self.state.nodes.pop(instance_id, None)
            return
        members = NODE[step["node"]] if isinstance(step["node"], str) else step["node"]
        node = self.state.nodes.setdefault(instance_id, {"InstanceId": instance_id})
        patches.merge(node, self.resolve(members))

    def _object(self, step):
        kind, identifier = self.resolve(step["object"]).split(" ", 1)
        thing = find(self.account.id, self.region, kind, identifier)
        for name, value in self.resolve(step["set"]).items():
            owner, attribute = thing, name
            while "." in attribute:
                first, attribute = attribute.split(".", 1)
                owner = getattr(owner, first)
            if not hasattr(owner, attribute):
                raise ValueError(f"a {kind} has no `{name}`")
            setattr(owner, attribute, value)

    def _state(self, step):
        for name, members in self.resolve(step["state"]).items():
            present = getattr(self.state, name)
            if isinstance(present, dict):
                patches.merge(present, members)
            elif isinstance(present, (str, bool)):
                setattr(self.state, name, members)
            else:
                present.extend(members)

    def _organization(self, step):
        self.account.organization = True
        self.account.service_control = self.resolve(step["organization"])

    def _checkip(self, step):
        self.account.checkip = self.resolve(step["checkip"])

    def _file(self, step):
        wish = self.resolve(step["file"])
        self.names[wish["save"]] = files.write(self.account.id, wish["name"], wish["text"], int(wish.get("mode", "0600"), 8))

    def _listen(self, step):
        peers.listen(**self.resolve(step["listen"]))

    def _deny(self, step):
        self.account.denied.add((step["deny"]["service"], step["deny"]["operation"]))

    def _rule(self, step):
        self.account.rules.append(rules.check(self.resolve(step["rule"])))

    def _patch(self, step):
        self.account.patches.append(patches.check(self.resolve(step["patch"])))

    def _heal(self, step):
        cure = copy.deepcopy(self.resolve(step["heal"]))
        cure.setdefault("InstanceId", self.names.get("instance"))
        self.account.heals.append(cure)


def _document(key, value):
    """Policies and documents may be written as objects; the API takes them as text. A queue has its policy among its attributes."""
    if key == "Attributes":
        return {name: _document(name, each) for name, each in value.items()}
    return json.dumps(value) if key in DOCUMENTS and isinstance(value, (dict, list)) else value


KINDS = {
    "call": Runner._call,
    "node": Runner._node,
    "object": Runner._object,
    "state": Runner._state,
    "organization": Runner._organization,
    "checkip": Runner._checkip,
    "file": Runner._file,
    "listen": Runner._listen,
    "deny": Runner._deny,
    "rule": Runner._rule,
    "patch": Runner._patch,
    "heal": Runner._heal,
}

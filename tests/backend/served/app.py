"""The WSGI application: the test's control paths, then record, deny, override, fake, moto, correct, patch."""

import sys
import time
import traceback

from moto.server import DomainDispatcherApplication, create_backend_app

from . import broken, control, denials, patches, rules
from .protocol import Call, Fault, with_body
from .registry import AFTER, ANSWERS, WHOLE_SERVICE


class Answer:
    """Status, headers and body, and whether the body is a successful one that may still be changed."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body


class App:
    """One per process; thread-safe, since all state is per account."""

    def __init__(self, accounts):
        self.accounts = accounts
        self.moto = DomainDispatcherApplication(create_backend_app)

    def __call__(self, environ, start):
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(length) if length else b""
        if environ["PATH_INFO"].startswith("/_test/"):
            answer = Answer(*control.handle(self, environ, body))
        else:
            answer = self._serve(Call(environ, body))
        headers = {key: value for key, value in answer.headers.items() if key.lower() != "content-length"}
        headers["Content-Length"] = str(len(answer.body))
        start(f"{answer.status} {'OK' if answer.status < 300 else 'Error'}", list(headers.items()))
        return [answer.body]

    def _serve(self, call):
        caller = self.accounts.caller(call.key)
        if caller is None:
            return self._made(call, denials.unknown_key(call))
        account = caller.account
        if call.environ.get("served.seeding"):
            return self._usual(call, account)
        started = time.time()
        rule = rules.take(caller, call) or rules.take(account, call)
        name = (call.service, call.operation)
        denied = name in caller.denied or name in account.denied
        answer = None
        if denied:
            answer = self._made(call, denials.denied(call, caller))
        elif rule:
            if "connection" in rule:
                self._record(call, caller, Answer(0, {}, b""), started)
            answer = self._by_rule(call, rule)
        if answer is None:
            answer = self._usual(call, account)
            if answer.status < 300:
                heal(account, call)
        self._record(call, caller, answer, started)
        return answer

    def _record(self, call, caller, answer, started):
        with caller.lock:
            caller.calls.append({"call": call, "status": answer.status, "at": started})

    def _made(self, call, answer):
        status, headers, body = call.serialize(answer)
        headers.setdefault("x-amzn-RequestId", "00000000-0000-4000-8000-000000000000")
        return Answer(status, headers, body)

    def _by_rule(self, call, rule):
        time.sleep(rule.get("delay_ms", 0) / 1000)
        if "error" in rule:
            error = rule["error"]
            return self._made(call, Fault(error["Code"], error.get("Message", error["Code"]), error.get("Status")))
        if "answer" in rule:
            return self._made(call, rule["answer"])
        if "raw" in rule:
            raw = rule["raw"]
            return Answer(raw.get("status", 200), {"Content-Type": raw.get("content_type", "text/html")}, raw["body"].encode())
        if "connection" in rule:
            broken.connection(call.environ, rule["connection"])
        return None

    def _usual(self, call, account):
        """The answer of the fake or of moto, with the corrections and the test's patches."""
        state = account.regions[call.region]
        try:
            if call.service in WHOLE_SERVICE:
                WHOLE_SERVICE[call.service](call, account, state)
            fake = ANSWERS.get((call.service, call.operation))
            if fake:
                answer = self._made(call, fake(call, account, state))
            else:
                answer = self._ask_moto(call, account)
                if answer.status < 300:
                    self._correct(call, account, state, answer)
            if answer.status < 300:
                self._patch(call, account, answer)
            return answer
        except Fault as fault:
            return self._made(call, fault)
        except NotImplementedError:
            return self._made(call, Fault("NotImplemented", f"{call.service}:{call.operation} is not served here", 501))
        except Exception as error:  # noqa: BLE001 - a gap in moto must fail the one call, by name, and be seen
            traceback.print_exc(file=sys.stderr)
            return self._made(call, Fault("InternalFailure", f"{call.service}:{call.operation}: {error}", 500))

    def _ask_moto(self, call, account):
        environ = with_body(call.environ, call.body)
        environ["HTTP_X_MOTO_ACCOUNT_ID"] = account.id
        got = {}
        body = b"".join(self.moto(environ, lambda status, headers, *_: got.update(status=status, headers=headers)))
        status = int(got["status"].split()[0])
        headers = dict(got["headers"])
        if headers.get("Content-Type") == "text":  # moto's JSON serializer, for a service with several protocols
            headers["Content-Type"] = call.environ.get("CONTENT_TYPE", "application/x-amz-json-1.1")
        if "html" in headers.get("Content-Type", "") and status >= 400 and body.lstrip().startswith(b"<!doctype"):
            raise NotImplementedError
        return Answer(status, headers, body)

    def _correct(self, call, account, state, answer):
        corrections = AFTER.get((call.service, call.operation), [])
        if not corrections:
            return
        parsed = call.parse(answer.status, answer.headers, answer.body)
        for correction in corrections:
            correction(call, account, state, parsed)
        changed = self._made(call, parsed)
        answer.headers, answer.body = changed.headers, changed.body

    def _patch(self, call, account, answer):
        found = [patch for patch in account.patches if rules.matches(patch, call)]
        if not found:
            return
        parsed = call.parse(answer.status, answer.headers, answer.body)
        for patch in found:
            patches.apply(patch, parsed)
        changed = self._made(call, parsed)
        answer.headers, answer.body = changed.headers, changed.body


def heal(account, call):
    """Let a node come back once the call that mends the world was made."""
    for cure in account.heals:
        if rules.matches(cure["after"], call):
            nodes = account.regions[call.region].nodes
            patches.merge(nodes.setdefault(cure["InstanceId"], {"InstanceId": cure["InstanceId"]}), cure["node"])

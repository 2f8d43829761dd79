"""Where the fakes and the corrections of moto are found by service and operation.

`answers` replaces moto for an operation that it lacks: `f(call, account, region_state) -> dict`, or raises `Fault`.
`after` runs when moto did a call: `f(call, account, region_state, answer)`; it may change moto's objects and the answer.
"""

ANSWERS = {}
AFTER = {}
WHOLE_SERVICE = {}


def answers(service, *operations):
    """Register a function as the answer to these operations; without operations, as a gate before the whole service."""

    def register(function):
        if not operations:
            WHOLE_SERVICE[service] = function
        for operation in operations:
            assert (service, operation) not in ANSWERS, f"{service}:{operation} has two answers"
            ANSWERS[service, operation] = function
        return function

    return register


def after(service, *operations):
    """Register a function to run after moto served one of these operations."""

    def register(function):
        for operation in operations:
            AFTER.setdefault((service, operation), []).append(function)
        return function

    return register

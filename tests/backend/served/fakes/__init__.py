"""Answers for what moto lacks, one module per area; importing this package registers them all."""

from . import (  # noqa: F401
    association,
    block_public_access,
    console,
    containers,
    functions,
    groups,
    identity,
    instance_connect,
    invocation,
    keys,
    notifications,
    organizations,
    resolver,
    scaling,
    serial,
    settings,
    simulation,
    ssm_nodes,
    status,
    trail,
)

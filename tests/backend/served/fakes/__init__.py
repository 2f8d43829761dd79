"""Answers for what moto lacks, one module per area; importing this package registers them all."""

from . import association, block_public_access, console, identity, organizations, resolver, settings, ssm_nodes, status  # noqa: F401

"""Healthy worlds, one per module: a running, managed, connected instance and all that it needs."""

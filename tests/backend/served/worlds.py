"""Finds the worlds in the folder `worlds`: one module each, with a docstring and `build(world)`."""

import importlib
import pkgutil

import worlds as folder

# What several worlds are made of.
PARTS = {"containers", "functions", "parts", "shells"}
MODULES = {
    each.name: importlib.import_module(f"worlds.{each.name}")
    for each in pkgutil.iter_modules(folder.__path__)
    if each.name not in PARTS
}


def names():
    """Every world with its one-line description."""
    return {name: module.__doc__.strip().splitlines()[0] for name, module in MODULES.items()}


def build(name, runner):
    """Make the world in the runner's account and region."""
    if name not in MODULES:
        raise ValueError(f"no world `{name}`; there are {', '.join(sorted(MODULES))}")
    MODULES[name].build(runner)

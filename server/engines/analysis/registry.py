"""Every check, found by convention: one module of `checks` each, named for what is wrong."""

import inspect
import pkgutil
from functools import cache
from importlib import import_module

from server.engines.analysis import checks as package
from server.engines.analysis.check import Check


@cache
def checks() -> tuple[Check, ...]:
    """Return every check, ordered by id."""
    names = (module.name for module in pkgutil.iter_modules(package.__path__))
    return tuple(sorted((_check(name) for name in names), key=lambda check: check.id))


def _check(name: str) -> Check:
    module = import_module(f"{package.__name__}.{name}")
    definition = module.CHECK
    return Check(
        id=name.replace("_", "-"),
        documentation=inspect.cleandoc(module.__doc__ or ""),
        definition=definition,
    )

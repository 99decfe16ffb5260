"""Every rule, found by convention: one module of `rules` each, named for what is wrong."""

import inspect
import pkgutil
from functools import cache
from importlib import import_module

from server.engines.migration.lint import rules as package
from server.engines.migration.lint.rule import Rule


@cache
def rules() -> tuple[Rule, ...]:
    """Return every rule, ordered by id."""
    names = (module.name for module in pkgutil.iter_modules(package.__path__))
    return tuple(sorted((_rule(name) for name in names), key=lambda rule: rule.id))


def _rule(name: str) -> Rule:
    module = import_module(f"{package.__name__}.{name}")
    return Rule(
        id=name.replace("_", "-"),
        documentation=inspect.cleandoc(module.__doc__ or ""),
        definition=module.RULE,
    )

"""The kinds that a plan can change: every module of `kinds` that has one."""

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType
from typing import Any

from server.engines.catalog.fact import Fact
from server.engines.migration import kinds
from server.engines.migration.kind import Kind

AnyKind = Kind[Any]


@cache
def all_kinds() -> Mapping[str, AnyKind]:
    """Return every kind by the word that begins its identities."""
    names = sorted(module.name for module in pkgutil.iter_modules(kinds.__path__))
    modules = (import_module(f"{kinds.__name__}.{name}") for name in names)
    found: list[AnyKind] = [module.KIND for module in modules if hasattr(module, "KIND")]
    return MappingProxyType({kind.fact.kind: kind for kind in found})


def kind_of(fact: Fact) -> AnyKind:
    """Return how facts like this one come, change and go."""
    return all_kinds()[fact.kind]

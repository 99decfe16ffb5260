"""The kinds that there are: every module of `kinds` that has a reader."""

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType

from server.engines.catalog import kinds
from server.engines.catalog.fact import Fact
from server.engines.catalog.reader import Reader


@cache
def readers() -> tuple[Reader, ...]:
    """Return the reader of every kind, by the names of their modules."""
    names = sorted(module.name for module in pkgutil.iter_modules(kinds.__path__))
    modules = (import_module(f"{kinds.__name__}.{name}") for name in names)
    return tuple(module.READER for module in modules if hasattr(module, "READER"))


@cache
def fact_classes() -> Mapping[str, type[Fact]]:
    """Return the class of facts that each kind of identity names."""
    return MappingProxyType({reader.fact.kind: reader.fact for reader in readers()})


def is_cluster_wide(fact: Fact) -> bool:
    """Tell whether all databases of a server share what the fact is about."""
    of = fact.identity.of
    if fact.is_said_of_parent and of is not None:
        cls = fact_classes().get(of.kind)
        return cls is not None and cls.is_cluster_wide
    return fact.is_cluster_wide

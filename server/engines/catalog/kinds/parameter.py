"""Configuration parameters that somebody was granted."""

from dataclasses import dataclass
from typing import ClassVar

from server.engines.catalog.fact import Fact
from server.engines.catalog.reader import Reader, named


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter(Fact):
    """A parameter with privileges of its own; all databases of a server share it."""

    kind: ClassVar[str] = "parameter"
    is_cluster_wide: ClassVar[bool] = True


READER = Reader(
    fact=Parameter,
    catalog="pg_parameter_acl",
    naming=named(Parameter.kind),
    since=15,
    sql="SELECT oid, parname AS name FROM pg_parameter_acl",
)

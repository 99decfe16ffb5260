"""Subscriptions."""

from dataclasses import dataclass
from typing import ClassVar

from server.engines.catalog.fact import Fact, Options
from server.engines.catalog.reader import Newer, Reader, named


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription(Fact):
    """What is received from elsewhere; the connection string holds secrets and is not read."""

    kind: ClassVar[str] = "subscription"

    publications: Options
    slot: str | None
    is_enabled: bool
    synchronous_commit: str
    is_binary: bool
    streaming: str
    two_phase: str
    is_disabled_on_error: bool
    is_password_required: bool
    is_run_as_owner: bool
    origin: str
    has_failover: bool


READER = Reader(
    fact=Subscription,
    catalog="pg_subscription",
    naming=named(Subscription.kind),
    # The table is shared by all databases, and most of its columns by all users.
    sql="""
SELECT s.oid, s.subname AS name, s.subpublications AS publications, s.subslotname AS slot,
  s.subenabled AS is_enabled, s.subsynccommit AS synchronous_commit, s.subbinary AS is_binary,
  s.substream::text AS streaming, s.subtwophasestate::text AS two_phase,
  s.subdisableonerr AS is_disabled_on_error, s.subpasswordrequired AS is_password_required,
  s.subrunasowner AS is_run_as_owner, s.suborigin AS origin, s.subfailover AS has_failover
FROM pg_subscription s
JOIN pg_database d ON d.oid = s.subdbid
WHERE d.datname = current_database()
""",
    newer={
        "s.subtwophasestate": Newer(15, "'d'"),
        "s.subdisableonerr": Newer(15, "false"),
        "s.subpasswordrequired": Newer(16, "true"),
        "s.subrunasowner": Newer(16, "false"),
        "s.suborigin": Newer(16, "'any'"),
        "s.subfailover": Newer(17, "false"),
    },
)

"""Row security policies."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from server.engines.catalog.compare import Expression, Rule
from server.engines.catalog.fact import Coded, Fact
from server.engines.catalog.reader import Reader, in_parent


class PolicyCommand(Coded):
    """Which statements a policy governs."""

    ALL = "all", "*"
    SELECT = "select", "r"
    INSERT = "insert", "a"
    UPDATE = "update", "w"
    DELETE = "delete", "d"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy(Fact):
    """A row security policy of a table."""

    kind: ClassVar[str] = "policy"

    command: PolicyCommand
    is_permissive: bool
    roles: Annotated[tuple[str, ...], Rule.AS_SET]
    """Whom it governs; everyone is `public`."""
    using: Expression | None
    with_check: Expression | None


READER = Reader(
    fact=Policy,
    catalog="pg_policy",
    parent="pg_class",
    naming=in_parent(Policy.kind),
    sql="""
SELECT p.oid, p.polrelid AS parent_oid, p.polname AS name, p.polcmd AS command,
  p.polpermissive AS is_permissive,
  ARRAY(SELECT CASE role WHEN 0 THEN 'public' ELSE pg_get_userbyid(role) END::text
    FROM unnest(p.polroles) role) AS roles,
  pg_get_expr(p.polqual, p.polrelid) AS using,
  pg_get_expr(p.polwithcheck, p.polrelid) AS with_check
FROM pg_policy p
""",
)

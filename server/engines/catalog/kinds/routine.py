"""Routines: functions, window functions and procedures."""

from dataclasses import dataclass
from typing import ClassVar

from server.engines.catalog.compare import Expression
from server.engines.catalog.fact import Coded, Derived, Fact, Options
from server.engines.catalog.reader import Reader, in_parent


class RoutineType(Coded):
    """What a routine is called as."""

    FUNCTION = "function", "f"
    PROCEDURE = "procedure", "p"
    WINDOW = "window function", "w"


class ArgumentMode(Coded):
    """Which way an argument's value goes."""

    IN = "in", "i"
    OUT = "out", "o"
    INOUT = "inout", "b"
    VARIADIC = "variadic", "v"
    TABLE = "table", "t"


class Volatility(Coded):
    """What a result may depend on."""

    IMMUTABLE = "immutable", "i"
    STABLE = "stable", "s"
    VOLATILE = "volatile", "v"


class Parallel(Coded):
    """Where a routine may run in a parallel query."""

    SAFE = "safe", "s"
    RESTRICTED = "restricted", "r"
    UNSAFE = "unsafe", "u"


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """One argument or result column of a routine."""

    mode: ArgumentMode
    name: str
    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Routine(Fact):
    """A routine; the `arguments` of its identity are the types of its inputs."""

    kind: ClassVar[str] = "routine"

    type: RoutineType
    arguments: tuple[Argument, ...]
    argument_defaults: Expression | None
    """The defaults of the last input arguments, as PostgreSQL lists them."""
    returns: str | None
    """The result type; None for a procedure."""
    returns_set: bool
    language: str
    volatility: Volatility
    parallel: Parallel
    is_strict: bool
    is_security_definer: bool
    is_leakproof: bool
    cost: float
    rows: float
    support: str | None
    transformed_types: tuple[str, ...]
    settings: Options
    """What SET clauses fix while it runs, such as `search_path=…`."""
    body: str
    """The text of the body, or the symbol of a C function."""
    sql_body: Expression | None
    """A standard SQL body (BEGIN ATOMIC or RETURN), parsed when it was created."""
    library: str | None
    definition: Derived


READER = Reader(
    fact=Routine,
    catalog="pg_proc",
    naming=in_parent(Routine.kind),
    # The constructors of a range are parts of it.
    sql="""
SELECT p.oid, p.pronamespace AS parent_oid, p.proname AS name,
  ARRAY(SELECT format_type(type, NULL)
    FROM unnest(p.proargtypes) WITH ORDINALITY AS each(type, number) ORDER BY number) AS signature,
  p.prokind AS type,
  (SELECT jsonb_agg(jsonb_build_object(
      'mode', coalesce(p.proargmodes[number]::text, 'i'),
      'name', coalesce(p.proargnames[number], ''),
      'type', format_type(type, NULL)) ORDER BY number)
    FROM unnest(coalesce(p.proallargtypes, p.proargtypes::oid[]))
      WITH ORDINALITY AS each(type, number)) AS arguments,
  pg_get_expr(p.proargdefaults, 0) AS argument_defaults,
  CASE WHEN p.prokind <> 'p' THEN format_type(p.prorettype, NULL) END AS returns,
  p.proretset AS returns_set, l.lanname AS language, p.provolatile AS volatility,
  p.proparallel AS parallel, p.proisstrict AS is_strict, p.prosecdef AS is_security_definer,
  p.proleakproof AS is_leakproof, p.procost AS cost, p.prorows AS rows,
  nullif(p.prosupport::text, '-') AS support,
  ARRAY(SELECT format_type(type, NULL)
    FROM unnest(p.protrftypes) WITH ORDINALITY AS each(type, number) ORDER BY number)
    AS transformed_types,
  p.proconfig AS settings, p.prosrc AS body, pg_get_function_sqlbody(p.oid) AS sql_body,
  p.probin AS library, pg_get_functiondef(p.oid) AS definition
FROM pg_proc p
JOIN pg_language l ON l.oid = p.prolang
WHERE p.prokind IN ('f', 'p', 'w') AND p.oid >= 16384
  AND p.oid NOT IN (SELECT d.objid FROM pg_depend d
    WHERE d.classid = 'pg_proc'::regclass AND d.deptype = 'i')
""",
)

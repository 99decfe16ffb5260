"""Finds rows of values that satisfy conditions: PostgreSQL evaluates them, as the loader."""

import re
from collections.abc import Iterable, Mapping, Sequence
from math import prod

from server.engines.migration.proof.seed.demands import Check
from server.engines.migration.proof.seed.sources import Source, Value
from server.engines.migration.proof.seed.value_types import Bottom
from server.engines.postgres.session import Session, StatementError
from server.engines.sql.quote import identifier, identifiers, literal

_MOST_COMBINATIONS = 4_000
_MOST_SOLUTIONS = 200
_FEWEST_CANDIDATES = 2
_CHOSEN = 12
_STOPPED = "57014"
_QUOTED_OR_VALUE = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|\bVALUE\b")


def groups(sources: Iterable[Source], checks: Iterable[Check]) -> list[list[Source]]:
    """Put together the sources that conditions tie to each other."""
    found = [[source] for source in sources]
    for check in checks:
        tied = [each for each in found if any(check.columns & {*one.columns} for one in each)]
        if tied:
            found = [each for each in found if each not in tied]
            found.append([source for each in tied for source in each])
    return found


def as_checks(column: str, bottom: Bottom) -> tuple[Check, ...]:
    """Return what a domain demands, as conditions on the column."""
    return tuple(
        Check("", about_column(column, text), frozenset((column,))) for text in bottom.checks
    )


def about_column(column: str, expression: str) -> str:
    """Return what a domain demands of VALUE as a condition on a column."""
    name = identifier(column)
    return _QUOTED_OR_VALUE.sub(lambda match: name if match[0] == "VALUE" else match[0], expression)


async def solved(
    session: Session,
    table: str,
    sources: Sequence[Source],
    checks: Sequence[Check],
    types: Mapping[str, Bottom],
) -> Source | None:
    """Return rows of values that satisfy all conditions, None where none is found.

    Raises:
        StatementError: it took too long to evaluate them.
    """
    columns = tuple(name for source in sources for name in source.columns)
    query = _query(table, _fewer(sources), checks, types)
    try:
        async with session.transaction():
            rows = await session.rows(query)
    except StatementError as error:
        if is_out_of_time(error):
            raise
        return None
    found = tuple(tuple(row[f"c{number}"] for number in range(len(columns))) for row in rows)
    return Source(columns, _diverse(found)) if found else None


def is_out_of_time(error: StatementError) -> bool:
    """Whether a statement was stopped, and would be again."""
    return error.sqlstate == _STOPPED


def _fewer(sources: Sequence[Source]) -> list[Source]:
    """Leave out candidates until all combinations can be tried, from the longest lists first."""
    lists = [list(source.rows) for source in sources]
    while prod(map(len, lists)) > _MOST_COMBINATIONS:
        longest = max(lists, key=len)
        if len(longest) <= _FEWEST_CANDIDATES:
            break
        longest.pop()
    pairs = zip(sources, lists, strict=True)
    return [Source(source.columns, tuple(rows)) for source, rows in pairs]


def _query(
    table: str, sources: Sequence[Source], checks: Iterable[Check], types: Mapping[str, Bottom]
) -> str:
    outputs: list[str] = []
    columns: list[str] = []
    for number, source in enumerate(sources):
        for place, name in enumerate(source.columns):
            outputs.append(f"s{number}.c{place} AS c{len(outputs)}")
            # What the column's domain demands is among the conditions.
            columns.append(
                f"CAST(s{number}.c{place} AS {types[name].printed}) AS {identifier(name)}"
            )
    lists = " CROSS JOIN ".join(
        _list(source, f"s{number}") for number, source in enumerate(sources)
    )
    conditions = " AND ".join(f"(({check.expression}) IS NOT FALSE)" for check in checks)
    shuffled = f"pg_catalog.md5(pg_catalog.concat_ws('/', {_texts(sources)}))"
    made = f"(SELECT {', '.join(columns)}) AS {identifier(table)}"
    few = f"ORDER BY {shuffled} LIMIT {_MOST_SOLUTIONS}"
    words = ("SELECT", ", ".join(outputs), "FROM", lists, "CROSS JOIN LATERAL", made)
    return " ".join((*words, "WHERE", conditions, few))


def _texts(sources: Sequence[Source]) -> str:
    return ", ".join(
        f"s{number}.c{place}"
        for number, source in enumerate(sources)
        for place in range(len(source.columns))
    )


def _list(source: Source, alias: str) -> str:
    rows = ", ".join(f"({', '.join(map(_text, row))})" for row in source.rows)
    names = identifiers(f"c{place}" for place in range(len(source.columns)))
    return f"(VALUES {rows}) AS {alias}({names})"


def _text(value: Value) -> str:
    return f"CAST({'NULL' if value is None else literal(value)} AS pg_catalog.text)"


def _diverse(rows: Sequence[tuple[Value, ...]]) -> tuple[tuple[Value, ...], ...]:
    """Put rows first that have little in common with those before them."""
    left, chosen, seen = list(rows), list[tuple[Value, ...]](), set[tuple[int, Value]]()
    while left and len(chosen) < _CHOSEN:
        best = max(left, key=lambda row: len({*enumerate(row)} - seen))
        left.remove(best)
        chosen.append(best)
        seen |= {*enumerate(best)}
    return tuple(chosen)

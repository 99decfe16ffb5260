"""What tables hold, as digests: of whole rows, and of each column by itself."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from server.engines.migration.proof.clones import Clone
from server.engines.migration.proof.seed.quieted import without_forced_policies
from server.engines.postgres.session import Row, StatementError
from server.engines.sql.quote import identifier, literal, qualified

TableName = tuple[str, ...]

_AT_ONCE = 40
_DIGEST = "pg_catalog.md5(pg_catalog.string_agg({text}, E'\\n' ORDER BY {text} COLLATE \"C\"))"


@dataclass(frozen=True, slots=True)
class Question:
    """A table, and the columns to look at, which compare in this order."""

    table: TableName
    columns: tuple[str, ...]
    is_partitioned: bool = False


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """How many rows a table holds, and what they are, in no order."""

    rows: int
    whole: str
    columns: tuple[str, ...]


async def fingerprints(
    clone: Clone, questions: Mapping[TableName, Question]
) -> Mapping[TableName, Fingerprint]:
    """Return what the tables hold, by the keys of the questions; what cannot be read is missing.

    The loader reads, because a type's or a domain's code may run.
    """
    pairs, found = [*questions.items()], dict[TableName, Fingerprint]()
    await clone.worker.script("RESET ROLE; RESET ALL")
    async with clone.worker.undone():
        await without_forced_policies(clone.superuser, clone.worker)
        for start in range(0, len(pairs), _AT_ONCE):
            found |= await _some(clone, pairs[start : start + _AT_ONCE])
    return found


async def _some(
    clone: Clone, pairs: Sequence[tuple[TableName, Question]]
) -> dict[TableName, Fingerprint]:
    sql = " UNION ALL ".join(_query(number, each) for number, (_, each) in enumerate(pairs))
    try:
        async with clone.worker.transaction():
            rows = await clone.worker.rows(sql)
    except StatementError:
        return await _one_by_one(clone, pairs)
    return {pairs[row["number"]][0]: _fingerprint(row) for row in rows}


async def _one_by_one(
    clone: Clone, pairs: Sequence[tuple[TableName, Question]]
) -> dict[TableName, Fingerprint]:
    if len(pairs) == 1:
        return {}
    found: dict[TableName, Fingerprint] = {}
    for pair in pairs:
        found |= await _some(clone, [pair])
    return found


def _fingerprint(row: Row) -> Fingerprint:
    return Fingerprint(row["rows"], row["whole"] or "", tuple(row["columns"]))


def _query(number: int, question: Question) -> str:
    digests = ", ".join(_digest(f"c{place}") for place in range(len(question.columns)))
    only = "" if question.is_partitioned else "ONLY "
    inner = ", ".join(("NULL AS nothing", *_texts(question.columns)))
    names = ", ".join(f"c{place}" for place in range(len(question.columns)))
    whole = f"pg_catalog.array_to_string(ARRAY[{names}]::pg_catalog.text[], ',')"
    words = (
        *("SELECT", f"{number} AS number, pg_catalog.count(*) AS rows,"),
        *(_digest(whole), "AS whole,", f"ARRAY[{digests}]::pg_catalog.text[] AS columns"),
        *("FROM", f"(SELECT {inner}", "FROM", f"{only}{qualified(*question.table)}) texts"),
    )
    return " ".join(words)


def _texts(columns: Sequence[str]) -> Iterator[str]:
    """Yield what output functions write: a cast to text may be the author's own."""
    for place, column in enumerate(columns):
        name = identifier(column)
        value = f"pg_catalog.quote_literal(pg_catalog.format({literal('%s')}, {name}))"
        yield f"CASE WHEN {name} IS NULL THEN {literal('NULL')} ELSE {value} END AS c{place}"


def _digest(text: str) -> str:
    return _DIGEST.format(text=text)

"""A B-tree has a text without limit as a key that looks like prose.

## Why it matters
An entry of a B-tree holds at most 2,704 bytes. A value that is larger, once compressed, is refused,
so the INSERT of the first long text fails in production. Prose is searched by words or by parts,
and a B-tree serves neither. The column is recognized by its name, so a person should look.

## Flagged
```sql
CREATE TABLE articles (id bigint PRIMARY KEY, title text NOT NULL, body text NOT NULL);
CREATE INDEX articles_body_idx ON articles (body);
```

## Accepted
```sql
CREATE TABLE articles (id bigint PRIMARY KEY, title text NOT NULL, body text NOT NULL);
CREATE INDEX articles_title_idx ON articles (title);
CREATE INDEX articles_words_idx ON articles USING gin (to_tsvector('english', body));
CREATE INDEX articles_body_digest_idx ON articles (md5(body));
```
"""

from collections.abc import Iterator

from server.engines.analysis.check import Definition, Fault, Group
from server.engines.analysis.finding import Evidence, Severity
from server.engines.analysis.plain_btree import key_columns
from server.engines.analysis.population import indexes
from server.engines.analysis.relation import relation_of
from server.engines.analysis.scope import Scope
from server.engines.analysis.wording import columns_named
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.constraint import ConstraintType
from server.engines.catalog.kinds.index import Index

_PROSE = frozenset(
    ("body", "content", "contents", "description", "html", "markdown", "message", "stacktrace")
)
_UNLIMITED = frozenset(("text", "character varying"))


def _population(scope: Scope) -> Iterator[Index]:
    return (index for index in indexes(scope) if index.method == "btree")


def _judge(index: Index, scope: Scope) -> Iterator[Fault]:
    prose = [each.identity.name for each in key_columns(index, scope) if _is_prose(each, scope)]
    if prose:
        yield Fault(
            index.identity,
            f"is a B-tree over {columns_named(prose)}, a text without limit: the first value "
            "that compresses to more than 2,704 bytes fails to be inserted.",
            advice="Search words with GIN over to_tsvector, parts with gin_trgm_ops, whole values "
            "by md5 of the column or a hash index; or limit the length with a CHECK.",
            evidence=Evidence.HEURISTIC,
        )


def _is_prose(column: Column, scope: Scope) -> bool:
    is_named_so = column.identity.name.lower().replace("_", "") in _PROSE
    return is_named_so and column.type in _UNLIMITED and not _is_measured(column, scope)


def _is_measured(column: Column, scope: Scope) -> bool:
    """Tell whether a CHECK speaks of the length of the column."""
    return any(
        each.type is ConstraintType.CHECK
        and column.identity.name in each.columns
        and "length(" in (each.expression or "")
        for each in scope.catalog.constraints(relation_of(column))
    )


CHECK = Definition(
    group=Group.INDEXES,
    severity=Severity.WARNING,
    examines="B-trees",
    population=_population,
    judge=_judge,
)

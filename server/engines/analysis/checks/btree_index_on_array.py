"""A B-tree has an array as a key, and so finds whole arrays only.

## Why it matters
A B-tree compares arrays from their first element on: it serves `tags = '{a,b}'` and ORDER BY, and
none of `tags @> '{a}'`, `'a' = ANY (tags)` or `&&`, which are what arrays are searched with. GIN
serves `@>`, `<@` and `&&`. Unique indexes are left alone, and columns called a path, which are
sorted as a whole.

## Flagged
```sql
CREATE TABLE articles (id bigint PRIMARY KEY, tags text[] NOT NULL);
CREATE INDEX articles_tags_idx ON articles (tags);
```

## Accepted
```sql
CREATE TABLE articles (id bigint PRIMARY KEY, tags text[] NOT NULL);
CREATE INDEX articles_tags_idx ON articles USING gin (tags);
```
"""

from collections.abc import Iterator

from server.engines.analysis.check import Definition, Fault, Group
from server.engines.analysis.finding import Severity
from server.engines.analysis.nullability import base_type
from server.engines.analysis.plain_btree import gin_instead, key_columns, plain_btrees
from server.engines.analysis.scope import Scope
from server.engines.analysis.wording import columns_named
from server.engines.catalog.kinds.index import Index


def _judge(index: Index, scope: Scope) -> Iterator[Fault]:
    arrays = [
        each.identity.name
        for each in key_columns(index, scope)
        if base_type(each, scope).endswith("[]") and not each.identity.name.lower().endswith("path")
    ]
    if arrays:
        fix, advice = gin_instead(index, "", scope)
        yield Fault(
            index.identity,
            f"is a B-tree over the array {columns_named(arrays)}: it finds whole arrays, and no "
            "search for an element (@>, &&) can use it.",
            fix=fix,
            advice="Write searches for one element as @> ARRAY[…]: GIN does not serve = ANY. Keep "
            f"the B-tree if whole arrays are compared or sorted. {advice}",
        )


CHECK = Definition(
    group=Group.INDEXES,
    severity=Severity.WARNING,
    examines="plain B-trees",
    population=plain_btrees,
    judge=_judge,
)

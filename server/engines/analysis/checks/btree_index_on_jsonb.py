"""A B-tree has a whole jsonb document as a key.

## Why it matters
It finds documents that are equal as a whole and serves none of `@>`, `?`, `->>` or `@?`. A
document that is still larger than 2,704 bytes when compressed is refused, and its INSERT fails.
GIN serves containment; a B-tree over an expression serves one known field.

## Flagged
```sql
CREATE TABLE events (id bigint PRIMARY KEY, payload jsonb NOT NULL);
CREATE INDEX events_payload_idx ON events (payload);
```

## Accepted
```sql
CREATE TABLE events (id bigint PRIMARY KEY, payload jsonb NOT NULL);
CREATE INDEX events_payload_idx ON events USING gin (payload jsonb_path_ops);
CREATE INDEX events_type_idx ON events ((payload ->> 'type'));
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
    documents = [
        each.identity.name
        for each in key_columns(index, scope)
        if base_type(each, scope) == "jsonb"
    ]
    if documents:
        fix, advice = gin_instead(index, "jsonb_path_ops", scope)
        yield Fault(
            index.identity,
            f"is a B-tree over the document {columns_named(documents)}: no search inside it can "
            "use it, and a document that compresses to more than 2,704 bytes fails to be inserted.",
            fix=fix,
            advice="For one known field index its expression instead. jsonb_path_ops serves @> "
            f"and @?; the default class serves ?, ?| and ?&, too, and is larger. {advice}",
        )


CHECK = Definition(
    group=Group.INDEXES,
    severity=Severity.WARNING,
    examines="plain B-trees",
    population=plain_btrees,
    judge=_judge,
)

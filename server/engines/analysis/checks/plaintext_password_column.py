"""A column seems to hold passwords as they were typed.

## Why it matters
Whoever reads the table, a backup or a log of statements then has passwords that people also use
elsewhere. A password is stored as the output of a slow, salted hash (argon2id, scrypt, bcrypt).
The column is recognized by its name; names that say hash, digest or encrypted pass, as do the user
tables of frameworks that hash under a plain name.

## Flagged
```sql
CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL, password text NOT NULL);
```

## Accepted
```sql
CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL, password_hash text NOT NULL);
```
"""

import re
from collections.abc import Iterator

from server.engines.analysis.check import Definition, Fault, Group
from server.engines.analysis.finding import Evidence, Severity
from server.engines.analysis.population import columns
from server.engines.analysis.scope import Scope
from server.engines.analysis.words import words
from server.engines.catalog.kinds.column import Column

_PASSWORD = re.compile(r"(^| )(pass word|passwd|password|pwd|passphrase)( plain| text)*$")
_SAYS_OTHERWISE = re.compile(r"(^| )(crypted|digested|encrypted|hash|hashed|no|requires?|has)( |$)")
_TEXTS = frozenset({"character", "character varying", "text"})
_HASHING_FRAMEWORKS = frozenset(
    {
        ("password", "character varying(128)", "last_login"),  # Django
        ("password", "character varying(255)", "remember_token"),  # Laravel
    }
)


def _judge(column: Column, scope: Scope) -> Iterator[Fault]:
    spoken = words(column.identity.name)
    is_named_so = _PASSWORD.search(spoken) and not _SAYS_OTHERWISE.search(spoken)
    if column.type_name in _TEXTS and is_named_so and not _is_hashed(column, scope):
        yield Fault(
            column.identity,
            "is named as if it held passwords in plain text.",
            advice="Store the output of argon2id, scrypt or bcrypt, and call the column "
            "password_hash, so that nobody writes a password into it. Where it already holds "
            "hashes, only the name is wrong; where it holds the password of another service, "
            "keep that in a secret store.",
            evidence=Evidence.HEURISTIC,
        )


def _is_hashed(column: Column, scope: Scope) -> bool:
    siblings = scope.catalog.columns(column.parent) if column.parent else ()
    names = {each.identity.name for each in siblings}
    return any(
        (column.identity.name, column.type) == (name, type_) and mark in names
        for name, type_, mark in _HASHING_FRAMEWORKS
    )


CHECK = Definition(
    group=Group.SECURITY,
    severity=Severity.WARNING,
    examines="columns",
    population=columns,
    judge=_judge,
)

"""A column that clients reach without row security is named like a secret.

## Why it matters
An API over an exposed schema serves every column that its role may read. Passwords, even hashed
ones, tokens, keys and identity or card numbers are what an attacker looks for first. Columns are
recognized by their names; flags, dates and numbers of such a name are left alone, as are tables
with row security.

## Flagged
```sql
CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL, password_hash text NOT NULL);
```

## Accepted
```sql
CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL, password_changed_at timestamptz);
CREATE SCHEMA internal;
CREATE TABLE internal.credentials (user_id bigint PRIMARY KEY, password_hash text NOT NULL);
```
"""

import re
from collections.abc import Iterator

from server.engines.analysis.check import Definition, Fault, Group
from server.engines.analysis.exposure import exposed
from server.engines.analysis.finding import Evidence, Severity
from server.engines.analysis.scope import Scope
from server.engines.analysis.words import words
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.table import Table

_SECRETS = re.compile(
    r"(^| )("
    r"api key|bank account|card number|credit card|cvc|cvv|iban|mfa secret|national id|otp secret"
    r"|passwd|passphrase|passport( number| no)?|password|private key|recovery code|refresh token"
    r"|access token|auth token|reset token|session token|secret key|client secret|social security"
    r"( number)?|ssn|tax id|totp secret"
    r")s?( (hash|digest|encrypted|value|salt))?$"
    r"|^(secret|pin|pwd)s?$"
)
_CARRIERS = frozenset({"bytea", "character", "character varying", "json", "jsonb", "text"})


def _population(scope: Scope) -> Iterator[Column]:
    for table in exposed(scope, Table):
        if not table.has_row_security and not table.is_partition:
            yield from scope.catalog.columns(table.identity)


def _judge(column: Column, _: Scope) -> Iterator[Fault]:
    if column.type_name in _CARRIERS and _SECRETS.search(words(column.identity.name)):
        yield Fault(
            column.identity,
            "is named like a secret, and lies in an exposed schema without row security: every "
            "role that may read the table reads it for all rows.",
            advice="Move it to a table in a schema that is not exposed, enable row security, or "
            "REVOKE SELECT on the table and GRANT it on the other columns.",
            evidence=Evidence.HEURISTIC,
        )


CHECK = Definition(
    group=Group.SECURITY,
    severity=Severity.WARNING,
    examines="columns of exposed tables without row security",
    population=_population,
    judge=_judge,
    needs_exposed=True,
)

"""A policy decides by metadata that users can edit themselves.

## Why it matters
In the tokens of Supabase and alike, `user_metadata` (stored as `raw_user_meta_data`) belongs to
the user, who may write any role or tenant into it with one call of the client library. What an
administrator writes lies in `app_metadata`.

## Flagged
```sql
CREATE TABLE notes (id bigint PRIMARY KEY, team text NOT NULL);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY team_notes ON notes USING (
  team = (SELECT current_setting('request.jwt.claims')::jsonb -> 'user_metadata' ->> 'team')
);
```

## Accepted
```sql
CREATE TABLE notes (id bigint PRIMARY KEY, team text NOT NULL);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY team_notes ON notes USING (
  team = (SELECT current_setting('request.jwt.claims')::jsonb -> 'app_metadata' ->> 'team')
);
```
"""

from collections.abc import Iterator

from server.engines.analysis.check import Definition, Fault, Group
from server.engines.analysis.finding import Severity
from server.engines.analysis.population import policies
from server.engines.analysis.scope import Scope
from server.engines.catalog.kinds.policy import Policy
from server.engines.sql.expression import columns, reads_member

_COLUMN = "raw_user_meta_data"
_MEMBERS = frozenset({"user_metadata", _COLUMN})


def _judge(policy: Policy, _: Scope) -> Iterator[Fault]:
    conditions = [each for each in (policy.using, policy.with_check) if each]
    if any(reads_member(each, _MEMBERS) or _COLUMN in columns(each) for each in conditions):
        yield Fault(
            policy.identity,
            "decides by user metadata, which every user can edit: anyone can give themselves the "
            "role or tenant that it asks for.",
            advice="Move the value to app_metadata, or to a table that users cannot write, and "
            "compare with that.",
        )


CHECK = Definition(
    group=Group.SECURITY,
    severity=Severity.ERROR,
    examines="policies",
    population=policies,
    judge=_judge,
)

from collections.abc import Iterator

from server.engines.analysis.check import Check, Definition, Fault, Group
from server.engines.analysis.finding import Finding, Severity
from server.engines.analysis.scope import Scope
from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity

_SCOPE = Scope(Catalog(18, {}))
_TABLE = Identity("table", ("public", "orders"))
_DOCUMENTATION = """A table is blue.

## Why it matters
It is.

## Flagged
```sql
CREATE TABLE blue (a int);
```

## Accepted
```sql
CREATE TABLE green (a int);
```
and
```sql
CREATE TABLE red (a int);
```
"""


def _check(*faults: Fault) -> Check:
    def population(_scope: Scope) -> Iterator[object]:
        yield _TABLE

    def judge(_examined: object, _scope: Scope) -> Iterator[Fault]:
        yield from faults

    definition = Definition(Group.INDEXES, Severity.WARNING, "tables", population, judge)
    return Check("blue-table", _DOCUMENTATION, definition)


def test_a_finding_is_a_fault_with_the_id_and_severity_of_its_check() -> None:
    check = _check(Fault(_TABLE, "is blue.", fix="DROP TABLE orders;", advice="Paint it."))

    assert [*check.findings(_TABLE, _SCOPE)] == [
        Finding(
            "blue-table", Severity.WARNING, _TABLE, "is blue.", "DROP TABLE orders;", "Paint it."
        )
    ]


def test_a_fault_may_be_graver_than_its_check() -> None:
    check = _check(Fault(_TABLE, "is dark blue.", severity=Severity.ERROR))

    assert [each.severity for each in check.findings(_TABLE, _SCOPE)] == [Severity.ERROR]


def test_what_a_name_smuggles_into_a_message_is_made_visible() -> None:
    check = _check(Fault(_TABLE, "is `a\nb`.", advice="Drop `a\u202eb`."))

    (finding,) = check.findings(_TABLE, _SCOPE)

    assert (finding.message, finding.advice) == ("is `a\\nb`.", "Drop `a\\u202eb`.")


def test_examples_are_read_from_the_documentation() -> None:
    check = _check()

    assert check.summary == "A table is blue."
    assert check.flagged == "CREATE TABLE blue (a int);\n"
    assert check.accepted == "CREATE TABLE green (a int);\n\nCREATE TABLE red (a int);\n"

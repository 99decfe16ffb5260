"""A form of statement, with the locks, new files and full scans that were measured for it.

`@` stands for a schema of the form's own, which holds a table t with the indexes of its primary
key and of column v, and a table p. Locks are PostgreSQL's, from AS (ACCESS SHARE) to AE (ACCESS
EXCLUSIVE); idx are the indexes of t.
"""

from dataclasses import dataclass

BASE = """
CREATE SCHEMA @;
CREATE TABLE @.p (id int PRIMARY KEY);
CREATE TABLE @.t (id int PRIMARY KEY, a int, n int NOT NULL, v varchar(20), w text,
  num numeric(10, 2), ts timestamp, p_id int);
CREATE INDEX t_v ON @.t (v);
"""
ALL = "t idx"


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One form; `scanned` is None where it depends on the plan of a query."""

    sql: str
    locks: str = ""
    rewritten: str = ""
    scanned: str | None = ""
    setup: str = ""
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    since: int = 0
    older_locks: str | None = None
    """What it takes before PostgreSQL 18, where that is something else."""


def light(what: str, locks: str = "AE t", *, setup: str = "", since: int = 0) -> Form:
    """Return a change of t that only changes the catalog."""
    return Form(sql=f"ALTER TABLE @.t {what}", locks=locks, setup=setup, since=since)


def scanning(what: str, locks: str = "AE t", *, setup: str = "", since: int = 0) -> Form:
    """Return a change of t that reads all its rows."""
    sql = f"ALTER TABLE @.t {what}"
    return Form(sql=sql, locks=locks, scanned="t", setup=setup, since=since)


def rewriting(
    what: str, *, setup: str = "", before: tuple[str, ...] = (), rewritten: str = ALL
) -> Form:
    """Return a change of t that writes it anew."""
    return Form(
        sql=f"ALTER TABLE @.t {what}",
        locks="AE t idx",
        rewritten=rewritten,
        scanned="t",
        setup=setup,
        before=before,
    )


def typed(old: str, new: str, *, before: tuple[str, ...] = (), more: str = "") -> Form:
    """Return a change of the type of a column x that rewrites."""
    setup = f"{more} ALTER TABLE @.t ADD COLUMN x {old};"
    return rewriting(f"ALTER COLUMN x TYPE {new}", setup=setup, before=before)


def renamed(old: str, new: str, more: str = "") -> Form:
    """Return a change of the type of a column x that does not."""
    return light(f"ALTER COLUMN x TYPE {new}", setup=f"{more} ALTER TABLE @.t ADD COLUMN x {old};")

import pytest

from server.engines.sql.fingerprint import fingerprint
from server.engines.sql.pretty import pretty


def test_a_statement_is_laid_out_over_lines() -> None:
    text = "create table a (id int primary key, b text not null)"

    assert pretty(text) == ("CREATE TABLE a (\n    id integer PRIMARY KEY\n  , b text NOT NULL\n)")


@pytest.mark.parametrize(
    "text",
    [
        "not a statement",
        "SELECT 1 -- kept",
        "select /* kept */ 1",
        "SELECT " + "1 + " * 5_000 + "1",
    ],
)
def test_what_cannot_be_laid_out_safely_stays_as_it_is(text: str) -> None:
    assert pretty(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "select extract(year from a) from b",
        "select pg_catalog.extract('year', a) from b",
        "create function f() returns int language sql as $x$ select  1 $x$",
        "create function f() returns int language sql begin atomic select  1; end",
        "alter table only a add constraint b check ((c > 1)) not valid",
        "create unique index concurrently i on a using btree (lower(b) desc) include (c) where d",
        "alter default privileges in schema a grant select on tables to b",
        "create policy p on a as restrictive for select to b using (c = current_user)",
        "create publication p for table a (b) where (b > 1)",
        "create trigger t before update of a on b for each row when (old.c) execute function f()",
        "comment on operator public.+ (int, int) is E'a\\nb'",
    ],
)
def test_what_is_laid_out_is_the_same_statement(text: str) -> None:
    assert fingerprint(pretty(text)) == fingerprint(text)

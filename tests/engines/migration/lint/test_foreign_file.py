"""A migration of somebody else's is cut into transactions as its runner would."""

import pytest

from server.engines.catalog.identity import Identity
from server.engines.migration.edge_fault import EdgeFault
from server.engines.migration.foreign_file import ForeignFile, read_file
from server.engines.migration.step import Verb, segments
from server.errors import InvalidSqlError

_TWO = "ALTER TABLE a ADD COLUMN b int; CREATE INDEX i ON a (b);"


def _read(sql: str, *, is_wrapped: bool = False) -> ForeignFile:
    return read_file([sql.encode()], file="migration.sql", is_wrapped=is_wrapped)


def _shape(file: ForeignFile) -> list[tuple[bool, int]]:
    return [(segment.is_transactional, len(segment.steps)) for segment in file.segments]


def test_without_a_transaction_each_statement_is_committed_by_itself() -> None:
    assert _shape(_read(_TWO)) == [(False, 1), (False, 1)]


def test_a_runner_that_wraps_the_file_commits_it_as_a_whole() -> None:
    assert _shape(_read(_TWO, is_wrapped=True)) == [(True, 2)]


def test_transactions_of_the_file_are_kept_apart() -> None:
    assert _shape(_read(f"BEGIN; {_TWO} COMMIT; BEGIN; {_TWO} END;")) == [(True, 2), (True, 2)]


def test_cut_once_more_the_steps_fall_into_the_same_segments() -> None:
    file = _read(f"BEGIN; {_TWO} COMMIT; VACUUM; START TRANSACTION; {_TWO} COMMIT;")

    steps = [step for segment in file.segments for step in segment.steps]

    assert segments(steps) == file.segments


def test_after_the_commit_of_a_wrapped_file_each_statement_is_on_its_own() -> None:
    file = _read(f"{_TWO} COMMIT; {_TWO}", is_wrapped=True)

    assert _shape(file) == [(True, 2), (False, 1), (False, 1)]
    assert file.edge_faults == ((1, EdgeFault.RUNNERS_COMMITTED),)


@pytest.mark.parametrize(
    ("sql", "fault"),
    [
        ("BEGIN; BEGIN; SELECT 1; COMMIT;", (0, EdgeFault.NESTED_BEGIN)),
        ("SELECT 1; COMMIT;", (0, EdgeFault.STRAY_COMMIT)),
        ("BEGIN; SELECT 1; SELECT 2;", (1, EdgeFault.NEVER_COMMITTED)),
    ],
)
def test_edges_that_do_not_mean_what_they_seem_to_are_told(
    sql: str, fault: tuple[int, EdgeFault]
) -> None:
    assert _read(sql).edge_faults == (fault,)


def test_savepoints_are_no_edges() -> None:
    assert _shape(_read("BEGIN; SAVEPOINT s; SELECT 1; RELEASE s; COMMIT;")) == [(True, 1)]


def test_a_file_that_undoes_its_transaction_is_refused() -> None:
    with pytest.raises(InvalidSqlError, match="undoes"):
        _read("BEGIN; SELECT 1; ROLLBACK;")


def test_rows_that_were_read_over_are_told_and_not_run() -> None:
    file = _read("COPY a FROM stdin;\n1\n\\.\nSELECT 1;")

    assert _shape(file) == [(False, 1)]
    assert len(file.notes) == 1


def test_rows_in_the_statement_itself_are_run() -> None:
    assert _shape(_read("INSERT INTO a VALUES (1), (2);")) == [(False, 1)]


def test_commands_for_psql_are_passed_over() -> None:
    assert _shape(_read("\\set ON_ERROR_STOP on\nSELECT 1;")) == [(False, 1)]


@pytest.mark.parametrize("command", ["connect other", "c other"])
def test_a_file_that_goes_on_in_another_database_is_refused(command: str) -> None:
    with pytest.raises(InvalidSqlError, match="another database"):
        _read(f"\\{command}\nSELECT 1;")


@pytest.mark.parametrize(
    ("sql", "verb", "subject"),
    [
        ("CREATE TABLE s.t ()", Verb.CREATE, Identity("table", ("s", "t"))),
        ("DROP VIEW v", Verb.DROP, Identity("view", ("public", "v"))),
        ("DROP SCHEMA s", Verb.DROP, Identity("schema", ("s",))),
        ("ALTER TABLE t RENAME TO u", Verb.RENAME, Identity("table", ("public", "t"))),
        ("ALTER TABLE t ADD COLUMN a int", Verb.ALTER, Identity("table", ("public", "t"))),
        ("ALTER DOMAIN d SET NOT NULL", Verb.ALTER, Identity("domain", ("public", "d"))),
        ("SELECT 1", Verb.ALTER, Identity("statement", ("1",))),
    ],
)
def test_verb_and_subject_are_what_the_statement_names(
    sql: str, verb: Verb, subject: Identity
) -> None:
    [segment] = _read(sql).segments

    assert (segment.steps[0].verb, segment.steps[0].subject) == (verb, subject)

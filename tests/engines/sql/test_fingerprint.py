import pytest

from server.engines.sql.fingerprint import fingerprint
from server.errors import InvalidInputError


def test_constants_make_no_difference() -> None:
    assert fingerprint("SELECT * FROM t WHERE a = 1") == fingerprint("select * from t where a = 2")


def test_another_table_makes_a_difference() -> None:
    assert fingerprint("SELECT * FROM t") != fingerprint("SELECT * FROM u")


def test_what_is_not_sql_has_none() -> None:
    with pytest.raises(InvalidInputError, match="not SQL: syntax error"):
        fingerprint("SELEC 1")

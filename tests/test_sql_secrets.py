"""Passwords in SQL are hidden wherever they stand, and nothing else is."""

import pytest

from server.sql_secrets import without_secrets

HOLDS = "h1dd3n"


@pytest.mark.parametrize(
    "sql",
    [
        f"CREATE USER MAPPING FOR u SERVER s OPTIONS (user 'u', password '{HOLDS}')",
        f"CREATE USER MAPPING FOR u SERVER s OPTIONS (\"user\" 'u', \"password\" '{HOLDS}')",
        f"ALTER ROLE app PASSWORD '{HOLDS}'",
        f"CREATE SUBSCRIPTION s CONNECTION 'host=h password={HOLDS}' PUBLICATION p",
        f"CREATE FOREIGN TABLE t () SERVER s OPTIONS (url 'https://u:{HOLDS}@h/')",
        f"CREATE FOREIGN TABLE t () SERVER s OPTIONS (api_key E'{HOLDS}')",
        f"OPTIONS (connstr 'host=h password={HOLDS}'",
        f"OPTIONS (password '{HOLDS} that was cut",
    ],
)
def test_a_secret_is_hidden(sql: str) -> None:
    assert HOLDS not in without_secrets(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE password_resets (token text, author text DEFAULT 'me')",
        "ALTER TABLE t ADD COLUMN password text NOT NULL",
        "SELECT 'https://example.com/a'",
    ],
)
def test_what_is_no_secret_stays(sql: str) -> None:
    assert without_secrets(sql) == sql

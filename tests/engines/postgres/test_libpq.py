from pathlib import Path

import pytest
from pydantic import SecretStr

from server.engines.postgres.address import DsnAddress, SocketAddress
from server.engines.postgres.libpq import environment
from server.errors import InvalidInputError


def test_a_server_of_ours_is_found_by_its_socket() -> None:
    found = environment(SocketAddress(Path("/run/x")), "shadow_1")

    assert found == {
        "PGHOST": "/run/x",
        "PGPORT": "5432",
        "PGUSER": "shadow_superuser",
        "PGDATABASE": "shadow_1",
    }


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "postgresql://bob:p%40ss%2Fword@db.example:6432/main?sslmode=require",
            {
                "PGUSER": "bob",
                "PGPASSWORD": "p@ss/word",
                "PGHOST": "db.example",
                "PGPORT": "6432",
                "PGDATABASE": "main",
                "PGSSLMODE": "require",
            },
        ),
        ("postgres:///main?host=/run/x", {"PGDATABASE": "main", "PGHOST": "/run/x"}),
        (
            "postgresql://[::1]:5433,b/main",
            {"PGHOST": "::1,b", "PGPORT": "5433,", "PGDATABASE": "main"},
        ),
        ("postgresql://[::1]/", {"PGHOST": "::1"}),
    ],
)
def test_every_part_of_a_url_becomes_a_variable(url: str, expected: dict[str, str]) -> None:
    assert environment(DsnAddress(SecretStr(url))) == expected


def test_a_named_database_takes_the_place_of_the_urls() -> None:
    found = environment(DsnAddress(SecretStr("postgresql://h/main")), "other")

    assert found["PGDATABASE"] == "other"


@pytest.mark.parametrize(
    "url", ["postgresql://u:hunter2@h/main?nonsense=hunter2", "mysql://u:hunter2@h/x", "hunter2"]
)
def test_what_cannot_be_passed_on_is_refused_without_its_secret(url: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        environment(DsnAddress(SecretStr(url)))

    assert "hunter2" not in str(caught.value)

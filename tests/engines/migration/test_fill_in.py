"""Statements with values that no plan holds: read from settings, and stopped without them."""

from collections.abc import AsyncGenerator
from itertools import starmap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.engines.migration.fill_in import filled, setting, settings_read
from server.engines.postgres.session import Session, StatementError
from server.engines.postgres.shadow import Shadow

names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)
_HEAD = "CREATE USER MAPPING FOR PUBLIC SERVER s"


@given(st.lists(st.tuples(names, names, names), unique=True, max_size=4))
def test_no_two_values_share_a_setting(values: list[tuple[str, str, str]]) -> None:
    assert len(set(starmap(setting, values))) == len(values)


@given(st.lists(names, min_size=1, max_size=3, unique=True))
def test_the_settings_of_a_statement_are_found_in_it(options: list[str]) -> None:
    clauses = {f'"{option}"': setting("s$fill_in$", option) for option in options}

    assert settings_read([filled(_HEAD, clauses)]) == tuple(clauses.values())


@pytest.fixture
async def session(shadow: Shadow) -> AsyncGenerator[Session, None]:
    async with shadow.database() as database, await database.connect() as session:
        await session.script(
            "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w"
        )
        yield session


@pytest.mark.anyio
@pytest.mark.parametrize("option", ["password", "Pass Word", "100%s", "it's", "a\\b", "$fill_in$"])
async def test_a_value_is_what_the_setting_says(session: Session, option: str) -> None:
    name = setting("s", option)
    await session.rows("SELECT set_config($1, $2, false)", name, "o'n%s\\e")

    await session.script(filled(_HEAD, {f'"{option}"': name}))

    assert await session.value("SELECT umoptions FROM pg_user_mapping") == [f"{option}=o'n%s\\e"]


@pytest.mark.anyio
async def test_a_value_that_nobody_gave_stops_the_statement(session: Session) -> None:
    statement = filled(_HEAD, {"password": setting("s", "password")})

    with pytest.raises(StatementError, match=r"parameter .fill_in\.s\.password"):
        await session.script(statement)
    await session.script("SET fill_in.s.password = ''")
    with pytest.raises(StatementError):
        await session.script(statement)

    assert await session.value("SELECT count(*) FROM pg_user_mapping") == 0

"""Names that change hands in a circle: proven there and back, as renames and nothing else."""

from pathlib import Path

import pytest
import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter

from server.engines.migration.proof.survival import Fate
from server.engines.migration.step import Verb
from server.engines.postgres.shadow import Shadow
from tests.engines.migration.proving import proven, proven_renames

pytestmark = pytest.mark.anyio

_FILE = Path(__file__).with_name("exchanges.yaml")


class Case(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    old: str
    new: str
    renames: tuple[str, ...]


_CASES = TypeAdapter(list[Case]).validate_python(
    yaml.load(_FILE.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
)


@pytest.mark.parametrize("case", _CASES, ids=lambda case: case.name)
async def test_names_that_change_hands_are_renamed_and_keep_their_rows(
    shadow: Shadow, case: Case
) -> None:
    found = await proven_renames(shadow, case.old, case.new, case.renames)

    assert {step.verb for step in (*found.draft.steps, *found.draft.steps_back)} == {Verb.RENAME}
    assert found.proof.seeding.rows
    fates = {each.forward.fate for each in found.proof.survival}
    assert fates | {each.back.fate for each in found.proof.survival} == {Fate.UNCHANGED}


async def test_types_that_exchange_their_names_without_a_word_keep_the_rows_that_fit(
    shadow: Shadow,
) -> None:
    types = "CREATE TYPE {} AS ENUM ('x', 'y'); CREATE TYPE {} AS ENUM ('y', 'x');"
    columns = "CREATE TABLE t (id int PRIMARY KEY, c {}, d {});"

    found = await proven(
        shadow,
        f"{types.format('a', 'b')}{columns.format('a', 'b')}",
        f"{types.format('b', 'a')}{columns.format('b', 'a')}",
    )

    assert found.proof.is_proven
    assert {each.back.fate for each in found.proof.survival} == {Fate.UNCHANGED}

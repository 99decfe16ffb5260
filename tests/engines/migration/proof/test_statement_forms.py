"""Each form of statement does on a clone what was measured for it: locks, new files, scans."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice

import pytest

from server.engines.catalog.kinds.index import Index
from server.engines.migration.proof.clones import cloned
from server.engines.migration.proof.runner import run_plan
from server.engines.migration.proof.seed.later import Future
from server.engines.migration.proof.seed.seed import SeedRequest, seed
from server.engines.migration.step import LockMode, Observation, Segment
from server.engines.postgres.shadow import Shadow
from tests.engines.migration.proof import column_forms, other_forms, table_forms
from tests.engines.migration.proof.form import BASE, Form
from tests.engines.migration.proof.hand_written import held, outside, step

pytestmark = pytest.mark.anyio

FORMS = (
    *column_forms.ADDING_COLUMNS,
    *column_forms.CHANGING_COLUMNS,
    *column_forms.CHANGING_TYPES,
    *table_forms.CONSTRAINTS,
    *table_forms.INDEXES,
    *table_forms.TABLES,
    *other_forms.PARTITIONS,
    *other_forms.OTHERS,
)
_NEWEST, _OLDER = 18, 15
_MODES = {"".join(word[0] for word in mode.value.split()): mode for mode in LockMode}
_INDEXES = ("t_pkey", "t_v")
_NAMES = [f"{number}: {form.sql}" for number, form in enumerate(FORMS)]


@dataclass(frozen=True, slots=True)
class Seen:
    """What was observed for each form that the server knows, by the form's number."""

    observations: Mapping[int, Observation]
    indexes: frozenset[str]


@pytest.fixture(scope="session")
async def newest(shadow: Shadow) -> Seen:
    return await _seen(shadow, _NEWEST)


@pytest.fixture(scope="session")
async def older(shadow: Shadow) -> Seen:
    return await _seen(shadow, _OLDER)


@pytest.mark.parametrize("number", range(len(FORMS)), ids=_NAMES)
async def test_a_form_does_what_was_measured(newest: Seen, number: int) -> None:
    form, seen = FORMS[number], newest.observations[number]

    assert _shown(seen, newest.indexes, form) == _expected(form, form.locks)


@pytest.mark.corpus
@pytest.mark.parametrize("number", range(len(FORMS)), ids=_NAMES)
async def test_a_form_does_the_same_on_an_older_server(older: Seen, number: int) -> None:
    form = FORMS[number]
    if form.since > _OLDER:
        pytest.skip(f"there is no such form before PostgreSQL {form.since}")
    locks = form.locks if form.older_locks is None else form.older_locks

    assert _shown(older.observations[number], older.indexes, form) == _expected(form, locks)


async def _seen(shadow: Shadow, major: int) -> Seen:
    async with shadow.cluster(major=major) as cluster:
        if cluster.major != major:
            pytest.skip(f"no server of PostgreSQL {major} is here")
        forms = {number: form for number, form in enumerate(FORMS) if form.since <= major}
        texts = (_in(number, BASE + form.setup) for number, form in forms.items())
        async with held(cluster, "".join(texts)) as ground, cloned(ground) as clone:
            await seed(clone, SeedRequest(Future(ground.catalog, ground.catalog), seconds=60))
            segments = {number: _segments(number, form) for number, form in forms.items()}
            course = await run_plan(clone, list(chain.from_iterable(segments.values())))
            assert course.failure is None
            observations = iter(course.observations)
            return Seen(
                {number: _own(forms[number], observations) for number in segments},
                frozenset(one.identity.name for one in ground.catalog.of(Index)),
            )


def _segments(number: int, form: Form) -> list[Segment]:
    before = [outside(_in(number, sql)) for sql in form.before]
    after = [outside(_in(number, sql)) for sql in form.after]
    return [Segment((each,)) for each in (*before, step(_in(number, form.sql)), *after)]


def _own(form: Form, observations: Iterator[Observation]) -> Observation:
    """Take what belongs to a form, and return what its statement itself did."""
    around = [*islice(observations, len(form.before) + 1 + len(form.after))]
    return around[len(form.before)]


def _in(number: int, text: str) -> str:
    return text.replace("@", f"c{number}")


def _shown(seen: Observation, indexes: frozenset[str], form: Form) -> tuple[object, ...]:
    """Leave out that indexes are opened for reading: what was measured does not tell of it."""
    locks = {
        name.partition(".")[2]: mode
        for name, mode in seen.locks.items()
        if mode is not LockMode.ACCESS_SHARE or name.partition(".")[2] not in indexes
    }
    scanned = None if form.scanned is None else _bare(seen.scanned)
    return (locks, _bare(seen.rewritten), scanned)


def _bare(names: frozenset[str]) -> set[str]:
    return {name.partition(".")[2] for name in names}


def _expected(form: Form, locks: str) -> tuple[object, ...]:
    scanned = None if form.scanned is None else {*_expanded(form.scanned)}
    return (_locks(locks), {*_expanded(form.rewritten)}, scanned)


def _locks(text: str) -> dict[str, LockMode]:
    found: dict[str, LockMode] = {}
    mode = LockMode.ACCESS_SHARE
    for word in text.split():
        if word in _MODES:
            mode = _MODES[word]
        else:
            found |= dict.fromkeys(_expanded(word), mode)
    return found


def _expanded(text: str) -> list[str]:
    return [name for word in text.split() for name in (_INDEXES if word == "idx" else (word,))]

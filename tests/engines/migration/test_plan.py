"""A plan as a file: what was written is read back, and nothing of it can be changed."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.engines.catalog.identity import Identity
from server.engines.migration.action import Mode
from server.engines.migration.hazard import Hazard, HazardKind
from server.engines.migration.plan import Plan, read_plan, written
from server.engines.migration.renames.rename import Rename
from server.engines.migration.step import Step, Verb, segments
from server.errors import InvalidInputError

_TABLE = Identity("table", ("public", "orders"))
_PRINT = "0" * 64

texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)
hazards = st.builds(Hazard, st.sampled_from(HazardKind), st.just(_TABLE), texts)
steps = st.builds(
    Step,
    sql=texts,
    verb=st.sampled_from(Verb),
    subject=st.just(_TABLE),
    mode=st.sampled_from(Mode),
    hazards=st.lists(hazards, max_size=2).map(tuple),
    phase=st.integers(1, 3),
)
identities = st.builds(Identity, st.just("table"), st.tuples(texts, texts))


def plan_of(
    forward: list[Step],
    back: list[Step],
    *,
    database: str = "",
    renames: list[Rename] | None = None,
    owners: dict[Identity, str] | None = None,
) -> Plan:
    parts = segments(forward)
    return Plan(
        database=database,
        major=18,
        source=_PRINT,
        target=_PRINT,
        fingerprints=(_PRINT,) * (len(parts) + 1),
        forward=parts,
        back=segments(back),
        renames=tuple(renames or ()),
        with_owners=bool(owners),
        owners=owners or {},
    )


@given(
    st.lists(steps, max_size=6),
    st.lists(steps, max_size=3),
    st.lists(st.builds(Rename, identities, identities), max_size=2),
    st.dictionaries(identities, texts, max_size=2),
)
def test_a_plan_is_read_back_as_it_was_written(
    forward: list[Step], back: list[Step], renames: list[Rename], owners: dict[Identity, str]
) -> None:
    plan = plan_of(forward, back, renames=renames, owners=owners)

    assert read_plan(written(plan), "plan.json") == plan


def test_the_id_says_which_database_the_plan_is_for() -> None:
    step = Step(sql="SELECT 1", verb=Verb.ALTER, subject=_TABLE)

    assert plan_of([step], [], database="main").id != plan_of([step], []).id


@pytest.mark.parametrize(
    ("field", "value"),
    [("sql", "DROP TABLE orders"), ("phase", 2), ("mode", "outside"), ("hazards", [])],
)
def test_a_plan_with_a_changed_step_is_refused(field: str, value: object) -> None:
    risk = Hazard(HazardKind.DATA_LOSS, _TABLE, "all rows are lost")
    step = Step(sql="SELECT 1", verb=Verb.ALTER, subject=_TABLE, hazards=(risk,))
    content = json.loads(written(plan_of([step], [])))
    content["forward"][0][field] = value

    with pytest.raises(InvalidInputError, match="changed after it was written"):
        read_plan(json.dumps(content).encode(), "plan.json")


@pytest.mark.parametrize(
    ("field", "value"),
    [("renames", []), ("with_owners", False), ("owners", {}), ("database", "other")],
)
def test_a_plan_with_another_claim_is_refused(field: str, value: object) -> None:
    plan = plan_of([], [], renames=[Rename(_TABLE, _TABLE)], owners={_TABLE: "app"})
    content = json.loads(written(plan)) | {field: value}

    with pytest.raises(InvalidInputError, match="changed after it was written"):
        read_plan(json.dumps(content).encode(), "plan.json")


@pytest.mark.parametrize("version", [1, 3])
def test_a_plan_of_another_version_is_refused_with_what_to_do(version: int) -> None:
    content = json.loads(written(plan_of([], []))) | {"version": version}

    with pytest.raises(InvalidInputError, match=f"no plan of version 2.*of version {version}"):
        read_plan(json.dumps(content).encode(), "plan.json")


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff", b'{"version": 2}'])
def test_what_is_no_plan_is_refused_by_name(content: bytes) -> None:
    with pytest.raises(InvalidInputError, match=r"plan\.json is no plan"):
        read_plan(content, "plan.json")


def test_a_plan_whose_fingerprints_do_not_fit_its_segments_is_refused() -> None:
    step = Step(sql="SELECT 1", verb=Verb.ALTER, subject=_TABLE)
    content = json.loads(written(plan_of([step], [])))
    content["fingerprints"] = [_PRINT]

    with pytest.raises(InvalidInputError, match="fingerprints"):
        read_plan(json.dumps(content).encode(), "plan.json")

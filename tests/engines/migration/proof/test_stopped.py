"""A proof that takes too much ends unproven, and tells what was found until then."""

import pytest

from server.engines.migration.apply.verdict import verdict
from server.engines.migration.foreign_reading import read_foreign
from server.engines.migration.generate import Request
from server.engines.migration.judge import judge
from server.engines.migration.planner import PlanOptions
from server.engines.migration.proof.course import Course
from server.engines.migration.proof.proof import Proof
from server.engines.migration.proof.prove import ProofOptions
from server.engines.migration.proof.residual import Residual
from server.engines.migration.rendering import Heading
from server.engines.migration.step import LockMode
from server.engines.postgres.loading.limits import LoadLimits
from server.engines.postgres.shadow import Shadow
from server.engines.sql.formats.model import Place
from server.engines.sql.formats.registry import format_of
from server.tools.proof_report import proof_lines
from tests.engines.migration.proof.conftest import Prove
from tests.engines.migration.proof.hand_written import Case, held, outside

pytestmark = pytest.mark.anyio

_OLD = "CREATE TABLE t (id int PRIMARY KEY, a text);"
_NEW = "CREATE TABLE t (id int PRIMARY KEY, a text, b int);"
_ADD = "ALTER TABLE public.t ADD COLUMN b int"
_FILLS = "CREATE TABLE public.full AS SELECT repeat('x', 1000) FROM generate_series(1, 1000000)"
_TIGHT = LoadLimits(database_bytes=40 << 20)


async def test_what_ran_before_a_limit_is_told_and_nothing_is_proven(prove_case: Prove) -> None:
    case = Case(_OLD, _NEW, (outside(_ADD), outside(_FILLS)), ())

    proof = await prove_case(case, ProofOptions(limits=_TIGHT))

    assert not proof.is_proven
    assert "grew beyond" in proof.stopped
    assert [each.locks["public.t"] for each in proof.forward.observations] == [
        LockMode.ACCESS_EXCLUSIVE
    ]
    assert len(proof.forward.boundaries) == 1
    assert proof.seeding.rows == {"public.t": 4}


async def test_a_limit_on_the_way_back_leaves_what_the_way_there_proved(prove_case: Prove) -> None:
    case = Case(_OLD, _NEW, (_ADD,), (_FILLS,))

    proof = await prove_case(case, ProofOptions(limits=_TIGHT))

    assert not proof.is_proven
    assert proof.stopped
    assert proof.forward_residual == Residual()
    assert proof.back_residual is None


async def test_a_file_is_told_at_which_statement_it_was_ended(shadow: Shadow) -> None:
    file = read_foreign(f"{_ADD}; {_FILLS}; SELECT 1;".encode(), "a.sql", format_of("plain"))
    request = Request(
        options=PlanOptions(),
        allowed=(),
        format=format_of("plain"),
        renames=(),
        heading=lambda _: Heading("m", Place("1"), (), ()),
    )

    async with shadow.cluster() as cluster, held(cluster, _OLD) as old:
        found = await judge(old, file, request, lambda _: None, _TIGHT)

    assert found.proof is None
    assert found.course.failure is not None
    assert (found.course.failure.step, found.course.failure.sql) == (1, _FILLS)
    assert "grew beyond" in found.course.failure.message


@pytest.mark.parametrize(("segments", "seconds"), [(0, 300), (400, 500), (1_000_000, 900)])
def test_a_long_plan_gets_more_time_and_never_without_end(segments: int, seconds: float) -> None:
    assert LoadLimits(seconds=300).for_segments(segments).seconds == seconds


def test_no_comparison_is_claimed_that_was_not_made() -> None:
    proof = Proof(version="18.6", forward=Course(boundaries=("a", "b")), stopped="it took too long")

    text = "\n".join([*proof_lines(proof, 9, 5), verdict(proof).words])

    assert "2 of 5 parts ran" in text
    assert "not compared" in text
    assert "zero residual" not in text
    assert text.count("it took too long") == 2

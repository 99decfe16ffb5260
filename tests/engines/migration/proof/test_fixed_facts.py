"""What is said of statements that nobody can watch inside a transaction."""

import pytest

from server.engines.migration.step import Evidence, LockMode
from tests.engines.migration.proof.conftest import Prove
from tests.engines.migration.proof.hand_written import Case, outside

pytestmark = pytest.mark.anyio

_SUE, _AE = LockMode.SHARE_UPDATE_EXCLUSIVE, LockMode.ACCESS_EXCLUSIVE
_SOURCE = """
  CREATE TABLE t (id int PRIMARY KEY, a int); CREATE INDEX i ON t (a);
  CREATE TABLE pt (a int) PARTITION BY LIST (a);
  CREATE TABLE pt1 PARTITION OF pt FOR VALUES IN (1);"""
_FORMS = {
    "CREATE INDEX CONCURRENTLY j ON public.t (a)": {"t": _SUE},
    "DROP INDEX CONCURRENTLY public.i": {"t": _SUE, "i": _SUE},
    "REINDEX INDEX CONCURRENTLY public.i": {"t": _SUE, "i": _SUE},
    "REINDEX TABLE CONCURRENTLY public.t": {"t": _SUE, "i": _SUE, "t_pkey": _SUE},
    "ALTER TABLE public.pt DETACH PARTITION public.pt1 CONCURRENTLY": {"pt": _SUE, "pt1": _AE},
    "VACUUM public.t": {"t": _SUE},
    "VACUUM FULL public.t": {"t": _AE, "i": _AE, "t_pkey": _AE},
    "DO $$ BEGIN UPDATE public.t SET a = 1; COMMIT; END $$": {"t": LockMode.ROW_EXCLUSIVE},
}


@pytest.mark.parametrize(("sql", "locks"), _FORMS.items(), ids=_FORMS.keys())
async def test_a_form_is_told_by_fixed_facts(
    prove_case: Prove, sql: str, locks: dict[str, LockMode]
) -> None:
    proof = await prove_case(Case(_SOURCE, _SOURCE, (outside(sql),)))

    assert proof.forward.failure is None
    [seen] = proof.forward.observations
    assert seen.evidence is Evidence.FIXED
    assert seen.locks == {f"public.{name}": mode for name, mode in locks.items()}


async def test_what_could_run_in_a_transaction_is_watched(prove_case: Prove) -> None:
    sql = "ALTER TABLE public.t ALTER COLUMN a TYPE bigint"

    proof = await prove_case(Case(_SOURCE, _SOURCE, (outside(sql),)))

    [seen] = proof.forward.observations
    assert seen.evidence is Evidence.OBSERVED
    assert seen.rewritten == {"public.t", "public.t_pkey"}
    assert seen.scanned == {"public.t"}

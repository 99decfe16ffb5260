"""The central tests of applying, on a database of an older server: PostgreSQL 15."""

from collections.abc import AsyncGenerator

import pytest

from server.engines.postgres.cluster import Cluster
from server.engines.postgres.shadow import Shadow
from tests.engines.migration.apply import test_applying, test_trouble

pytestmark = pytest.mark.anyio

_MAJOR = 15


@pytest.fixture(scope="module")
async def field_server(shadow: Shadow) -> AsyncGenerator[Cluster, None]:
    """The server of the live databases, in place of that of the other tests."""
    async with shadow.private_cluster(major=_MAJOR) as cluster:
        if cluster.major != _MAJOR:
            pytest.skip(f"no server of PostgreSQL {_MAJOR} is here")
        yield cluster


test_applied = test_applying.test_a_plan_is_applied_and_its_rows_survive
test_undone = test_applying.test_an_applied_plan_is_undone_and_may_be_applied_again
test_phases = test_applying.test_each_phase_waits_for_a_call_of_its_own
test_drift = test_applying.test_another_schema_than_the_plans_is_refused_and_the_drift_is_named
test_failed_index = test_trouble.test_a_failed_unique_index_is_cleaned_up_and_the_next_call_goes_on
test_invalid_index = (
    test_trouble.test_an_invalid_index_that_was_left_behind_is_dropped_and_built_again
)
test_canceled_index = (
    test_trouble.test_a_canceled_index_build_is_cleaned_up_and_the_next_call_goes_on
)
test_detachment = test_trouble.test_a_canceled_detachment_is_completed_by_the_next_call

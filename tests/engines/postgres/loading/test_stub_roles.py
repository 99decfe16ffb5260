import pytest

from server.engines.postgres.loading.loader_role import loader_role
from server.engines.postgres.loading.stub_roles import StubRoles
from server.engines.postgres.shadow import Shadow
from tests.engines.postgres.loading.conftest import Traces

pytestmark = pytest.mark.anyio

_EXISTS = "SELECT count(*) FROM pg_roles WHERE rolname = 'a'"


async def test_a_stub_is_kept_for_a_load_that_has_not_used_it_yet(
    shadow: Shadow, traces: Traces
) -> None:
    before = await traces()

    async with (
        shadow.cluster() as cluster,
        await cluster.connect() as superuser,
        loader_role(cluster, is_private=False) as first,
    ):
        async with loader_role(cluster, is_private=False) as second:
            made = [
                await StubRoles(superuser, role.login, role.owner).ensure("a")
                for role in (second, first)
            ]
        kept = await superuser.value(_EXISTS)

    assert (made, kept) == ([True, False], 1)
    assert await traces() == before


async def test_a_role_that_is_not_ours_keeps_its_members(shadow: Shadow) -> None:
    async with (
        shadow.private_cluster() as cluster,
        await cluster.connect() as superuser,
        loader_role(cluster, is_private=False) as role,
    ):
        await superuser.script("CREATE ROLE a")
        stubs = StubRoles(superuser, role.login, role.owner)

        await stubs.grant("a", "b")
        await stubs.ensure("a")

        member = "SELECT pg_has_role($1::name, 'a', 'MEMBER')"
        members = [await superuser.value(member, name) for name in ("b", role.login, role.owner)]
        assert members == [False, False, False]

"""One side of a migration: a schema that is loaded, and what two observers say about it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Self

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.read import read_catalog
from server.engines.migration.boundary import boundary
from server.engines.migration.proof.dump_text import DumpText, dump_text
from server.engines.postgres.cluster import Database
from server.engines.postgres.loading.load import LoadedSchema
from server.engines.postgres.loading.loader_role import LoaderRole
from server.engines.postgres.loading.script import Script


@dataclass(frozen=True)
class Ground:
    """A loaded schema that nobody is connected to, so that it can be copied."""

    database: Database
    role: LoaderRole
    catalog: Catalog
    notes: tuple[str, ...] = ()
    scripts: tuple[Script, ...] = ()
    """What it was loaded from."""
    _dumps: dict[bool, "asyncio.Task[DumpText]"] = field(
        default_factory=dict[bool, "asyncio.Task[DumpText]"]
    )

    @classmethod
    async def of(cls, schema: LoadedSchema) -> Self:
        """Read a loaded schema and end its session; it stays held by whoever loaded it."""
        catalog = await read_catalog(schema.session)
        await schema.session.close()
        return cls(schema.database, schema.role, catalog, schema.notes, schema.scripts)

    @cached_property
    def boundary(self) -> str:
        """The fingerprint of the schema; a large one belongs in a thread at first."""
        return boundary(self.catalog)

    @property
    def superuser_settings(self) -> Mapping[str, str]:
        """What a superuser's session starts with here, and in every copy."""
        return self.role.superuser_settings(self.database.cluster.major)

    async def dump(self, *, with_owners: bool = False) -> DumpText:
        """Return what pg_dump says about it; it is asked once.

        Raises:
            UnavailableError: this machine has no pg_dump for the server.
        """
        task = self._dumps.get(with_owners)
        if task is None or task.cancelled():
            settings = self.superuser_settings
            dumping = dump_text(self.database, settings, with_owners=with_owners)
            task = self._dumps[with_owners] = asyncio.create_task(dumping)
        return await task

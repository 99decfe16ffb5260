"""Fills one table: rows at once, and one by one where that fails."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from server.engines.migration.proof.seed.apart import apart
from server.engines.migration.proof.seed.demands import Check, Demands, Reference, TableName
from server.engines.migration.proof.seed.flavor import Flavor
from server.engines.migration.proof.seed.hashes import without_hash
from server.engines.migration.proof.seed.mined import mined
from server.engines.migration.proof.seed.scalars import ROWS
from server.engines.migration.proof.seed.series import series
from server.engines.migration.proof.seed.solve import as_checks, groups, is_out_of_time, solved
from server.engines.migration.proof.seed.sources import Source, Value, merged, of_one
from server.engines.migration.proof.seed.value_types import Bottom, Use, ValueTypes
from server.engines.postgres.session import Session, StatementError
from server.engines.sql.quote import identifier, identifiers, literal, qualified

_MOST_ATTEMPTS = 16
_FEW = "LIMIT 8"
_BY_DEFAULT = "DEFAULT"
_COUNT = "SELECT pg_catalog.count(*) FROM "


@dataclass(frozen=True, slots=True)
class Filling:
    """What is needed to fill tables, and the tables that have rows already."""

    worker: Session
    types: ValueTypes
    flavor: Flavor
    overrides: Mapping[tuple[str, ...], tuple[str, ...]]
    """Texts for columns whose values should suit another type, too."""
    bodies: Mapping[str, str]
    """What the schema's own routines say, by what a condition calls them."""
    filled: set[tuple[str, ...]] = field(default_factory=set[tuple[str, ...]])

    async def fill(self, table: Demands, partitions: Source | None) -> int:
        """Insert rows into a table and return how many there are.

        Raises:
            StatementError: not one row is accepted; says why the last one was not.
        """
        sources = await self._sources(table, partitions)
        made = (_row(table, sources, number) for number in range(_MOST_ATTEMPTS))
        rows = [*apart(made, table.later_keys)]
        try:
            await self._insert(table, rows[:ROWS])
        except StatementError as error:
            if is_out_of_time(error):
                raise
            return await self._fill_one_by_one(table, rows)
        return await self._count(table)

    async def _fill_one_by_one(self, table: Demands, rows: Iterable[Mapping[str, Value]]) -> int:
        done, refusal = 0, None
        for row in rows:
            try:
                await self._insert(table, [row])
            except StatementError as error:
                refusal = error
            else:
                done += 1
            if done == ROWS:
                break
        if refusal is not None and not done:
            raise refusal
        return await self._count(table)

    async def _insert(self, table: Demands, rows: Sequence[Mapping[str, Value]]) -> None:
        target = qualified(*table.name)
        if not table.columns:
            sql = ";".join([f"INSERT INTO {target} DEFAULT VALUES"] * ROWS)
        else:
            lists = (_listed(table, row) for row in rows)
            overriding = " OVERRIDING SYSTEM VALUE" if table.overrides_identity else ""
            names = f"({identifiers(table.columns)}){overriding}"
            sql = " ".join(("INSERT INTO", target, names, "VALUES", ", ".join(lists)))
        async with self.worker.transaction():
            await self.worker.script(sql)

    async def _sources(self, table: Demands, partitions: Source | None) -> list[Source]:
        """Return where the values come from, those that conditions tie together solved."""
        tied = merged([*([partitions] if partitions else []), *await self._referred(table)])
        bottoms = {name: self.types.bottom(self._use(table, name)) for name in table.columns}
        named = {name for source in tied for name in source.columns}
        checks = [*table.checks, *table.wishes]
        for name, bottom in bottoms.items():
            checks += as_checks(name, bottom)
        checks = [check for check in checks if check.columns <= bottoms.keys()]
        for name in table.columns:
            if name not in named and (values := self._values(table, name, checks, bottoms[name])):
                tied.append(of_one(name, values))
        known = {name for source in tied for name in source.columns}
        usable = [check for check in checks if check.columns and check.columns <= known]
        found: list[Source] = []
        for group in groups(tied, usable):
            found += await self._settled(table, group, usable, bottoms)
        return found

    async def _settled(
        self,
        table: Demands,
        group: Sequence[Source],
        checks: Sequence[Check],
        bottoms: Mapping[str, Bottom],
    ) -> Sequence[Source]:
        """Return one source that meets the conditions, or all of them where none is found."""
        columns = {name for source in group for name in source.columns}
        mine = [check for check in checks if check.columns <= columns]
        needed = [check for check in mine if check not in table.wishes]
        for some in dict.fromkeys((tuple(mine), tuple(needed))):
            if some and (source := await solved(self.worker, table.name[-1], group, some, bottoms)):
                return [source]
        return group

    def _values(
        self, table: Demands, name: str, checks: Sequence[Check], bottom: Bottom
    ) -> tuple[Value, ...]:
        key = (*table.name, name)
        texts = self.overrides.get(key) or self.types.texts(self._use(table, name), self.flavor)
        about = [check.expression for check in checks if name in check.columns]
        if about:
            called = [text for call, text in self.bodies.items() if any(call in x for x in about)]
            told = [without_hash(each) for each in about]
            tried = series(bottom.name, bottom.use.modifier) if told != about else ()
            texts = tuple(dict.fromkeys((*mined((*told, *called), bottom), *texts, *tried)))
        if name in table.required or not texts:
            return texts
        # The fourth row shows what becomes of NULL.
        return (*texts, None) if about or len(texts) < ROWS else (*texts[: ROWS - 1], None)

    async def _referred(self, table: Demands) -> list[Source]:
        found: list[Source] = []
        for reference in table.references:
            if reference.table is not None and reference.table in self.filled:
                found.append(await self._keys(reference, reference.table))
            elif not reference.is_required:
                free = (name for name in reference.columns if name not in table.required)
                found += [of_one(name, (None,)) for name in free]
        return [source for source in found if source.rows]

    async def _keys(self, reference: Reference, table: TableName) -> Source:
        names = [identifier(name) for name in reference.keys]
        texts = ", ".join(f"{name}::pg_catalog.text AS c{n}" for n, name in enumerate(names))
        filled = " AND ".join(f"{name} IS NOT NULL" for name in names)
        words = ("SELECT", texts, "FROM", qualified(*table), "WHERE", filled, _FEW)
        rows = await self.worker.rows(" ".join(words))
        found = (tuple(row[f"c{n}"] for n in range(len(names))) for row in rows)
        return Source(reference.columns, tuple(dict.fromkeys(found)))

    def _use(self, table: Demands, name: str) -> Use:
        return self.types.columns[*table.name, name]

    async def _count(self, table: Demands) -> int:
        return await self.worker.value(_COUNT + qualified(*table.name))


def _printed(row: Mapping[str, Value], name: str) -> str:
    if name not in row:
        return _BY_DEFAULT
    value = row[name]
    return "NULL" if value is None else literal(value)


def _listed(table: Demands, row: Mapping[str, Value]) -> str:
    return f"({', '.join(_printed(row, name) for name in table.columns)})"


def _row(table: Demands, sources: Sequence[Source], number: int) -> Mapping[str, Value]:
    row: dict[str, Value] = {}
    for source in sources:
        row |= source.at(number)
    for reference in table.references:
        # A row that must refer to its own table refers to itself.
        if reference.table == table.name and reference.is_required:
            pairs = zip(reference.columns, reference.keys, strict=True)
            row |= {name: row[key] for name, key in pairs if key in row}
    return row

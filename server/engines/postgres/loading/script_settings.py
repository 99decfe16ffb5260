"""What a script sets for its own later statements."""

import re
from dataclasses import dataclass, field

from server.engines.postgres.session import Session, StatementError
from server.engines.sql.vetting.verdict import Edge, Setting

_LOCAL = re.compile(r"SET\s+LOCAL\b", re.IGNORECASE)
# Unknown to this major, for superusers only, no such value here, fixed at the start.
_NOT_HERE = frozenset({"42704", "42501", "22023", "55P02"})
_PATH = "search_path"
_DECIDING = frozenset({"role", _PATH})  # later statements mean another thing without
_CURRENT = "SELECT pg_catalog.current_setting($1, true)"
_SET = "SELECT pg_catalog.set_config($1, $2, false)"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a statement that is run again must find as it was."""

    search_path: str
    role: str


@dataclass(slots=True)
class ScriptSettings:
    """Follows the settings of one script after the other.

    Each statement is committed by itself, so what the author meant to hold until the end of a
    transaction is set plainly and taken back there.
    """

    loader: Session
    _is_in_transaction: bool = False
    _saved: dict[str, str] = field(default_factory=dict[str, str])
    _paths: dict[str, None] = field(default_factory=dict[str, None])

    @property
    def paths(self) -> tuple[str, ...]:
        """Every search path that a script set for what it created."""
        return tuple(self._paths)

    async def begin_script(self) -> None:
        """Forget what the last script set."""
        self._is_in_transaction = False
        self._saved.clear()
        await self.loader.script("RESET ROLE; RESET ALL")

    async def apply(self, setting: Setting) -> str:
        """Set the parameter, and return what to say if it cannot be set here."""
        if setting.is_local and not self._is_in_transaction:
            return ""
        if setting.is_local and setting.name not in self._saved:
            self._saved[setting.name] = await self._current(setting.name)
        try:
            await self.loader.script(_LOCAL.sub("SET", setting.sql, count=1))
        except StatementError as error:
            if error.sqlstate not in _NOT_HERE or setting.name in _DECIDING:
                raise
            return f"SET {setting.name!r} was skipped: {error.message[:200]}"
        if setting.name == _PATH and (path := await self.search_path()):
            self._paths.setdefault(path)
        return ""

    async def cross(self, edge: Edge) -> None:
        """Follow the beginning or the end of a transaction."""
        self._is_in_transaction = edge is Edge.BEGIN
        if edge is Edge.COMMIT:
            for name, value in self._saved.items():
                await self.loader.value(_SET, name, value)
            self._saved.clear()

    async def search_path(self) -> str:
        """Return where names are looked up now."""
        return await self._current(_PATH)

    async def surroundings(self) -> Surroundings:
        """Return what the current statement finds."""
        return Surroundings(await self._current(_PATH), await self._current("role"))

    async def return_to(self, surroundings: Surroundings) -> None:
        """Let the next statement find what another one found."""
        await self.loader.value(_SET, "role", surroundings.role)
        await self.loader.value(_SET, _PATH, surroundings.search_path)

    async def _current(self, name: str) -> str:
        return await self.loader.value(_CURRENT, name) or ""

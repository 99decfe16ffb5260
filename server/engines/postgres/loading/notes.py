"""What had to be done to load a schema: said once each, however often it happened."""

from collections import Counter
from dataclasses import dataclass, field

from server.engines.sql.pieces import Data, MetaCommand

_MOST = 100
_MOST_NAMES = 20
_LONGEST = 400  # characters of a remark, which may hold text from outside


@dataclass(slots=True)
class Notes:
    """Collects remarks while a schema is loaded."""

    _remarks: dict[str, None] = field(default_factory=dict[str, None])
    _commands: Counter[str] = field(default_factory=Counter[str])
    _roles: dict[str, None] = field(default_factory=dict[str, None])
    _statements: int = 0
    _rows: int = 0

    def add(self, remark: str) -> None:
        """Keep a remark, unless it is empty or known."""
        if remark:
            self._remarks.setdefault(" ".join(remark.split())[:_LONGEST])

    def stub_role(self, name: str) -> None:
        """Remember a role that was missing."""
        self._roles.setdefault(name)

    @property
    def number_of_roles(self) -> int:
        """How many roles were missing."""
        return len(self._roles)

    def data(self, data: Data) -> None:
        """Count rows that were not loaded."""
        self._statements += 1
        self._rows += data.rows

    def meta_command(self, command: MetaCommand) -> None:
        """Count a psql command that was skipped."""
        self._commands[command.text] += 1

    def lines(self) -> tuple[str, ...]:
        """Return the remarks, the counted ones first."""
        return (*self._counted(), *self._shown())

    def _counted(self) -> list[str]:
        lines: list[str] = []
        if self._statements:
            lines.append(
                f"{self._rows:,} rows of data in {self._statements:,} statements were not loaded: "
                "only the schema is"
            )
        if self._commands:
            names = ", ".join(rf"\{name}" for name in sorted(self._commands))
            lines.append(f"psql commands were skipped: {names}")
        if self._roles:
            names = ", ".join(repr(name) for name in list(self._roles)[:_MOST_NAMES])
            more = len(self._roles) - _MOST_NAMES
            names += f" and {more} more" if more > 0 else ""
            lines.append(f"roles that the schema names were made without any power: {names}")
        return lines

    def _shown(self) -> list[str]:
        remarks = list(self._remarks)
        if len(remarks) <= _MOST:
            return remarks
        return [*remarks[:_MOST], f"{len(remarks) - _MOST:,} more remarks are left out"]

"""What is wrong with the transactions that the file of a migration begins and ends."""

from enum import StrEnum


class EdgeFault(StrEnum):
    """Statements that do not mean what they seem to; told of the statement nearest by."""

    NESTED_BEGIN = "nested begin"
    """BEGIN inside a transaction: it does nothing, and the first COMMIT ends all."""
    STRAY_COMMIT = "stray commit"
    """COMMIT where no transaction is open: it does nothing."""
    NEVER_COMMITTED = "never committed"
    """The file ends inside a transaction that it began: all of it is undone."""
    RUNNERS_COMMITTED = "runner's committed"
    """COMMIT of the transaction that the runner began: what follows is on its own."""

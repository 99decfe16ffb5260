"""How findings say what a lock does, and who waits."""

from collections.abc import Iterable

from server.engines.analysis.wording import listed, named
from server.engines.catalog.identity import Identity
from server.engines.migration.lint.examined import Examined
from server.engines.migration.step import LockMode

_WORDS = {"materialized_view": "materialized view", "routine": "function", "enum": "type"}


def holds(examined: Examined, relation: Identity) -> str:
    """Return the lock, its object and who waits: `takes SHARE on `t`: writes wait until …`."""
    return held(examined, relation, examined.lock(relation) or LockMode.ACCESS_EXCLUSIVE)


def held(examined: Examined, relation: Identity, mode: LockMode) -> str:
    """Return the same for a lock that is known."""
    waits = mode.waits or "other changes of it wait"
    return f"takes {mode} on {named(relation)}: {waits} until {examined.until}"


def holds_all(examined: Examined, relations: Iterable[Identity]) -> str:
    """Return the same for several relations, with the strongest of the locks on them."""
    modes = {each: examined.lock(each) or LockMode.ACCESS_EXCLUSIVE for each in relations}
    strongest = max(modes.values(), key=lambda mode: mode.strength)
    names = listed([named(each) for each in modes])
    return f"takes {strongest} on {names}: {strongest.waits} until {examined.until}"


def while_scanning(examined: Examined, relation: Identity) -> str:
    """Return the lock together with the reason for which it lasts long."""
    return f"{holds(examined, relation)}, and all rows are read meanwhile."


def while_rewriting(examined: Examined, relation: Identity) -> str:
    """Return the lock of what writes a table and its indexes anew."""
    return (
        f"{holds(examined, relation)}, and meanwhile the whole table and its indexes are "
        "written anew."
    )


def kind_word(kind: str) -> str:
    """Return the word for a kind of object in a sentence."""
    return _WORDS.get(kind, kind.replace("_", " "))


def statement_of(examined: Examined) -> Identity:
    """Return what a finding is about when it is about the statement and nothing in it."""
    return Identity("statement", (str(examined.number + 1),))

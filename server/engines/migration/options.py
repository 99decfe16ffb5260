"""Settings as pg_catalog keeps them, `name=value`, and as SQL takes them."""

from collections.abc import Iterable, Iterator

from server.engines.sql.quote import identifier, literal


def storage_parameters(options: Iterable[str], *, prefix: str = "") -> str:
    """Return what stands in the parentheses of WITH or SET."""
    pairs = (option.partition("=") for option in sorted(options))
    return ", ".join(f"{prefix}{identifier(name)}={literal(value)}" for name, _, value in pairs)


def changed_parameters(
    head: str, old: Iterable[str], new: Iterable[str], *, prefix: str = ""
) -> Iterator[str]:
    """Yield the statements that begin with `head` and lead from the old settings to the new."""
    names = {each.partition("=")[0] for each in new}
    gone = sorted({each.partition("=")[0] for each in old} - names)
    come = set(new) - set(old)
    if gone:
        yield f"{head} RESET ({', '.join(f'{prefix}{identifier(name)}' for name in gone)})"
    if come:
        yield f"{head} SET ({storage_parameters(come, prefix=prefix)})"

"""Options of what reaches foreign data, as OPTIONS takes them; secrets are never written."""

import re
from collections.abc import Iterable, Iterator, Mapping

from server.engines.catalog.identity import Identity
from server.engines.sql.quote import identifier, literal
from server.errors import RefusedError

# How the readers of wrappers and servers hide a value whose name sounds secret.
_SECRET_NAME = re.compile(r"pass|secret|token|key|cred|auth", re.IGNORECASE)
_WRITTEN_NOWHERE = re.compile(
    r"password|passwd|pwd|secret|token|api_?key|credential|connstr|conninfo", re.IGNORECASE
)
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}\Z")


def hidden(options: Iterable[str]) -> tuple[str, ...]:
    """Return the names of the options whose values were not read."""
    return tuple(name for name, value in sorted(_pairs(options).items()) if _is_hidden(name, value))


def options_clause(subject: Identity, options: Iterable[str]) -> str:
    """Return the clause of a creation with a space before it, empty without options.

    Raises:
        RefusedError: a value that was not read would have to be written.
    """
    written = ", ".join(
        f"{identifier(name)} {_value(subject, name, value)}"
        for name, value in sorted(_pairs(options).items())
    )
    return f" OPTIONS ({written})" if written else ""


def changed_options(
    head: str, subject: Identity, old: Iterable[str], new: Iterable[str]
) -> Iterator[str]:
    """Yield the statement that begins with `head` and leads from the old options to the new.

    Raises:
        RefusedError: a value that was not read would have to be written.
    """
    changes = [*_changes(subject, _pairs(old), _pairs(new))]
    if changes:
        yield f"{head} OPTIONS ({', '.join(changes)})"


def _changes(
    subject: Identity, before: Mapping[str, str], after: Mapping[str, str]
) -> Iterator[str]:
    for name in sorted(before.keys() - after.keys()):
        yield f"DROP {identifier(name)}"
    for name, value in sorted(after.items()):
        if before.get(name) != value:
            verb = "SET" if name in before else "ADD"
            yield f"{verb} {identifier(name)} {_value(subject, name, value)}"


def _pairs(options: Iterable[str]) -> dict[str, str]:
    pairs = (option.partition("=") for option in options)
    return {name: value for name, _, value in pairs}


def _value(subject: Identity, name: str, value: str) -> str:
    if _is_hidden(name, value):
        raise RefusedError(
            f"The option {name} of {subject} sounds secret, so its value is written into no file.",
            next_step="Set it by hand on the target, then plan again.",
        )
    return literal(value)


def _is_hidden(name: str, value: str) -> bool:
    """Whether a value was not read, or is one that no file may hold."""
    is_digest = _DIGEST.match(value) is not None and _SECRET_NAME.search(name) is not None
    return is_digest or _WRITTEN_NOWHERE.search(name) is not None

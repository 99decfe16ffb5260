"""What a statement drops: by name, and along with it."""

from collections.abc import Iterator

from server.engines.catalog.fact import Fact
from server.engines.catalog.identity import Identity
from server.engines.migration.lint.examined import Examined
from server.engines.migration.lint.script import Script
from server.engines.sql.facts.forms import Drop


def dropped(examined: Examined, script: Script, *kinds: str) -> Iterator[Identity]:
    """Yield what DROP names and was there before the migration; of every kind if none is given."""
    form = examined.form
    if not isinstance(form, Drop) or (kinds and form.kind not in kinds):
        return
    for name in form.names:
        found = script.object_named(examined, form.kind, name)
        if found is not None:
            yield found


def companions(dropped: Identity, script: Script) -> tuple[Identity, ...]:
    """Return what stood on an object and is gone with it, its own parts left out."""
    found, waiting = dict[Identity, None](), [dropped]
    while waiting:
        for identity in _standing_on(waiting.pop(), script):
            if identity not in found and identity != dropped:
                found[identity] = None
                waiting.append(identity)
    return tuple(sorted(each for each in found if _is_apart(each, dropped, script)))


def _standing_on(identity: Identity, script: Script) -> Iterator[Identity]:
    yield from (each.dependent for each in script.before.dependents(identity))
    yield from (each.identity for each in script.before.parts(identity))


def _is_apart(identity: Identity, dropped: Identity, script: Script) -> bool:
    """Whether it is an object of its own that is gone, and not a part of what goes."""
    fact = script.before.facts.get(identity)
    if fact is None or fact.is_said_of_parent or identity in script.after:
        return False
    parent = fact.parent
    if parent is None or dropped.kind == "schema":
        return not _is_part_of_lost(fact, script)
    return parent != dropped and not _is_part_of_lost(fact, script)


def _is_part_of_lost(fact: Fact, script: Script) -> bool:
    """Whether it goes only because its table or type does."""
    parent = fact.parent
    return parent is not None and parent.kind != "schema" and parent not in script.after

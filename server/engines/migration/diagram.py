"""A picture of what a plan changes, for people: Mermaid text, one node an object."""

import re
from collections.abc import Iterable

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.constraint import Constraint
from server.engines.migration.step import Step, Verb

_MOST = 24
_WORDS = {Verb.CREATE: "+", Verb.DROP: "-", Verb.ALTER: "~", Verb.RENAME: "~", Verb.PREPARE: "~"}
_RELATIONS = frozenset({"table", "view", "materialized_view", "foreign_table"})
_UNSAFE = re.compile(r"[^\w .()+~-]")


def diagram(steps: Iterable[Step], old: Catalog, new: Catalog) -> str:
    """Return a Mermaid flowchart: what comes, goes and changes, with the foreign keys between."""
    marks: dict[Identity, str] = {}
    for step in steps:
        whole = _whole(step.subject, old, new)
        own = _WORDS.get(step.verb, "~") if whole == step.subject else "~"
        marks[whole] = own if marks.get(whole, own) == own else "~"
    shown = list(marks)[:_MOST]
    numbers = {identity: f"n{number}" for number, identity in enumerate(shown)}
    lines = [f'    {numbers[each]}["{marks[each]} {_label(each)}"]' for each in shown]
    if len(marks) > _MOST:
        lines.append(f'    more["and {len(marks) - _MOST} more"]')
    lines.extend(
        f"    {numbers[key.parent]} --> {numbers[key.references]}"
        for key in new.of(Constraint)
        if key.parent in numbers and key.references in numbers
    )
    return "\n".join(["flowchart LR", *dict.fromkeys(lines)])


def _whole(identity: Identity, old: Catalog, new: Catalog) -> Identity:
    """Return the relation that something is a part of, or the object itself."""
    identity = identity.of or identity
    fact = new.facts.get(identity) or old.facts.get(identity)
    parent = None if fact is None else fact.parent
    if identity.kind in _RELATIONS or parent is None or parent.kind == "schema":
        return identity
    return _whole(parent, old, new)


def _label(identity: Identity) -> str:
    """Return a name that no text of the schema's author can turn into Mermaid."""
    return _UNSAFE.sub("_", f"{identity.kind} {identity.qualified_name}"[:60])

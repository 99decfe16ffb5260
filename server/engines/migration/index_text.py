"""The definition of an index as PostgreSQL prints it, in the forms that a plan needs."""

import re
from dataclasses import replace
from itertools import starmap

from server.engines.catalog.diff import changes
from server.engines.catalog.kinds.index import Index, IndexKey

_PART = r'(?:"(?:[^"]|"")+"|[^\s".]+)'
_RELATION = re.compile(rf"\A{_PART}\.{_PART}")
_HEAD = re.compile(r"CREATE (UNIQUE )?INDEX ")


def concurrently(definition: str) -> str:
    """Return CREATE INDEX CONCURRENTLY, which lets writes go on."""
    return _HEAD.sub(r"CREATE \1INDEX CONCURRENTLY ", definition, count=1)


def renamed(definition: str, old: str, new: str) -> str:
    """Return the definition under another name; both names as SQL quotes them."""
    found = _HEAD.match(definition)
    end = 0 if found is None else found.end()
    for written in (old, old.strip('"')):
        if definition.startswith(f"{written} ", end):
            return f"{definition[:end]}{new}{definition[end + len(written) :]}"
    raise ValueError(f"the definition names no index {old}: {definition[:200]}")


def on_relation(definition: str, name: str, relation: str) -> str:
    """Return the definition of the index `name` for another relation; both as SQL quotes them."""
    start = definition.index(f"{name} ON ") + len(f"{name} ON ")
    return f"{definition[:start]}{_RELATION.sub(lambda _: relation, definition[start:], count=1)}"


def is_same_but_for_types(old: Index, new: Index) -> bool:
    """Whether two indexes differ by no more than what the types of their columns decide."""
    if len(old.keys) != len(new.keys):
        return False
    pairs = zip(old.keys, new.keys, strict=True)
    return all(starmap(_is_same_key, pairs)) and not changes(replace(old, keys=new.keys), new)


def _is_same_key(old: IndexKey, new: IndexKey) -> bool:
    by_type = old.is_default_operator_class and new.is_default_operator_class
    if by_type and old.column is not None:
        old = replace(old, operator_class=new.operator_class)
    return old == new

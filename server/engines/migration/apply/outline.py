"""What a schema was at a boundary, kept in our cache so that a drift can be told by name."""

import gzip
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.fingerprint import payload_fingerprint
from server.engines.catalog.kinds.owner import Owner
from server.engines.catalog.registry import is_cluster_wide
from server.engines.migration.boundary import boundary

_FOLDER = "outlines"
_DIGITS = 16
_MOST_NAMES = 12

Outline = Mapping[str, str]
"""The digest of each fact, by its identity."""


def keep(cache: Path, catalog: Catalog) -> None:
    """Keep the outline of a schema that a plan's boundary has."""
    folder = cache / _FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = _file(cache, boundary(catalog))
    if not file.exists():
        new = file.with_suffix(".new")
        new.write_bytes(gzip.compress(json.dumps(_outline(catalog)).encode(), mtime=0))
        new.replace(file)


def differences(cache: Path, expected: str, found: Catalog) -> tuple[str, ...]:
    """Say by name how a schema differs from that of a fingerprint; nothing where it is unknown."""
    try:
        before = json.loads(gzip.decompress(_file(cache, expected).read_bytes()))
    except FileNotFoundError:
        return ()
    lines = tuple(_lines(before, _outline(found)))
    more = len(lines) - _MOST_NAMES
    return lines if more <= 0 else (*lines[:_MOST_NAMES], f"and {more} more")


def _lines(before: Outline, after: Outline) -> Iterator[str]:
    for name in sorted({*before, *after}):
        if name not in after:
            yield f"{name} is missing"
        elif name not in before:
            yield f"{name} is there and should not be"
        elif before[name] != after[name]:
            yield f"{name} is other than it should be"


def _outline(catalog: Catalog) -> Outline:
    return {
        str(fact.identity): payload_fingerprint(fact)[:_DIGITS]
        for fact in catalog
        if not isinstance(fact, Owner) and not is_cluster_wide(fact)
    }


def _file(cache: Path, fingerprint: str) -> Path:
    return cache / _FOLDER / f"{fingerprint}.json.gz"

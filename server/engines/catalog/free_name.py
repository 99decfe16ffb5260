"""Names for what a fix creates: within PostgreSQL's limit, and nobody else's."""

from collections.abc import Collection, Container
from hashlib import sha256
from itertools import count

_MOST_BYTES = 63
_DIGEST = 8  # hexadecimal digits that keep two shortened names apart


def free_name(words: Collection[str], suffix: str, taken: Container[str]) -> str:
    """Return `words` and `suffix` joined, shortened to 63 bytes, numbered if already taken."""
    stem = "_".join(words)
    numbered = (f"_{suffix}{number or ''}" for number in count())
    return next(name for end in numbered if (name := _fitted(stem, end)) not in taken)


def _fitted(stem: str, end: str) -> str:
    room = _MOST_BYTES - len(end.encode())
    if len(stem.encode()) <= room:
        return stem + end
    # Names that begin alike must not become one name by losing their ends.
    digest = sha256(stem.encode()).hexdigest()[:_DIGEST]
    kept = stem.encode()[: room - _DIGEST - 1].decode(errors="ignore")
    return f"{kept}_{digest}{end}"

"""The names of throw-away databases: random, and telling when they were made."""

import re
import secrets
import time

_NAME = re.compile(r"shadow_([0-9a-f]{8})_[0-9a-f]{16}")
_ABANDONED_SECONDS = 24 * 3600


def new_name() -> str:
    """Return a name that nobody has used or can guess."""
    return f"shadow_{int(time.time()):08x}_{secrets.token_hex(8)}"


def is_abandoned(name: str) -> bool:
    """Tell whether this is one of our names, from a day ago or longer."""
    ours = _NAME.fullmatch(name)
    return ours is not None and time.time() - int(ours[1], 16) > _ABANDONED_SECONDS

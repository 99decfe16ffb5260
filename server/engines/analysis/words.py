"""What a name says, whichever way its words are joined."""

import re

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_JOINT = re.compile(r"[\W_]+")


def words(name: str) -> str:
    """Return the words of a name in lower case, separated by blanks: `userId` as `user id`."""
    return _JOINT.sub(" ", _HUMP.sub(" ", name)).strip().lower()

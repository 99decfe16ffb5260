"""Knows when a semicolon belongs to a routine's BEGIN ATOMIC body, by psql's own rule."""

_ROUTINES = (
    ("CREATE", "FUNCTION"),
    ("CREATE", "PROCEDURE"),
    ("CREATE", "OR", "REPLACE", "FUNCTION"),
    ("CREATE", "OR", "REPLACE", "PROCEDURE"),
)
_LONGEST_HEAD = max(len(head) for head in _ROUTINES)


class AtomicBody:
    """Follows the words of one statement; inside a body while `depth` is not zero."""

    __slots__ = ("_head", "_is_routine", "depth")

    def __init__(self) -> None:
        """Start before the statement's first word."""
        self.depth = 0
        self._head: tuple[str, ...] = ()
        self._is_routine = False

    def take(self, word: str) -> None:
        """Follow a word, in capitals, that stands outside quotes and parentheses."""
        if len(self._head) < _LONGEST_HEAD:
            self._head = (*self._head, word)
            self._is_routine = self._is_routine or self._head in _ROUTINES
        if not self._is_routine:
            return
        match word:
            case "BEGIN":
                self.depth += 1
            case "CASE" if self.depth:
                self.depth += 1
            case "END" if self.depth:
                self.depth -= 1
            case _:
                pass

"""What came back to one request of an attack, whole."""

from dataclasses import dataclass

from server.engines.loadtest.failure import Failure


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: header names in lower case, `seconds` from the first byte sent to its end."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    seconds: float

    def values(self, header: str) -> tuple[str, ...]:
        """Return the values of a header, whose name is given in lower case."""
        return tuple(value for name, value in self.headers if name == header)

    def says(self, text: str) -> bool:
        """Whether the text stands in the body or in the value of a header."""
        return text.encode() in self.body or any(text in value for _, value in self.headers)


@dataclass(frozen=True, slots=True)
class Silence:
    """No answer, and why."""

    failure: Failure
    detail: str = ""

"""SQL as the text of a file: comments, and statements one after the other."""

from collections.abc import Iterable

from server.engines.sql.formats.model import Block

NOTHING = "nothing to do in this part"


def comments(*lines: str, mark: str = "--") -> str:
    """Return lines as comments; without lines nothing."""
    return "".join(f"{mark} {line}".rstrip() + "\n" for line in lines)


def terminated(sql: str) -> str:
    """Return a statement with its semicolon, on a line of its own where a comment may end it."""
    return f"{sql}\n;" if "--" in sql.rpartition("\n")[2] else f"{sql};"


def listed(block: Block) -> str:
    """Return the statements of a block, which the runner has to put into a transaction."""
    if not block.statements:
        return comments(NOTHING)
    return "\n\n".join(map(terminated, block.statements)) + "\n"


def enclosed(block: Block) -> str:
    """Return the statements of a block with the transaction that it needs."""
    if not block.statements or not block.is_transactional:
        return listed(block)
    return f"BEGIN;\n\n{listed(block)}\nCOMMIT;\n"


def placed(pieces: Iterable[tuple[int, str]]) -> bytes:
    """Return texts of SQL as one, each beginning on the line that it has in its file.

    So a fault in one is found on the right line; where texts share a line, what follows is late.
    """
    parts: list[str] = []
    here = 1
    for line, sql in pieces:
        text = "\n" * (line - here) + terminated(sql) + " "
        here += text.count("\n")
        parts.append(text)
    return "".join(parts).encode()

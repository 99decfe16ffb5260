"""Where a keyword stands in a statement, and not in a name, a text or a comment of it."""

from pglast.parser import scan


def keyword_place(sql: str, keyword: str) -> int:
    """Return the offset of the first one, which is in upper case.

    Raises:
        StopIteration: the statement has none.
    """
    return next(token.start for token in scan(sql) if token.name == keyword)

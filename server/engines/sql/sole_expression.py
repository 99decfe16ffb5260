"""Whether a text from outside is one expression, which can stand wherever a value can."""

from collections.abc import Iterable
from itertools import accumulate

from pglast import ast
from pglast.enums import SetOperation
from pglast.parser import ParseError, parse_sql, scan

from server.engines.sql.parsing import walk
from server.engines.sql.pretty import COMMENTS

_MOST_CHARACTERS = 10_000
_STEPS = {"ASCII_40": 1, "ASCII_41": -1}  # brackets, as the scanner calls them
_MORE = (
    *("distinctClause", "intoClause", "fromClause", "whereClause", "groupClause", "havingClause"),
    *("windowClause", "valuesLists", "sortClause", "limitOffset", "limitCount", "lockingClause"),
    "withClause",
)


def is_sole_expression(text: str) -> bool:
    """Whether the text is one expression and nothing else: it ends no bracket that it did not open.

    Parameters are none: whoever runs the statement has nothing to put there.
    """
    if len(text) > _MOST_CHARACTERS or "\0" in text:
        return False
    try:
        found = parse_sql(f"SELECT ({text}\n)")
        names = [token.name for token in scan(text)]
    except ParseError:
        return False
    if not COMMENTS.isdisjoint(names) or not _closes_what_it_opened(names):
        return False
    statement = found[0].stmt if len(found) == 1 else None
    if not isinstance(statement, ast.SelectStmt) or statement.op != SetOperation.SETOP_NONE:
        return False
    targets = statement.targetList or ()
    is_alone = len(targets) == 1 and not any(getattr(statement, name) for name in _MORE)
    has_name = any(isinstance(each, ast.ResTarget) and each.name for each in targets)
    return (
        is_alone and not has_name and not any(isinstance(e, ast.ParamRef) for e in walk(statement))
    )


def _closes_what_it_opened(tokens: Iterable[str]) -> bool:
    depths = accumulate(_STEPS.get(name, 0) for name in tokens)
    return all(depth >= 0 for depth in depths)

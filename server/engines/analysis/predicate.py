"""What an expression that PostgreSQL printed demands of single columns."""

import re

_NAME = r'(?:[a-z_][a-z0-9_$]*|[^\W\d][\w$]*|"(?:[^"]|"")+")'
_TEST = rf"\(*{_NAME} IS (?:NOT )?NULL\)*"
_TESTS = re.compile(rf"{_TEST}(?: AND {_TEST})*")
_ONE_TEST = re.compile(rf"(?P<name>{_NAME}) IS (?P<negated>NOT )?NULL")


def required_columns(expression: str | None) -> frozenset[str]:
    """Return the columns that an expression demands to be present, if it demands nothing else."""
    return _columns_tested(expression, negated=True)


def absent_columns(expression: str | None) -> frozenset[str]:
    """Return the columns that an expression demands to be NULL, if it demands nothing else."""
    return _columns_tested(expression, negated=False)


def _columns_tested(expression: str | None, *, negated: bool) -> frozenset[str]:
    if expression is None or _TESTS.fullmatch(expression) is None:
        return frozenset()
    tests = list(_ONE_TEST.finditer(expression))
    if any((test["negated"] is not None) is not negated for test in tests):
        return frozenset()
    return frozenset(_unquoted(test["name"]) for test in tests)


def _unquoted(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name

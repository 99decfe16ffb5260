"""Names statements that differ only in their constants with the same name."""

from pglast import parser

from server.errors import InvalidInputError


def fingerprint(sql: str) -> str:
    """Return 16 hexadecimal digits: libpg_query's fingerprint, which pg_stat_statements tools use.

    Raises:
        InvalidInputError: PostgreSQL's grammar refuses it.
    """
    try:
        return parser.fingerprint(sql)
    except parser.ParseError as error:
        raise InvalidInputError(f"not SQL: {error.args[0]}") from error

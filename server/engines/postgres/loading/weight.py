"""How much there is to read in a loaded schema: foreign SQL may fill the catalog itself."""

from server.engines.postgres.loading.limits import LoadLimits
from server.engines.postgres.session import Session
from server.errors import InvalidInputError

_ROWS = """
SELECT (SELECT count(*) FROM pg_catalog.pg_class WHERE oid >= 16384)
     + (SELECT count(*) FROM pg_catalog.pg_attribute WHERE attrelid >= 16384)
     + (SELECT count(*) FROM pg_catalog.pg_proc WHERE oid >= 16384)
     + (SELECT count(*) FROM pg_catalog.pg_type WHERE oid >= 16384)
     + (SELECT count(*) FROM pg_catalog.pg_enum)
     + (SELECT count(*) FROM pg_catalog.pg_constraint WHERE oid >= 16384)
"""
# A text that is kept compressed is as long as it says when it is read.
_BYTES = """
SELECT coalesce(sum(octet_length(held)), 0) FROM (
    SELECT description AS held FROM pg_catalog.pg_description
    UNION ALL SELECT prosrc FROM pg_catalog.pg_proc WHERE oid >= 16384
    UNION ALL SELECT ev_action::pg_catalog.text FROM pg_catalog.pg_rewrite WHERE oid >= 16384
    UNION ALL SELECT adbin::pg_catalog.text FROM pg_catalog.pg_attrdef
    UNION ALL SELECT conbin::pg_catalog.text FROM pg_catalog.pg_constraint WHERE oid >= 16384
    UNION ALL SELECT indexprs::pg_catalog.text FROM pg_catalog.pg_index
    UNION ALL SELECT indpred::pg_catalog.text FROM pg_catalog.pg_index
    UNION ALL SELECT polqual::pg_catalog.text FROM pg_catalog.pg_policy
    UNION ALL SELECT polwithcheck::pg_catalog.text FROM pg_catalog.pg_policy
    UNION ALL SELECT tgqual::pg_catalog.text FROM pg_catalog.pg_trigger
    UNION ALL SELECT tgargs::pg_catalog.text FROM pg_catalog.pg_trigger
    UNION ALL SELECT ftoptions::pg_catalog.text FROM pg_catalog.pg_foreign_table
    UNION ALL SELECT srvoptions::pg_catalog.text FROM pg_catalog.pg_foreign_server
    UNION ALL SELECT attfdwoptions::pg_catalog.text FROM pg_catalog.pg_attribute
) texts
"""


async def check_weight(superuser: Session, limits: LoadLimits) -> None:
    """Refuse a catalog that nobody could read.

    Raises:
        InvalidInputError: it has too many objects, or texts that are too long.
    """
    rows: int = await superuser.value(_ROWS)
    if rows > limits.objects:
        raise _too_heavy(f"{rows:,} objects and columns, and {limits.objects:,} are read at most")
    size: int = await superuser.value(_BYTES)
    if size > limits.catalog_bytes:
        raise _too_heavy(f"{size:,} bytes of text, and {limits.catalog_bytes:,} are read at most")


def _too_heavy(reason: str) -> InvalidInputError:
    return InvalidInputError(
        f"The catalog of the schema holds {reason}.", next_step="Give a part of the schema."
    )

"""Changes many rows without one long transaction: page by page, each batch committed by itself."""

from itertools import count

from server.engines.catalog.identity import Identity
from server.engines.sql.quote import literal, qualified

PAGES = 500
"""Pages of a table that one batch goes through: some ten thousand rows."""


IS_FILLING = "expansion.is_filling"
"""The setting that is `yes` in a transaction which fills rows, where that is to be told."""


def in_batches(
    table: Identity, assignment: str, condition: str, *, is_announced: bool = False
) -> str:
    """Return the block that updates the rows of a table that meet a condition.

    It commits by itself, so it runs outside a transaction. Run again it goes on where it stopped:
    rows that no longer meet the condition are left alone. Rows that come meanwhile are not its
    business: a default or trigger has to see to them. `is_announced` tells triggers by
    `IS_FILLING` that it is the filling which writes.
    """
    name = qualified(*table.names)
    # In the block's own words a column that is called like one of its variables would be in doubt.
    # ruff: ignore[hardcoded-sql-expression] - every name was quoted
    update = f"UPDATE {name} SET {assignment} WHERE ctid >= $1 AND ctid < $2 AND {condition}"
    announcing = f"PERFORM pg_catalog.set_config({literal(IS_FILLING)}, 'yes', true);"
    first = f"{announcing}\n        " if is_announced else ""
    # ruff: ignore[hardcoded-sql-expression] - every name and the statement were quoted
    body = f"""
DECLARE
    pages bigint;
BEGIN
    SELECT max(pg_relation_size(tree.relid)) / current_setting('block_size')::bigint INTO pages
    FROM (SELECT {literal(name)}::regclass AS relid
          UNION SELECT relid FROM pg_partition_tree({literal(name)})) tree;
    FOR page IN 0 .. coalesce(pages, 0) BY {PAGES} LOOP
        {first}EXECUTE {literal(update)}
        USING format('(%s,0)', page)::tid, format('(%s,0)', page + {PAGES})::tid;
        COMMIT;
    END LOOP;
END
"""
    tag = next(each for each in map(_tag, count()) if each not in body)
    return f"DO {tag}{body}{tag}"


def _tag(number: int) -> str:
    return f"$backfill{number or ''}$"

"""Tables that hold rows for a moment, or copies of rows whose home is elsewhere."""

import re

from server.engines.catalog.kinds.table import Persistence, Table

_PASSING = re.compile(
    r"(^|_)(staging|stg|stage|tmp|temp|temporary|import|landing|scratch|backup|bak|old|copy)(_|$)"
)
_RECORD = re.compile(r"(^|_)(audit|audits|log|logs|history|histories|archive|archives|snapshots?)$")


def is_passing(table: Table) -> bool:
    """Tell whether the rows of a table are on their way elsewhere, by its name or UNLOGGED."""
    is_unlogged = table.persistence is Persistence.UNLOGGED
    return is_unlogged or _PASSING.search(table.identity.name.lower()) is not None


def is_record(table: Table) -> bool:
    """Tell whether a table keeps what happened to rows that may be gone, by its name."""
    return _RECORD.search(table.identity.name.lower()) is not None

"""Names as people choose them, and as nobody should."""

from tests.engines.migration.random_schemas.dice import Dice
from tests.engines.migration.random_schemas.model import Model, Named

_USUAL = (
    *("orders", "users", "items", "events", "notes", "tags", "prices", "logs", "teams", "files"),
    *("order_items", "user_tags", "audit_log", "invoices", "stock", "carts", "shops", "visits"),
)
_ODD = (
    *("Order Details", "select", "user", "with space", 'with"quote', "UPPER", "größe", "日本"),
    *("it's", "a.b", "x" * 63, "ä" * 31, "1st", "$money", "back\\slash", "primary", "a-b", "a,b"),
    *("Mixed_Case", "end", "percent%", "semi;colon", "--dash", "(paren)", "y" * 60, "[b]", "tab:c"),
)
_COLUMNS = (
    *("id", "name", "title", "amount", "price", "created_at", "status", "kind", "note", "code"),
    *("quantity", "email", "active", "parent_id", "user_id", "data", "position", "valid", "score"),
)
_ODDITY = 0.25


def fresh_name(dice: Dice, model: Model, schema: str) -> str:
    """Return a name that nothing in the schema has."""
    taken = {each.name for each in model.of(Named) if each.schema == schema}
    return _free(dice, _USUAL, taken)


def fresh_column(dice: Dice, taken: set[str]) -> str:
    return _free(dice, _COLUMNS, taken)


def any_name(dice: Dice) -> str:
    return _free(dice, _USUAL, set())


def _free(dice: Dice, usual: tuple[str, ...], taken: set[str]) -> str:
    name = dice.one(_ODD if dice.chance(_ODDITY) else usual)
    number = 1
    while name in taken:
        number += 1
        # Names of 63 bytes stay at 63 bytes, and inside of a character nothing is cut.
        stem = dice.one(usual).encode()[:59].decode(errors="ignore")
        name = f"{stem}{number}"
    return name

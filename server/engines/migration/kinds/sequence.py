"""How sequences come, change and go; that of an identity column is the column's."""

from collections.abc import Iterable, Iterator

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.sequence import Sequence
from server.engines.catalog.kinds.table import Persistence
from server.engines.migration.action import Action, plain, risky
from server.engines.migration.context import Change, Context
from server.engines.migration.hazard import data_loss
from server.engines.migration.identity_column import sequence_parameters
from server.engines.migration.kind import Kind
from server.engines.migration.relation import altered
from server.engines.sql.quote import qualified

_OWN_STEP = frozenset({"owned_by", "persistence"})


def _reference(identity: Identity, _catalog: Catalog) -> str:
    return f"SEQUENCE {qualified(*identity.names)}"


def _create(sequence: Sequence, _context: Context) -> Iterable[Action]:
    if sequence.is_of_identity_column:
        return ()
    unlogged = "UNLOGGED " if sequence.persistence is Persistence.UNLOGGED else ""
    words = [f"CREATE {unlogged}SEQUENCE {qualified(*sequence.identity.names)}"]
    if sequence.type != "bigint":
        words.append(f"AS {sequence.type}")
    words.extend(sequence_parameters(sequence))
    if sequence.owned_by is not None:
        words.append(f"OWNED BY {qualified(*sequence.owned_by.names)}")
    return plain(" ".join(words))


def _drop(sequence: Sequence, context: Context) -> Iterable[Action]:
    if sequence.is_of_identity_column:
        return ()
    statement = f"DROP SEQUENCE {qualified(*sequence.identity.names)}"
    if sequence.owned_by is not None or context.is_created(sequence.identity):
        return plain(statement)
    name = sequence.identity.qualified_name
    return risky([statement], data_loss(sequence.identity, f"how far {name} has counted is lost"))


def _alter(change: Change[Sequence], _context: Context) -> Iterable[Action] | None:
    # That of an identity column cannot be handed over to another: it comes and goes with its own.
    is_bound = change.new.is_of_identity_column and "owned_by" in change.names
    if is_bound or "is_of_identity_column" in change.names:
        return None
    return plain(*_changed(change))


def _changed(change: Change[Sequence]) -> Iterator[str]:
    new, names = change.new, change.names
    head = altered(new.identity)
    if names - _OWN_STEP:
        yield " ".join([head, *_parameters(new, names)])
    if "persistence" in names:
        yield f"{head} SET {'UNLOGGED' if new.persistence is Persistence.UNLOGGED else 'LOGGED'}"
    if "owned_by" in names:
        owner = "NONE" if new.owned_by is None else qualified(*new.owned_by.names)
        yield f"{head} OWNED BY {owner}"


def _parameters(sequence: Sequence, names: frozenset[str]) -> Iterator[str]:
    if "type" in names:
        yield f"AS {sequence.type}"
    for name, word in (
        ("increment", "INCREMENT BY"),
        ("minimum", "MINVALUE"),
        ("maximum", "MAXVALUE"),
        ("start", "START WITH"),
        ("cache", "CACHE"),
    ):
        if name in names:
            yield f"{word} {getattr(sequence, name)}"
    if "is_cycling" in names:
        yield "CYCLE" if sequence.is_cycling else "NO CYCLE"


KIND = Kind(
    fact=Sequence,
    rank=60,
    reference=_reference,
    grant_on=_reference,
    create=_create,
    drop=_drop,
    alter=_alter,
)

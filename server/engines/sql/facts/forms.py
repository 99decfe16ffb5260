"""The statements of a migration that somebody has to know more about than their text."""

from dataclasses import dataclass
from enum import StrEnum

Name = tuple[str, ...]
"""A name as it was written: with its schema, or without; a column after its table."""


class ConstraintForm(StrEnum):
    """What a constraint in a statement demands."""

    PRIMARY_KEY = "primary key"
    UNIQUE = "unique"
    CHECK = "check"
    FOREIGN_KEY = "foreign key"
    EXCLUSION = "exclusion"
    NOT_NULL = "not null"


class ChangeKind(StrEnum):
    """What a part of ALTER TABLE does."""

    ADD_COLUMN = "add column"
    DROP_COLUMN = "drop column"
    SET_TYPE = "set type"
    SET_NOT_NULL = "set not null"
    DROP_NOT_NULL = "drop not null"
    SET_DEFAULT = "set default"
    DROP_DEFAULT = "drop default"
    SET_EXPRESSION = "set expression"
    DROP_EXPRESSION = "drop expression"
    DROP_IDENTITY = "drop identity"
    ADD_CONSTRAINT = "add constraint"
    VALIDATE_CONSTRAINT = "validate constraint"
    DROP_CONSTRAINT = "drop constraint"
    SET_LOGGED = "set logged"
    SET_UNLOGGED = "set unlogged"
    ENABLE_ROW_SECURITY = "enable row security"
    DISABLE_ROW_SECURITY = "disable row security"
    NO_FORCE_ROW_SECURITY = "no force row security"
    DISABLE_TRIGGER = "disable trigger"
    ATTACH_PARTITION = "attach partition"
    DETACH_PARTITION = "detach partition"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewConstraint:
    """A constraint that a statement adds; the name is empty where PostgreSQL chooses one."""

    form: ConstraintForm
    name: str = ""
    columns: tuple[str, ...] = ()
    index: str = ""
    """The index that is there already and becomes the constraint's."""
    references: Name = ()
    is_validated: bool = True
    """Whether the rows that are there are checked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewColumn:
    """A column that a statement adds; `type` is as the statement names it."""

    type: str = ""
    is_not_null: bool = False
    has_default: bool = False
    has_sequence: bool = False
    """Whether an identity, or one of the serial types, numbers the rows."""
    is_generated: bool = False
    constraints: tuple[NewConstraint, ...] = ()


@dataclass(frozen=True, slots=True)
class Bound:
    """Which rows a partition takes, each side as SQL; all empty where that is not said so."""

    values: tuple[str, ...] = ()
    """Those of a list."""
    low: tuple[str, ...] = ()
    high: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One part of ALTER TABLE; `name` is the column, constraint or trigger that it is about."""

    kind: ChangeKind
    name: str = ""
    cascades: bool = False
    column: NewColumn | None = None
    constraint: NewConstraint | None = None
    partition: Name = ()
    bound: Bound = Bound()
    is_concurrent: bool = False
    using: str = ""
    """How values are converted, empty where PostgreSQL does it by assignment."""


@dataclass(frozen=True, slots=True)
class AlterRelation:
    """ALTER TABLE and its kin."""

    relation: Name
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class CreateTable:
    """CREATE TABLE, with the partitioned table that it joins."""

    table: Name
    partition_of: Name = ()
    bound: Bound = Bound()


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateIndex:
    """CREATE INDEX; the name is empty where PostgreSQL chooses one."""

    name: str
    table: Name
    is_concurrent: bool
    skips_existing: bool
    is_only: bool
    """Whether the partitions of the table get none."""


@dataclass(frozen=True, slots=True)
class CreateObject:
    """What creates something else; `kind` is the word of the catalog."""

    kind: str
    name: Name
    table: Name = ()
    """The relation that a trigger or policy belongs to."""
    is_replacing: bool = False


@dataclass(frozen=True, slots=True)
class Drop:
    """DROP; `kind` is the word of the catalog, a part is named after its table."""

    kind: str
    names: tuple[Name, ...]
    cascades: bool = False
    is_concurrent: bool = False


@dataclass(frozen=True, slots=True)
class Rename:
    """RENAME of an object, or of the part `name` of one."""

    kind: str
    of: Name
    name: str
    new: str


@dataclass(frozen=True, slots=True)
class Move:
    """SET SCHEMA."""

    kind: str
    name: Name
    schema: str


@dataclass(frozen=True, slots=True)
class AlterDomain:
    """ALTER DOMAIN; `constraint` is what is added, a mark NOT NULL among it."""

    domain: Name
    constraint: NewConstraint | None


@dataclass(frozen=True, slots=True)
class AddEnumValue:
    """ALTER TYPE … ADD VALUE."""

    enum: Name
    value: str


@dataclass(frozen=True, slots=True)
class AlterSequence:
    """ALTER SEQUENCE."""

    sequence: Name
    restarts: bool


@dataclass(frozen=True, slots=True)
class Refresh:
    """REFRESH MATERIALIZED VIEW."""

    view: Name
    is_concurrent: bool


@dataclass(frozen=True, slots=True)
class Reindex:
    """REINDEX; the name is that of an index, table, schema or database."""

    what: str
    name: Name
    is_concurrent: bool


@dataclass(frozen=True, slots=True)
class Cluster:
    """CLUSTER; without a table, of all that were clustered before."""

    table: Name


@dataclass(frozen=True, slots=True)
class Vacuum:
    """VACUUM; without tables, of all."""

    tables: tuple[Name, ...]
    is_full: bool


@dataclass(frozen=True, slots=True)
class Truncate:
    """TRUNCATE."""

    tables: tuple[Name, ...]
    cascades: bool


class Writing(StrEnum):
    """What happens to rows."""

    INSERT = "INSERT"
    UPDATE = "UPDATE"
    DELETE = "DELETE"
    MERGE = "MERGE"
    COPY = "COPY"


@dataclass(frozen=True, slots=True)
class WriteRows:
    """A statement about rows; `assignments` are what UPDATE sets, as SQL."""

    writing: Writing
    table: Name
    is_filtered: bool = False
    assignments: str = ""
    is_plain: bool = True
    """Whether it needs no other table, so that it can be cut into batches."""
    columns: tuple[str, ...] = ()
    """Whose values it may overwrite in rows that are there."""
    may_add: bool = False
    may_remove: bool = False


@dataclass(frozen=True, slots=True)
class Set:
    """SET and RESET; the value is None where the setting returns to its default."""

    name: str
    value: str | None
    is_local: bool


class Edge(StrEnum):
    """What a statement does to the transaction."""

    BEGIN = "begin"
    COMMIT = "commit"
    MARK = "mark"
    """SAVEPOINT and RELEASE."""
    UNDO = "undo"
    """ROLLBACK, PREPARE TRANSACTION and what follows it."""


@dataclass(frozen=True, slots=True)
class Transaction:
    """BEGIN, COMMIT and their kin."""

    edge: Edge


@dataclass(frozen=True, slots=True)
class Other:
    """Anything else."""


Form = (
    AddEnumValue
    | AlterDomain
    | AlterRelation
    | AlterSequence
    | Cluster
    | CreateIndex
    | CreateObject
    | CreateTable
    | Drop
    | Move
    | Other
    | Refresh
    | Reindex
    | Rename
    | Set
    | Transaction
    | Truncate
    | Vacuum
    | WriteRows
)

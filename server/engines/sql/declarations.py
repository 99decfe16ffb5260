"""What a statement declares that has a name, and where in its text each of it begins."""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, cast

from pglast import ast
from pglast.enums import AlterTableType, FunctionParameterMode, ObjectType

from server.engines.sql.lexer import Kind, Lexer
from server.engines.sql.parsing import given, parse
from server.engines.sql.pieces import Statement
from server.engines.sql.window import Window
from server.errors import SqlLocation

Names = tuple[str | None, ...]
"""Names from the schema inward; None in front for a schema that the statement leaves open."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """One object or part of one, called as the statement calls it.

    The name at the end is empty where the statement leaves it to PostgreSQL.
    """

    kind: str
    names: Names
    places: tuple[SqlLocation, ...]
    """Where it begins; two places where a statement declares nothing else."""
    inputs: int | None = None
    """How many arguments a routine takes."""
    within: "Declaration | None" = None


@dataclass(frozen=True, slots=True)
class _Found:
    """A declaration by its offset in the text, and how deep it lies in the one before."""

    kind: str
    names: Names
    offsets: tuple[int, ...] = (0,)
    inputs: int | None = None
    depth: int = 0


def declarations(statement: Statement) -> tuple[Declaration, ...]:
    """Return what the statement declares, each object before its parts.

    Raises:
        InvalidSqlError: it is not one statement of PostgreSQL's grammar.
    """
    tree = parse(statement)
    if isinstance(tree, ast.CreateEnumStmt):
        return _placed(_enum(tree, statement.text), statement)
    read = _READERS.get(type(tree))
    return () if read is None else _placed(read(tree), statement)


def _placed(found: Iterable[_Found], statement: Statement) -> tuple[Declaration, ...]:
    where = _Lines(statement)
    hosts: list[Declaration] = []
    declared: list[Declaration] = []
    for each in found:
        del hosts[each.depth :]
        places = tuple(map(where.place, each.offsets))
        within = hosts[-1] if hosts else None
        hosts.append(Declaration(each.kind, each.names, places, each.inputs, within))
        declared.append(hosts[-1])
    return tuple(declared)


class _Lines:
    """Finds the places of offsets in one statement, of which there may be a million."""

    def __init__(self, statement: Statement) -> None:
        self._start = statement.location
        self._ends = [match.start() for match in re.finditer(r"\n", statement.text)]

    def place(self, offset: int) -> SqlLocation:
        """Where the character at an offset stands in the file."""
        line = bisect_left(self._ends, offset)
        column = offset - self._ends[line - 1] if line else self._start.column + offset
        return SqlLocation(self._start.file, self._start.line + line, column)


def _in_schema(names: Iterable[ast.Node] | None) -> Names:
    """Read a name as the grammar lists it: a catalog, a schema, the name itself."""
    words = [given(cast("ast.String", each).sval) for each in names or ()]
    return (None, *words[-1:]) if len(words) < _QUALIFIED else tuple(words[-_QUALIFIED:])


_QUALIFIED = 2


def _relation(name: ast.RangeVar | None) -> Names:
    return (given(name).schemaname, given(given(name).relname))


def _table(kind: str, tree: ast.CreateStmt) -> Iterator[_Found]:
    relation = _relation(tree.relation)
    yield _Found(kind, relation)
    for element in tree.tableElts or ():
        yield from _element(element, relation, depth=1)


def _element(node: object, table: Names, *, depth: int) -> Iterator[_Found]:
    match node:
        case ast.ColumnDef():
            yield _Found("column", (*table, given(node.colname)), (_at(node),), depth=depth)
            for constraint in node.constraints or ():
                yield from _element(constraint, table, depth=depth + 1)
        case ast.Constraint():
            yield _Found("constraint", (*table, node.conname or ""), (_at(node),), depth=depth)
        case _:
            pass


def _at(node: ast.ColumnDef | ast.Constraint) -> int:
    return given(node.location)


def _altered(tree: ast.AlterTableStmt) -> Iterator[_Found]:
    """Read what is added to a table; a lone addition begins with the statement, too."""
    added = [
        element
        for command in cast("tuple[ast.AlterTableCmd, ...]", tree.cmds or ())
        if command.subtype in _ADDITIONS
        for element in [_element(command.def_, _relation(tree.relation), depth=0)]
    ]
    for first, *rest in map(list, added):
        start = (0,) if len(added) == 1 else ()
        yield _Found(first.kind, first.names, (*start, *first.offsets))
        yield from rest


_ADDITIONS = frozenset({AlterTableType.AT_AddColumn, AlterTableType.AT_AddConstraint})


def _made_by_query(tree: ast.CreateTableAsStmt) -> Iterator[_Found]:
    is_view = tree.objtype == ObjectType.OBJECT_MATVIEW
    kind = "materialized_view" if is_view else "table"
    yield _Found(kind, _relation(given(tree.into).rel))


def _index(tree: ast.IndexStmt) -> Iterator[_Found]:
    yield _Found("index", (given(tree.relation).schemaname, tree.idxname or ""))


def _enum(tree: ast.CreateEnumStmt, text: str) -> Iterator[_Found]:
    names = _in_schema(tree.typeName)
    yield _Found("enum", names)
    labels = (given(cast("ast.String", each).sval) for each in tree.vals or ())
    for label, offset in zip(labels, _label_offsets(text), strict=True):
        yield _Found("enum_label", (*names, label), (offset,), depth=1)


def _label_offsets(text: str) -> Iterator[int]:
    """Yield where the labels of an enum begin, which the tree does not say."""
    offset, is_due = 0, False
    for kind, token in Lexer(Window([text.encode()], "")).tokens():
        if kind is Kind.QUOTED and is_due:
            yield offset
        is_due = (
            kind is Kind.OPEN
            or (kind is Kind.OTHER and "," in token)
            or (is_due and kind is not Kind.QUOTED)
        )
        offset += len(token)


def _composite(tree: ast.CompositeTypeStmt) -> Iterator[_Found]:
    names = _relation(tree.typevar)
    yield _Found("composite_type", names)
    for attribute in cast("tuple[ast.ColumnDef, ...]", tree.coldeflist or ()):
        name = given(attribute.colname)
        yield _Found("attribute", (*names, name), (_at(attribute),), depth=1)


def _domain(tree: ast.CreateDomainStmt) -> Iterator[_Found]:
    names = _in_schema(tree.domainname)
    yield _Found("domain", names)
    for each in cast("tuple[ast.Constraint, ...]", tree.constraints or ()):
        yield _Found("domain_constraint", (*names, each.conname or ""), (_at(each),), depth=1)


def _defined(tree: ast.DefineStmt) -> Iterator[_Found]:
    kind = _DEFINED.get(ObjectType(given(tree.kind)))
    if kind is not None:
        yield _Found(kind, _in_schema(tree.defnames))


_DEFINED: Mapping[ObjectType, str] = MappingProxyType(
    {
        ObjectType.OBJECT_AGGREGATE: "aggregate",
        ObjectType.OBJECT_COLLATION: "collation",
        ObjectType.OBJECT_TYPE: "base_type",
        ObjectType.OBJECT_TSCONFIGURATION: "text_search_configuration",
        ObjectType.OBJECT_TSDICTIONARY: "text_search_dictionary",
        ObjectType.OBJECT_TSPARSER: "text_search_parser",
        ObjectType.OBJECT_TSTEMPLATE: "text_search_template",
    }
)
_NO_INPUTS = frozenset(
    {FunctionParameterMode.FUNC_PARAM_OUT, FunctionParameterMode.FUNC_PARAM_TABLE}
)


def _routine(tree: ast.CreateFunctionStmt) -> Iterator[_Found]:
    parameters = cast("tuple[ast.FunctionParameter, ...]", tree.parameters or ())
    inputs = sum(FunctionParameterMode(given(each.mode)) not in _NO_INPUTS for each in parameters)
    yield _Found("routine", _in_schema(tree.funcname), inputs=inputs)


def _schema(tree: ast.CreateSchemaStmt) -> Iterator[_Found]:
    name = tree.schemaname or given(tree.authrole).rolename
    yield _Found("schema", (name or "",))


def _on_table(kind: str, table: ast.RangeVar | None, name: str | None) -> Iterator[_Found]:
    yield _Found(kind, (*_relation(table), given(name)))


def _named(kind: str, *names: str | None) -> Iterator[_Found]:
    yield _Found(kind, names)


_READERS: Mapping[type[ast.Node], Callable[[Any], Iterator[_Found]]] = MappingProxyType(
    {
        ast.AlterTableStmt: _altered,
        ast.CompositeTypeStmt: _composite,
        ast.CreateConversionStmt: lambda it: _named("conversion", *_in_schema(it.conversion_name)),
        ast.CreateDomainStmt: _domain,
        ast.CreateEventTrigStmt: lambda it: _named("event_trigger", it.trigname),
        ast.CreateFdwStmt: lambda it: _named("foreign_data_wrapper", it.fdwname),
        ast.CreateForeignServerStmt: lambda it: _named("server", it.servername),
        ast.CreateForeignTableStmt: lambda it: _table("foreign_table", it.base),
        ast.CreateFunctionStmt: _routine,
        ast.CreatePLangStmt: lambda it: _named("language", it.plname),
        ast.CreatePolicyStmt: lambda it: _on_table("policy", it.table, it.policy_name),
        ast.CreatePublicationStmt: lambda it: _named("publication", it.pubname),
        ast.CreateRangeStmt: lambda it: _named("range", *_in_schema(it.typeName)),
        ast.CreateSchemaStmt: _schema,
        ast.CreateSeqStmt: lambda it: _named("sequence", *_relation(it.sequence)),
        ast.CreateStatsStmt: lambda it: _named(
            "statistics", *(_in_schema(it.defnames) if it.defnames else (None, ""))
        ),
        ast.CreateStmt: lambda it: _table("table", it),
        ast.CreateSubscriptionStmt: lambda it: _named("subscription", it.subname),
        ast.CreateTableAsStmt: _made_by_query,
        ast.CreateTrigStmt: lambda it: _on_table("trigger", it.relation, it.trigname),
        ast.DefineStmt: _defined,
        ast.IndexStmt: _index,
        ast.RuleStmt: lambda it: _on_table("rule", it.relation, it.rulename),
        ast.ViewStmt: lambda it: _named("view", *_relation(it.view)),
    }
)

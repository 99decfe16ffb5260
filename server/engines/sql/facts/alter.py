"""The parts of ALTER TABLE, and the columns and constraints in them."""

from typing import Any, cast

from pglast import ast
from pglast.enums import AlterTableType, ConstrType, DropBehavior

from server.engines.sql.deparse import deparse
from server.engines.sql.facts.forms import (
    Bound,
    Change,
    ChangeKind,
    ConstraintForm,
    Name,
    NewColumn,
    NewConstraint,
)
from server.engines.sql.facts.names import of_range, strings
from server.engines.sql.parsing import given

_KINDS = {
    AlterTableType.AT_AddColumn: ChangeKind.ADD_COLUMN,
    AlterTableType.AT_DropColumn: ChangeKind.DROP_COLUMN,
    AlterTableType.AT_AlterColumnType: ChangeKind.SET_TYPE,
    AlterTableType.AT_SetNotNull: ChangeKind.SET_NOT_NULL,
    AlterTableType.AT_DropNotNull: ChangeKind.DROP_NOT_NULL,
    AlterTableType.AT_SetExpression: ChangeKind.SET_EXPRESSION,
    AlterTableType.AT_DropExpression: ChangeKind.DROP_EXPRESSION,
    AlterTableType.AT_DropIdentity: ChangeKind.DROP_IDENTITY,
    AlterTableType.AT_AddConstraint: ChangeKind.ADD_CONSTRAINT,
    AlterTableType.AT_ValidateConstraint: ChangeKind.VALIDATE_CONSTRAINT,
    AlterTableType.AT_DropConstraint: ChangeKind.DROP_CONSTRAINT,
    AlterTableType.AT_SetLogged: ChangeKind.SET_LOGGED,
    AlterTableType.AT_SetUnLogged: ChangeKind.SET_UNLOGGED,
    AlterTableType.AT_EnableRowSecurity: ChangeKind.ENABLE_ROW_SECURITY,
    AlterTableType.AT_DisableRowSecurity: ChangeKind.DISABLE_ROW_SECURITY,
    AlterTableType.AT_NoForceRowSecurity: ChangeKind.NO_FORCE_ROW_SECURITY,
    AlterTableType.AT_DisableTrig: ChangeKind.DISABLE_TRIGGER,
    AlterTableType.AT_DisableTrigAll: ChangeKind.DISABLE_TRIGGER,
    AlterTableType.AT_DisableTrigUser: ChangeKind.DISABLE_TRIGGER,
    AlterTableType.AT_AttachPartition: ChangeKind.ATTACH_PARTITION,
    AlterTableType.AT_DetachPartition: ChangeKind.DETACH_PARTITION,
}
_FORMS = {
    ConstrType.CONSTR_PRIMARY: ConstraintForm.PRIMARY_KEY,
    ConstrType.CONSTR_UNIQUE: ConstraintForm.UNIQUE,
    ConstrType.CONSTR_CHECK: ConstraintForm.CHECK,
    ConstrType.CONSTR_FOREIGN: ConstraintForm.FOREIGN_KEY,
    ConstrType.CONSTR_EXCLUSION: ConstraintForm.EXCLUSION,
    ConstrType.CONSTR_NOTNULL: ConstraintForm.NOT_NULL,
}
_CAN_BE_UNENFORCED = frozenset((ConstraintForm.CHECK, ConstraintForm.FOREIGN_KEY))
_SERIAL = frozenset(
    ("serial", "serial2", "serial4", "serial8", "bigserial", "smallserial"),
)


def change(command: ast.AlterTableCmd) -> Change:
    """Return what one part of ALTER TABLE does."""
    kind, definition = _kind(command), command.def_
    name, cascades = command.name or "", command.behavior == DropBehavior.DROP_CASCADE
    match definition:
        case ast.ColumnDef() if kind is ChangeKind.ADD_COLUMN:
            return Change(kind=kind, name=given(definition.colname), column=_column(definition))
        case ast.ColumnDef():
            using = deparse(definition.raw_default) if definition.raw_default else ""
            return Change(kind=kind, name=name, using=using)
        case ast.Constraint():
            new = constraint(definition)
            return Change(kind=kind, name=new.name if new else "", constraint=new)
        case ast.PartitionCmd():
            return Change(
                kind=kind,
                partition=of_range(given(definition.name)),
                bound=bound(definition.bound),
                is_concurrent=bool(definition.concurrent),
            )
        case _:
            return Change(kind=kind, name=name, cascades=cascades)


def constraint(node: ast.Constraint) -> NewConstraint | None:
    """Return a constraint in the sense of the manual: the tree has defaults among them, too."""
    form = _FORMS.get(given(node.contype))
    if form is None:
        return None
    is_enforced = bool(node.is_enforced) or form not in _CAN_BE_UNENFORCED
    return NewConstraint(
        form=form,
        name=node.conname or "",
        columns=strings(node.keys or node.fk_attrs or ()),
        index=node.indexname or "",
        references=of_range(node.pktable) if node.pktable else (),
        is_validated=is_enforced and not node.skip_validation,
    )


def bound(node: ast.PartitionBoundSpec | None) -> Bound:
    """Return which rows a partition takes."""
    if node is None:
        return Bound()
    return Bound(_each(node.listdatums), _each(node.lowerdatums), _each(node.upperdatums))


def _kind(command: ast.AlterTableCmd) -> ChangeKind:
    if command.subtype == AlterTableType.AT_ColumnDefault:
        return ChangeKind.SET_DEFAULT if command.def_ else ChangeKind.DROP_DEFAULT
    return _KINDS.get(given(command.subtype), ChangeKind.OTHER)


def _column(node: ast.ColumnDef) -> NewColumn:
    said = cast("tuple[ast.Constraint, ...]", node.constraints or ())
    kinds = {one.contype for one in said}
    found = (constraint(one) for one in said)
    return NewColumn(
        type=deparse(node.typeName) if node.typeName else "",
        is_not_null=bool(kinds & {ConstrType.CONSTR_NOTNULL, ConstrType.CONSTR_PRIMARY}),
        has_default=ConstrType.CONSTR_DEFAULT in kinds,
        has_sequence=ConstrType.CONSTR_IDENTITY in kinds or _is_serial(node.typeName),
        is_generated=ConstrType.CONSTR_GENERATED in kinds,
        constraints=tuple(one for one in found if one),
    )


def _is_serial(node: ast.TypeName | None) -> bool:
    names: Name = strings(node.names or ()) if node else ()
    return len(names) == 1 and names[0] in _SERIAL


def _each(nodes: tuple[Any, ...] | None) -> tuple[str, ...]:
    return tuple(deparse(node) for node in nodes or ())

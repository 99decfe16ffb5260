"""What another analyzer finds in its own test schemas, we find too, or say why we do not."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from tests.engines.analysis.patient import Patient

pytestmark = pytest.mark.anyio

_FILE = Path(__file__).parents[4] / "shared/corpus/schema-checks/cases.json"
_OURS: Mapping[str, tuple[str, ...]] = {
    "btree_indexes_on_array_columns": ("btree-index-on-array",),
    "columns_with_blob_type": ("large-object-column",),
    "columns_with_char_type": ("blank-padded-character-column",),
    "columns_with_fixed_length_varchar": ("length-limited-varchar",),
    "columns_with_inconsistent_types": ("inconsistent-type-of-same-name",),
    "columns_with_json_type": ("json-instead-of-jsonb",),
    "columns_with_money_type": ("money-column",),
    "columns_with_serial_types": ("serial-on-non-primary-key",),
    "columns_with_timestamp_or_timetz_type": (
        "timestamp-without-time-zone",
        "time-with-time-zone",
    ),
    "duplicated_foreign_keys": ("duplicate-foreign-key",),
    "duplicated_indexes": ("duplicate-index", "duplicate-of-constraint-index"),
    "foreign_keys_with_null_values": ("nullable-composite-foreign-key",),
    "foreign_keys_with_unmatched_column_type": ("foreign-key-type-mismatch",),
    "foreign_keys_without_index": ("unindexed-foreign-key",),
    "indexes_with_boolean": ("index-on-boolean",),
    "indexes_with_timestamp_in_the_middle": ("timestamp-in-middle-of-index",),
    "indexes_with_unnecessary_where_clause": ("partial-index-useless-predicate",),
    "intersected_foreign_keys": ("overlapping-foreign-keys",),
    "intersected_indexes": ("redundant-prefix-index",),
    "invalid_indexes": ("invalid-index",),
    "not_valid_constraints": ("unvalidated-constraint",),
    "primary_keys_with_varchar": ("varchar-primary-key",),
    "self_referenced_foreign_keys": ("self-reference-without-action",),
    "tables_where_all_columns_nullable_except_pk": ("all-columns-nullable",),
    "tables_without_primary_key": ("missing-primary-key",),
}
"""Which of our checks look for what the other analyzer's check does."""


@dataclass(frozen=True, slots=True)
class Case:
    """A schema, the check that ran over it, and what it found."""

    id: str
    check: str
    ddl: tuple[str, ...]
    expected: tuple[Mapping[str, object], ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """Where we see it otherwise, and why."""

    reason: str
    left_alone: frozenset[str] = field(default_factory=frozenset[str])
    added: frozenset[str] = field(default_factory=frozenset[str])


_KEYS = {
    "custom.i_clients_last_name": 1,
    "custom.i_clients_last_first": 2,
    "custom.i_accounts_account_number_not_deleted": 1,
    "custom.i_accounts_number_balance_not_deleted": 2,
}
"""How many keys the indexes of `intersected_indexes` have."""
_DIFFERENCES: Mapping[str, Difference] = {
    "columns_with_inconsistent_types#onDatabaseWithThem": Difference(
        "id and created_at mean something else in each table, or another check reports them",
        left_alone=frozenset(
            f"custom.{column}"
            for column in (
                *("accounts.id", "clients.id", "t_uuid_id.id", "t_uuid_id.created_at"),
                *('"t-int-id".id', '"t-int-id".created_at'),
            )
        ),
    ),
    "foreign_keys_with_null_values#onDatabaseWithThem": Difference(
        "one nullable column beside required ones is how an optional reference is written",
        left_alone=frozenset({'custom.referencing_bad_table."referencing-bad-table-fk"'}),
    ),
    "foreign_keys_with_unmatched_column_type#onDatabaseWithThem": Difference(
        "varchar(51) has room for whatever the varchar(50) that it points at can hold",
        left_alone=frozenset({"custom.bad_clients.c_bad_clients_fk_email_phone"}),
    ),
    "intersected_foreign_keys#onDatabaseWithThem": Difference(
        "the same pairs of columns in another order: the check duplicate-foreign-key says so",
        left_alone=frozenset({"custom.client_preferences.c_client_preferences_email_phone_fk"}),
    ),
    "tables_where_all_columns_nullable_except_pk#onDatabaseWithThem": Difference(
        "a single column beside the key may well be all that is optional",
        left_alone=frozenset({"custom.bad_design"}),
    ),
    "tables_without_primary_key#shouldWorkWithPartitionedTablesAndPartitions": Difference(
        "the partitioned table is judged, not each of its partitions",
        left_alone=frozenset(
            {"custom.custom_entity_reference_with_very_very_very_long_name_1_default"}
        ),
    ),
}


def _cases() -> tuple[Case, ...]:
    if not _FILE.exists():
        return ()
    cases = TypeAdapter(tuple[Case, ...]).validate_python(json.loads(_FILE.read_text()))
    return tuple(case for case in cases if case.check in _OURS)


@pytest.mark.skipif(not _FILE.exists(), reason="the corpus of schema checks is not here")
@pytest.mark.parametrize("case", _cases(), ids=lambda case: case.id)
async def test_a_case_of_another_analyzer_is_found_or_explained(
    patient: Patient, case: Case
) -> None:
    difference = _DIFFERENCES.get(case.id, Difference("none"))
    await patient.admit(";\n".join(case.ddl) + ";")

    found = {each.subject.qualified_name for each in await patient.findings(*_OURS[case.check])}

    assert found == (_expected(case) - difference.left_alone) | difference.added


def _expected(case: Case) -> set[str]:
    return {_name(each) for each in case.expected}


def _name(entry: Mapping[str, object]) -> str:
    match entry:
        case {"intersected_indexes": str(names)}:
            return _shorter_index(names)
        case {"index_name": str(index), "columns": _, "table_name": str(table)} if _is_key(index):
            return f"{table}.{index.rpartition('.')[2]}"
        case {"index_name": str(index)}:
            return index
        case {"table_name": table, "constraint_name": name}:
            return f"{table}.{name}"
        case {"table_name": table, "column_name": name}:
            return f"{table}.{name}"
        case _:
            return f"{entry['table_name']}"


def _is_key(index: str) -> bool:
    """Tell the index of a primary key, which we know by its constraint."""
    return index.endswith("_pkey")


def _shorter_index(names: str) -> str:
    """Read `idx=a, size=1; idx=b, size=2`, of which only the shorter index is unnecessary."""
    return min(re.findall(r"idx=(\S+),", names), key=_KEYS.__getitem__)

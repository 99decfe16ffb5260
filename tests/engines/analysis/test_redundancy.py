"""Whatever indexes a table has, what is dropped is served by what stays."""

from hypothesis import given
from hypothesis import strategies as st

from server.engines.analysis.redundancy import redundant_indexes
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.index import Index, IndexKey

_TABLE = Identity("table", ("public", "t"))


def _key(column: str, *, descending: bool, nulls_first: bool) -> IndexKey:
    return IndexKey(
        column=column,
        expression=None,
        operator_class="int4_ops",
        is_default_operator_class=True,
        collation=None,
        is_descending=descending,
        is_nulls_first=nulls_first,
        statistics_target=None,
    )


def _index(number: int, keys: list[IndexKey], included: set[str], traits: list[bool]) -> Index:
    unique, constraint, late, lenient, clustered, part, valid = traits
    return Index(
        identity=Identity("index", ("public", f"i{number}")),
        parent=_TABLE,
        method="btree",
        keys=tuple(keys),
        included_columns=tuple(sorted(included)),
        predicate=None,
        is_unique=unique or constraint,
        is_primary=False,
        is_nulls_not_distinct=lenient and (unique or constraint),
        is_immediate=not (late and constraint),
        is_valid=valid,
        is_clustered=clustered,
        is_replica_identity=False,
        is_partitioned=False,
        options=(),
        tablespace=None,
        constraint=Identity("constraint", ("public", "t", f"i{number}")) if constraint else None,
        partition_of=Identity("index", ("public", "parent")) if part else None,
        definition="",
    )


_keys = st.builds(_key, st.sampled_from("abc"), descending=st.booleans(), nulls_first=st.booleans())
_shapes = st.tuples(
    st.lists(_keys, min_size=1, max_size=3),
    st.sets(st.sampled_from("cde"), max_size=2),
    st.lists(st.booleans(), min_size=7, max_size=7),
)
_indexes = st.lists(_shapes, max_size=7).map(
    lambda shapes: [_index(number, *shape) for number, shape in enumerate(shapes)]
)


@given(_indexes)
def test_what_serves_a_redundant_index_is_never_redundant(indexes: list[Index]) -> None:
    found = list(redundant_indexes(indexes))

    redundant = {each.index.identity for each in found}
    assert redundant.isdisjoint(each.served_by.identity for each in found)


@given(_indexes)
def test_without_the_redundant_ones_no_index_is_redundant(indexes: list[Index]) -> None:
    redundant = {each.index.identity for each in redundant_indexes(indexes)}

    kept = [each for each in indexes if each.identity not in redundant]
    assert list(redundant_indexes(kept)) == []


@given(_indexes)
def test_every_rule_that_is_dropped_is_kept_by_another(indexes: list[Index]) -> None:
    strict = [each for each in redundant_indexes(indexes) if each.index.is_unique]

    assert all(
        each.served_by.is_unique and each.served_by.key_columns == each.index.key_columns
        for each in strict
    )


@given(_indexes)
def test_the_order_in_which_indexes_come_does_not_matter(indexes: list[Index]) -> None:
    backwards = list(redundant_indexes(reversed(indexes)))

    assert backwards == list(redundant_indexes(indexes))

"""Comparing facts by the rules of their fields, whatever their kind."""

from dataclasses import dataclass, replace
from typing import Annotated, ClassVar

import pytest

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.compare import Expression, Rule, compared_fields
from server.engines.catalog.diff import Added, Changed, Removed, changes, differences
from server.engines.catalog.fact import Fact
from server.engines.catalog.fingerprint import fingerprint, payload_fingerprint
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.role import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A value inside a fact, with rules of its own."""

    text: Expression | None
    note: Annotated[str, Rule.IGNORED] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing(Fact):
    """A fact with a field of each rule."""

    kind: ClassVar[str] = "thing"

    exact: str = "a"
    set_of: Annotated[tuple[str, ...], Rule.AS_SET] = ("a", "b")
    expression: Expression | None = "(ARRAY['a'::character varying])::text[]"
    expressions: Annotated[tuple[str, ...], Rule.SECOND_DEPARSE] = ()
    order: Annotated[tuple[str, ...], Rule.RELATIVE_ORDER] = ("a", "b")
    ignored: Annotated[int, Rule.IGNORED] = 1
    parts: tuple[Part, ...] = ()


_THING = Thing(identity=Identity("thing", ("s", "t")))
_STABLE = "ARRAY[('a'::character varying)::text]"


def _catalog(*facts: Fact) -> Catalog:
    return Catalog(18, {fact.identity: fact for fact in facts})


@pytest.mark.parametrize(
    "other",
    [
        _THING,
        replace(_THING, set_of=("b", "a")),
        replace(_THING, expression=_STABLE),
        replace(_THING, order=("a", "c", "b")),
        replace(_THING, order=("b",)),
        replace(_THING, ignored=2),
    ],
)
def test_values_that_are_equal_by_their_rule_are_no_change(other: Thing) -> None:
    assert changes(_THING, other) == ()


@pytest.mark.parametrize(
    ("other", "field"),
    [
        (replace(_THING, exact="b"), "exact"),
        (replace(_THING, set_of=("a",)), "set_of"),
        (replace(_THING, expression="b"), "expression"),
        (replace(_THING, expression=None), "expression"),
        (replace(_THING, expressions=("a",)), "expressions"),
        (replace(_THING, order=("b", "a")), "order"),
        (replace(_THING, parts=(Part(text="a"),)), "parts"),
        (replace(_THING, parent=Identity("schema", ("s",))), "parent"),
    ],
)
def test_a_change_names_the_field_with_both_values(other: Thing, field: str) -> None:
    (change,) = changes(_THING, other)

    assert change.field == field
    assert (change.old, change.new) == (getattr(_THING, field), getattr(other, field))


def test_a_value_inside_a_fact_compares_by_its_own_rules() -> None:
    one = replace(_THING, parts=(Part(text=_THING.expression, note="a"),))
    other = replace(_THING, parts=(Part(text=_STABLE, note="b"),))

    assert changes(one, other) == ()


def test_what_only_one_side_has_was_added_or_removed() -> None:
    other = replace(_THING, identity=Identity("thing", ("s", "a")))

    assert differences(_catalog(_THING), _catalog(other)) == (Added(other), Removed(_THING))


def test_another_order_of_columns_can_be_told_apart() -> None:
    (changed,) = differences(_catalog(_THING), _catalog(replace(_THING, order=("b", "a"))))

    assert isinstance(changed, Changed)
    assert changed.is_of_order_only


def test_what_all_databases_share_is_compared_only_when_asked_for() -> None:
    role = Role(
        identity=Identity("role", ("bob",)),
        is_superuser=False,
        inherits=True,
        can_create_roles=False,
        can_create_databases=False,
        can_log_in=True,
        can_replicate=False,
        bypasses_row_security=False,
        connection_limit=-1,
        settings=(),
    )

    assert differences(_catalog(), _catalog(role)) == ()
    assert differences(_catalog(), _catalog(role), is_cluster_compared=True) == (Added(role),)
    assert fingerprint(_catalog(role)) == fingerprint(_catalog())


def test_a_fingerprint_is_the_same_in_every_process() -> None:
    # Written down from another process: a change of it makes stored fingerprints worthless.
    assert fingerprint(_catalog(_THING)) == (
        "272f8d88d7fbe36ef79020daf7b7ddf837fcaa420c2d1ff88709de3b936c30f0"
    )


@pytest.mark.parametrize(
    "other",
    [
        replace(_THING, set_of=("b", "a")),
        replace(_THING, expression=_STABLE),
        replace(_THING, order=("b", "a")),
        replace(_THING, ignored=2),
    ],
)
def test_equal_schemas_have_one_fingerprint_and_the_order_of_columns_is_no_part(
    other: Thing,
) -> None:
    assert fingerprint(_catalog(other)) == fingerprint(_catalog(_THING))


def test_another_schema_has_another_fingerprint() -> None:
    assert fingerprint(_catalog(replace(_THING, exact="b"))) != fingerprint(_catalog(_THING))


def test_a_payload_does_not_know_its_name() -> None:
    renamed = replace(_THING, identity=Identity("thing", ("s", "new")))

    assert payload_fingerprint(renamed) == payload_fingerprint(_THING)
    assert payload_fingerprint(replace(renamed, exact="b")) != payload_fingerprint(_THING)


def test_the_rule_of_a_field_is_found_inside_unions() -> None:
    rules = {field.name: field.rule for field in compared_fields(Thing)}

    assert rules["expression"] is Rule.SECOND_DEPARSE
    assert "ignored" not in rules

"""Identities and their text: one form, read back to the same identity whatever a name holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.engines.catalog.identity import Identity
from server.errors import InvalidInputError

_KINDS = st.sampled_from(["table", "column", "routine", "operator_class", "comment"])
_NAMES = st.one_of(
    st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=8),
    st.sampled_from(["", "a", "A", '"', '""', ".", "::", ":", "(", ")", ",", "a.b", "\n", "x::y"]),
)
_ARGUMENTS = st.none() | st.lists(_NAMES, max_size=3).map(tuple)
_ROOTS = st.builds(Identity, _KINDS, st.lists(_NAMES, max_size=3).map(tuple), _ARGUMENTS)
_IDENTITIES = st.builds(
    Identity, _KINDS, st.lists(_NAMES, max_size=3).map(tuple), _ARGUMENTS, st.none() | _ROOTS
)


@pytest.mark.parametrize(
    ("identity", "text"),
    [
        (Identity("table", ("public", "orders")), "table:public.orders"),
        (Identity("column", ("public", "Orders", "a.b")), 'column:public."Orders"."a.b"'),
        (Identity("routine", ("s", "f"), ("integer", "text[]")), "routine:s.f(integer,text[])"),
        (Identity("routine", ("public", "f"), ()), "routine:public.f()"),
        (Identity("routine", ("p", "f"), ('p."A b"',)), 'routine:p.f("p.""A b""")'),
        (Identity("cast", (), ("integer", "text")), "cast:(integer,text)"),
        (Identity("comment", (), of=Identity("schema", ("app",))), "comment:::schema:app"),
        (
            Identity("privilege", ("", "bob"), of=Identity("schema", ("app",))),
            'privilege:"".bob::schema:app',
        ),
    ],
)  # fmt: skip
def test_an_identity_has_one_text(identity: Identity, text: str) -> None:
    assert str(identity) == text


@given(_IDENTITIES)
def test_the_text_of_an_identity_reads_back(identity: Identity) -> None:
    assert Identity.parse(str(identity)) == identity


@given(_IDENTITIES, _IDENTITIES)
def test_two_identities_never_share_a_text(one: Identity, other: Identity) -> None:
    assert (str(one) == str(other)) == (one == other)


@given(st.lists(_IDENTITIES))
def test_identities_have_an_order(identities: list[Identity]) -> None:
    backwards = identities[::-1]

    assert sorted(identities) == sorted(backwards)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "table",
        "table:a.",
        "table:A",
        'table:"a',
        "routine:a.f(",
        "routine:a.f(x,)",
        "table:a b",
    ],
)
def test_what_is_no_identity_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(InvalidInputError, match="position"):
        Identity.parse(text)


@given(st.text())
def test_any_text_is_an_identity_or_refused(text: str) -> None:
    try:
        identity = Identity.parse(text)
    except InvalidInputError:
        return
    assert Identity.parse(str(identity)) == identity


@pytest.mark.parametrize(
    ("text", "schema", "name"),
    [
        ("schema:app", None, "app"),
        ("table:app.orders", "app", "orders"),
        ("column:app.orders.id", "app", "id"),
        ("comment:::column:app.orders.id", "app", ""),
        ("cast:(a,b)", None, ""),
        ("publication_table:news::table:app.orders", "app", "news"),
    ],
)
def test_an_identity_knows_its_schema_and_name(text: str, schema: str | None, name: str) -> None:
    identity = Identity.parse(text)

    assert (identity.schema, identity.name) == (schema, name)

"""Arrays that pg_catalog is made of: the driver would ask each session anew what they are.

That question is the dearest of all that are asked to read a catalog. Only types that every server
has under the same number stand here: those of `pg_type.dat`, where an array of one of the driver's
own types has a number of its own.
"""

from collections.abc import Mapping, Sequence

_ELEMENTS = {
    # The number and the name of the array, and the number of its elements.
    1000: ("_bool", 16),
    1002: ("_char", 18),
    1003: ("_name", 19),
    1005: ("_int2", 21),
    1007: ("_int4", 23),
    1016: ("_int8", 20),
}

ARRAY_TYPES: Sequence[Mapping[str, object]] = tuple(
    {
        "oid": number,
        "ns": "pg_catalog",
        "name": name,
        "kind": b"b",
        "basetype": None,
        "elemtype": element,
        "elemdelim": ",",
        "range_subtype": None,
        "attrtypoids": None,
        "attrnames": None,
    }
    for number, (name, element) in _ELEMENTS.items()
)
"""The records that the driver would read about them."""

"""Values of PostgreSQL's own scalar types, as the texts that their input functions read."""

from collections.abc import Callable, Mapping

from server.engines.migration.proof.seed.flavor import Flavor

ROWS = 4
_HEADER = 4  # what a length in a modifier counts besides: the bytes of PostgreSQL's own header
_SCALE_BITS, _SCALE_SIGN = 0x7FF, 0x400
_LONG = 300

_COUNT = ("1", "2", "3", "4")
_LOOSE = ("1.23456789", "2.5", "3", "12345678901234567890.0625")

Values = Callable[[int, Flavor], tuple[str, ...]]


def scalar(name: str, modifier: int, flavor: Flavor) -> tuple[str, ...]:
    """Return distinct texts for a type that pg_type calls so, none if it is not known here."""
    values = _TYPES.get(name)
    return values(modifier, flavor) if values else ()


def spare(name: str) -> tuple[str, ...]:
    """Return more texts, for columns that a condition must be met for."""
    return _SPARE_NUMBERS if name in _NUMBERS else _SPARE.get(name, ())


def length_limit(name: str, modifier: int) -> int | None:
    """Return how many characters a text may have, None if any number."""
    return modifier - _HEADER if name in {"varchar", "bpchar"} and modifier >= _HEADER else None


def is_text(name: str) -> bool:
    """Whether the type holds any characters."""
    return name in _TEXTS


def is_number(name: str) -> bool:
    """Whether the type holds numbers."""
    return name in _NUMBERS


_TEXTS = frozenset(("text", "varchar", "bpchar", "name", "citext"))
_NUMBERS = frozenset(("int2", "int4", "int8", "numeric", "float4", "float8", "money", "oid"))
_SPARE_NUMBERS = ("0", "5", "10", "50", "100", "1000")


def _fixed(*texts: str) -> Values:
    return lambda _modifier, _flavor: texts


def _whole(largest: str) -> Values:
    def values(_modifier: int, flavor: Flavor) -> tuple[str, ...]:
        return ("1", "2", "3", largest if flavor is Flavor.RICH else "4")

    return values


def _either(rich: tuple[str, ...], tame: tuple[str, ...]) -> Values:
    return lambda _modifier, flavor: rich if flavor is Flavor.RICH else tame


def _text(modifier: int, flavor: Flavor) -> tuple[str, ...]:
    limit = length_limit("varchar", modifier) or _LONG
    if flavor is Flavor.TAME:
        return _COUNT
    # The last one ends in blanks, which a change to char(n) takes away, unless it is cut.
    texts = ("alpha", "Beta b", "3 gämma", ("4" + "x" * min(limit, _LONG))[: limit - 1] + " ")
    return tuple(text[:limit] for text in texts) if limit > 1 else ("a", "B", "3", "4")


def _numeric(modifier: int, flavor: Flavor) -> tuple[str, ...]:
    if modifier < _HEADER:
        return _LOOSE if flavor is Flavor.RICH else _COUNT
    precision, scale = (modifier - _HEADER) >> 16, (modifier - _HEADER) & _SCALE_BITS
    scale = scale - _SCALE_BITS - 1 if scale & _SCALE_SIGN else scale
    whole = precision - scale
    if whole <= 0:
        return tuple(f"{each:.{scale}f}" for each in (0, 0.1**scale, 0.2**scale, 0.3**scale))
    starts = (*_COUNT[:3], "9" * whole if flavor is Flavor.RICH else "4")
    fraction = "" if scale <= 0 or flavor is Flavor.TAME else "." + "123456789" * scale
    return tuple(start + fraction[: scale + 1] for start in starts)


def _bits(modifier: int, _flavor: Flavor) -> tuple[str, ...]:
    length = max(modifier, 1)
    texts = (format(number, "b")[-length:].zfill(length) for number in (1, 2, 5, 6))
    return tuple(dict.fromkeys(texts))


def _vector(modifier: int, _flavor: Flavor) -> tuple[str, ...]:
    size = modifier if modifier > 0 else 3
    return tuple(f"[{','.join([str(number)] * size)}]" for number in (1, 2, 3, 4))


_DAYS = ("2024-01-31", "2024-02-29", "2024-03-15", "2025-12-31")
_MORE_DAYS = ("2023-06-01", "2024-06-15", "2026-06-01")
_CLOCK = ("00:00:01.000001", "12:34:56.789012", "23:59:59.5", "06:00:00")
_MOMENTS = tuple(f"{day} {clock}" for day, clock in zip(_DAYS, _CLOCK, strict=True))
_MIDNIGHTS = tuple(f"{day} 00:00:00" for day in _DAYS)
_SPARE = {
    **dict.fromkeys(_TEXTS, ("", "ABC", "abc", "a-b", "a@example.com", "https://example.com/a")),
    "date": _MORE_DAYS,
    "timestamp": _MORE_DAYS,
    "timestamptz": _MORE_DAYS,
    "json": ("{}", "[]", '"a"'),
    "jsonb": ("{}", "[]", '"a"'),
    "interval": ("0", "1 hour", "1 year"),
}
_TYPES: Mapping[str, Values] = {
    "bool": _fixed("true", "false"),
    "int2": _whole("32767"),
    "int4": _whole("2147483647"),
    "int8": _whole("9223372036854775807"),
    "oid": _whole("4"),
    "float4": _either(("1.5", "2.25", "0.1", "123456.79"), _COUNT),
    "float8": _either(("1.5", "2.25", "0.1", "123456789.123456"), _COUNT),
    "numeric": _numeric,
    "money": _either(("1.25", "2.50", "3.75", "1234.99"), _COUNT),
    **dict.fromkeys(_TEXTS, _text),
    "char": _fixed("a", "b", "c", "d"),
    "bytea": _fixed(r"\x01", r"\xdeadbeef", r"\x00ff", r"\x5c27"),
    "date": _fixed(*_DAYS),
    "timestamp": _either(_MOMENTS, _MIDNIGHTS),
    "timestamptz": _either(
        tuple(f"{moment}+00" for moment in _MOMENTS), tuple(f"{day}+00" for day in _MIDNIGHTS)
    ),
    "time": _either(_CLOCK, ("01:00:00", "02:00:00", "03:00:00", "04:00:00")),
    "timetz": _fixed(*(f"{clock}+00" for clock in _CLOCK)),
    "interval": _either(
        ("1 day 02:03:04.567891", "2 mons 00:00:01.5", "3 days", "04:00:00.000001"),
        ("1 day", "2 days", "3 days", "4 days"),
    ),
    "uuid": _fixed(*(f"0000000{number}-0000-4000-8000-000000000000" for number in range(1, 5))),
    "json": _fixed('{"b": 1,  "a": [1, 2.50], "a": 2}', '{"k": null}', "[1]", '{"z": "ä"}'),
    "jsonb": _fixed('{"a": 1}', '{"b": [1, 2.50]}', '{"k": null}', '{"z": "ä"}'),
    "jsonpath": _fixed("$.a", "$.b", "$.c", "$.d"),
    "xml": _fixed("<a>1</a>", "<a>2</a>", "<a>3</a>", "<a>4</a>"),
    "inet": _fixed("10.0.0.1", "10.0.0.2/24", "::1", "192.168.0.1"),
    "cidr": _fixed("10.0.0.0/8", "192.168.1.0/24", "::/64", "10.1.0.0/16"),
    "macaddr": _fixed(*(f"08:00:2b:01:02:0{number}" for number in range(1, 5))),
    "macaddr8": _fixed(*(f"08:00:2b:01:02:03:04:0{number}" for number in range(1, 5))),
    "bit": _bits,
    "varbit": _bits,
    "point": _fixed("(1,1)", "(2,2.5)", "(3,3)", "(4,4)"),
    "line": _fixed("{1,-1,0}", "{1,-1,1}", "{1,-1,2}", "{1,-1,3}"),
    "lseg": _fixed("[(0,0),(1,1)]", "[(2,2),(3,3)]", "[(4,4),(5,5)]", "[(6,6),(7,7)]"),
    "box": _fixed("(1,1),(0,0)", "(3,3),(2,2)", "(5,5),(4,4)", "(7,7),(6,6)"),
    "path": _fixed("((0,0),(1,1))", "[(0,0),(2,2)]", "((0,0),(3,3))", "((0,0),(4,4))"),
    "polygon": _fixed(*(f"((0,0),({number},1),({number},0))" for number in range(1, 5))),
    "circle": _fixed("<(0,0),1>", "<(5,5),1>", "<(10,10),1>", "<(15,15),1>"),
    "tsvector": _fixed("'cat':1 'dog':2", "'bird':1", "'fish':1", "'fox':1"),
    "tsquery": _fixed("'cat' & 'dog'", "'bird'", "'fish'", "'fox'"),
    "pg_lsn": _fixed("0/16B3740", "0/16B3748", "0/16B3750", "0/16B3758"),
    "pg_snapshot": _fixed("10:20:10,14", "10:20:", "11:20:", "12:20:"),
    "txid_snapshot": _fixed("10:20:10,14", "10:20:", "11:20:", "12:20:"),
    "xid": _fixed("3", "4", "5", "6"),
    "xid8": _fixed("3", "4", "5", "6"),
    "cid": _fixed("1", "2", "3", "4"),
    "tid": _fixed("(0,1)", "(0,2)", "(0,3)", "(0,4)"),
    "regclass": _fixed("pg_catalog.pg_class", "pg_catalog.pg_type"),
    "regtype": _fixed("integer", "text", "boolean", "uuid"),
    "regproc": _fixed("pg_catalog.now", "pg_catalog.pi"),
    "regprocedure": _fixed("pg_catalog.now()", "pg_catalog.pi()"),
    "regnamespace": _fixed("pg_catalog", "pg_toast"),
    "regconfig": _fixed("pg_catalog.simple"),
    "regdictionary": _fixed("pg_catalog.simple"),
    "refcursor": _fixed("c1", "c2", "c3", "c4"),
    "int2vector": _fixed("1 2", "3", "4", "5"),
    "oidvector": _fixed("1 2", "3", "4", "5"),
    "hstore": _fixed("a=>1", "b=>2", "c=>NULL", "d=>4"),
    "ltree": _fixed("a", "a.b", "a.b.c", "d"),
    "lquery": _fixed("a.*", "b.*", "c.*", "d.*"),
    "ltxtquery": _fixed("a & b", "b", "c", "d"),
    "cube": _fixed("(1, 2)", "(3, 4)", "(5, 6)", "(7, 8)"),
    "seg": _fixed("1", "2", "3", "4"),
    "vector": _vector,
    "halfvec": _vector,
}

"""Bodies that must be refused, and texts that must be nothing but text.

Starts from a body that the endpoint takes. All but the texts are wrong, so a right server keeps
nothing; a wrong one may keep a row for each probe that says so, and a right one may for the
texts, which are legitimate values. Nothing here changes or deletes what exists: a quote breaks a
statement that it is pasted into, and no probe ends one or widens its condition.
"""

import gzip
import re
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import parse_qsl, urlencode

from server.engines.loadtest.attacks.pattern import ANSWERED, Aim, Pattern, Probe, Twins
from server.engines.loadtest.attacks.requests import (
    JSON,
    at,
    encoded,
    plain,
    with_bytes,
    with_json,
    with_raw_member,
)
from server.engines.loadtest.failure import Failure

_REFUSED: Final = frozenset({400, 422})
_TOO_LARGE: Final = frozenset({400, 413, 422})
_WRONG_KIND: Final = frozenset({400, 415, 422})
_CUT_OFF: Final = frozenset({Failure.RESET, Failure.CLOSED})
"""What is left of a 413 when a server closes while the body is still being written."""
_MEMBERS: Final = 8  # of a body that are varied one by one
_TEXTS: Final = 2  # of those that are texts, for what differs little from text to text
_LONG_TEXT: Final = 1 << 20
_LARGE_BODY: Final = 12 << 20
_NESTING: Final = 100_000
_PRODUCT: Final = "1787569"  # of 1337 and 1337: nobody says it who did not calculate
_SECTION: Final = "validation"
# Names of what is counted or paid, of which there is never less than none.
_COUNTED: Final = re.compile(
    r"quantity|qty|amount|count|price|total|size|limit|stock|seats|age", re.IGNORECASE
)


def _probes(aim: Aim) -> tuple[Probe, ...]:
    return (
        *_documents(aim),
        *_members(aim),
        *_encodings(aim),
        *_values(aim),
        *_sizes(aim),
        *_kinds(aim),
        *_texts(aim),
        *_paths(aim),
    )


def _twins(_: Aim) -> tuple[Twins, ...]:
    return ()


def _documents(aim: Aim) -> Iterator[Probe]:
    for name, body in {
        "cut-short": encoded(aim.sample)[:-1],
        "two-documents": encoded(aim.sample) * 2,
        "array-of-it": encoded([aim.sample]),
        "null": b"null",
        "no-body": b"",
    }.items():
        yield Probe(
            f"document-{name}",
            (with_bytes(aim.message, body),),
            _REFUSED | {411},
            "what is no single JSON object must end at the parser, not in a handler",
            _SECTION,
            could_write=name == "two-documents",
        )


def _members(aim: Aim) -> Iterator[Probe]:
    privileged = {
        name: value
        for name, value in {
            "role": "admin",
            "isAdmin": True,
            "is_admin": True,
            "tenant_id": "00000000-0000-4000-8000-000000000000",
            "verified": True,
        }.items()
        if name not in aim.sample
    }
    inherited = {"isAdmin": True}
    for name, members, why in (
        ("unknown", {"probe_unknown_member": 1}, "a member nobody reads is a typo nobody sees"),
        ("privileged", privileged, "a body that is spread into a row sets what was never offered"),
        (
            "prototype",
            {"__proto__": inherited, "constructor": {"prototype": inherited}},
            "a deep merge of these keys changes every object of a JavaScript process",
        ),
    ):
        yield Probe(
            f"member-{name}",
            (with_json(aim.message, {**aim.sample, **members}),),
            _REFUSED,
            why,
            "mass-assignment",
            could_write=True,
        )
    first, value = next(iter(aim.sample.items()))
    twice = encoded({first: value})[:-1] + b"," + encoded(aim.sample)[1:]
    yield Probe(
        "member-twice",
        (with_bytes(aim.message, twice),),
        _REFUSED,
        "of two equal keys the gateway checks one and the service uses the other (RFC 8259, 4)",
        _SECTION,
        could_write=True,
    )


def _encodings(aim: Aim) -> Iterator[Probe]:
    for member in _texts_of(aim.sample):
        for what, raw, why in (
            ("invalid-utf-8", b'"probe\xff\xfe"', "JSON is UTF-8 and nothing else (RFC 8259, 8.1)"),
            ("lone-surrogate", b'"probe\\ud800"', "half a character cannot be stored as UTF-8"),
            ("nul", b'"probe\\u0000"', "PostgreSQL stores no NUL in text: a late 500, or cut off"),
        ):
            yield Probe(
                f"{what}:{member[:60]}",
                (with_bytes(aim.message, with_raw_member(aim.sample, member, raw)),),
                _REFUSED,
                why,
                _SECTION,
                could_write=True,
            )


def _values(aim: Aim) -> Iterator[Probe]:
    for name, value in _varied(aim.sample).items():
        for what, raw in _wrong_values(name, value).items():
            yield Probe(
                f"{what}:{name[:60]}",
                (with_bytes(aim.message, with_raw_member(aim.sample, name, raw)),),
                _REFUSED,
                _WHY[what],
                _SECTION,
                could_write=True,
            )


_WHY: Final = {
    "operator": "an object where a text belongs is an operator to a document store",
    "number-for-text": "a coerced value is another value than the one that was checked",
    "text-for-number": "a coerced value is another value than the one that was checked",
    "text-for-bool": "`no` is true to most languages",
    "beyond-double": "1e400 becomes infinity, and infinity passes every lower bound",
    "beyond-64-bit": "a number that no column holds must be refused before the database does",
    "not-a-number": "NaN is no JSON and compares false to every bound",
    "negative": "a negative quantity is a refund; no finding if this member may be below 0",
    "text-for-list": "a text has a length and an iterator, so it passes for a list",
    "text-for-object": "members of a text are undefined, and undefined passes many checks",
}


def _wrong_values(name: str, value: object) -> dict[str, bytes]:
    match value:
        case bool():
            return {"text-for-bool": b'"no"'}
        case int() | float():
            signed = {"negative": b"-1"} if _COUNTED.search(name) and value >= 0 else {}
            return {
                "text-for-number": b'"1e3"',
                "beyond-double": b"1e400",
                "beyond-64-bit": b"9223372036854775808",
                "not-a-number": b"NaN",
                **signed,
            }
        case str():
            return {"operator": b'{"$ne":null}', "number-for-text": b"7"}
        case list():
            return {"text-for-list": b'"probe"'}
        case dict():
            return {"text-for-object": b'"probe"'}
        case _:
            return {}


def _sizes(aim: Aim) -> Iterator[Probe]:
    body, sample = encoded(aim.sample), aim.sample
    first = next(iter(sample))
    nested = b"[" * _NESTING + b"]" * _NESTING
    padded = body + b" " * _LARGE_BODY
    yield Probe(
        "nesting",
        (with_bytes(aim.message, with_raw_member(sample, first, nested)),),
        _TOO_LARGE,
        f"{_NESTING:,} levels exhaust the stack of a parser that recurses",
        _SECTION,
        tolerates=_CUT_OFF,
        could_write=True,
    )
    yield Probe(
        "large-body",
        (with_bytes(aim.message, padded),),
        _TOO_LARGE,
        f"{_LARGE_BODY >> 20} MiB of blanks behind a valid body are memory before any rule is read",
        "resource-exhaustion",
        tolerates=_CUT_OFF,
        could_write=True,
    )
    zipped = gzip.compress(padded, mtime=0)
    yield Probe(
        "compressed-bomb",
        (with_bytes(aim.message, zipped, JSON, ("Content-Encoding", "gzip")),),
        _TOO_LARGE | {415},
        "a limit that counts what arrives lets a thousand times as much be inflated",
        "resource-exhaustion",
        tolerates=_CUT_OFF,
        could_write=True,
    )
    for member in _texts_of(sample):
        yield Probe(
            f"long-text:{member[:60]}",
            (with_json(aim.message, {**sample, member: "A" * _LONG_TEXT}),),
            _TOO_LARGE,
            "a text without a largest length is stored, indexed, logged and sent again in full",
            _SECTION,
            tolerates=_CUT_OFF,
            could_write=True,
        )


def _kinds(aim: Aim) -> Iterator[Probe]:
    body = encoded(aim.sample)
    entity = f'<!DOCTYPE a [<!ENTITY probe "{_PRODUCT}">]><a>&probe;</a>'.encode()
    form = ("Content-Type", "application/x-www-form-urlencoded")
    text = ("Content-Type", "text/plain")
    for name, content, kinds, why in (
        ("text", body, (text,), "a browser sends text/plain across sites without asking first"),
        ("form", body, (form,), "a browser sends forms across sites without asking first"),
        ("conflicting", body, (JSON, text), "of two content types the proxy checks one only"),
        (
            "xml",
            entity,
            (("Content-Type", "application/xml"),),
            "a parser that nobody meant to offer reads entities, and files through them",
        ),
    ):
        yield Probe(
            f"content-type-{name}",
            (with_bytes(aim.message, content, *kinds),),
            _WRONG_KIND | {406},
            why,
            "csrf" if name in {"text", "form"} else _SECTION,
            must_not_say=(_PRODUCT,),
            could_write=name != "xml",
        )


def _texts(aim: Aim) -> Iterator[Probe]:
    for member in _texts_of(aim.sample):
        for what, text, why in (
            ("sql", "probe'\"\\", "a quote that breaks the statement was pasted into it"),
            ("ldap", "probe*)(uid=", "a parenthesis that breaks the filter was pasted into it"),
            (
                "template",
                "{{1337*1337}}${1337*1337}<%=1337*1337%>#{1337*1337}$((1337*1337))",
                f"who answers {_PRODUCT} has run the text as a template, expression or command",
            ),
            ("format", "%s%n{0.__class__}%x", "a text used as a format reads memory or attributes"),
        ):
            yield Probe(
                f"{what}-in-text:{member[:60]}",
                (with_json(aim.message, {**aim.sample, member: text}),),
                ANSWERED,
                why,
                "injection",
                must_not_say=(_PRODUCT, "<class '"),
                could_write=True,
            )


def _paths(aim: Aim) -> Iterator[Probe]:
    path, _, query = aim.message.path.partition("?")
    reading = plain(aim.message)
    climbed = ("../../../../../../etc/passwd", "..%2f..%2f..%2f..%2f..%2f..%2fetc%2fpasswd")
    for number, climb in enumerate(climbed, start=1):
        paths = [f"{path.rstrip('/')}/{climb.replace('../', '%2e%2e%2f')}"]
        names = [name for name, _ in parse_qsl(query, keep_blank_values=True)]
        paths += [f"{path}?{urlencode({name: climb})}" for name in names[:_MEMBERS]]
        yield Probe(
            f"traversal-{number}",
            tuple(at(reading, each) for each in paths),
            ANSWERED,
            "a name that climbs out of its folder, encoded once and twice, reads any file",
            "file-uploads",
            requests=len(paths),
            must_not_say=("root:x:0:0",),
        )


def _varied(sample: Mapping[str, object]) -> dict[str, object]:
    return dict([*sample.items()][:_MEMBERS])


def _texts_of(sample: Mapping[str, object]) -> tuple[str, ...]:
    """Return the first members that are texts: enough for what is the same in each."""
    return tuple(name for name, value in sample.items() if isinstance(value, str))[:_TEXTS]


PATTERN = Pattern(_probes, _twins, methods=frozenset({"POST", "PUT", "PATCH"}))

"""Requests made from the one a caller gave: another body, another header, another path."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from server.engines.loadtest.plan import Message

JSON: Final = ("Content-Type", "application/json")


def with_json(base: Message, value: object) -> Message:
    """Return the request with a JSON body."""
    return with_bytes(base, encoded(value))


def with_bytes(base: Message, body: bytes, *kinds: tuple[str, str]) -> Message:
    """Return the request with a body and the headers that say what it is; JSON without any."""
    headers = without(base, "content-type", "content-encoding").headers
    return replace(base, headers=(*headers, *(kinds or (JSON,))), body=body)


def with_header(base: Message, *headers: tuple[str, str]) -> Message:
    """Return the request with these headers, in place of its own of the same names."""
    names = {name.lower() for name, _ in headers}
    return replace(base, headers=(*without(base, *names).headers, *headers))


def without(base: Message, *names: str) -> Message:
    """Return the request without the headers of these names, given in lower case."""
    kept = tuple(header for header in base.headers if header[0].lower() not in names)
    return replace(base, headers=kept)


def plain(base: Message, method: str = "GET") -> Message:
    """Return the request without a body, with a method that writes nothing."""
    return replace(without(base, "content-type", "content-encoding"), method=method, body=b"")


def at(base: Message, path: str) -> Message:
    """Return the request for another path."""
    return replace(base, path=path)


def encoded(value: object) -> bytes:
    """Return a value as compact JSON in ASCII."""
    return json.dumps(value, separators=(",", ":")).encode()


def with_raw_member(sample: Mapping[str, object], name: str, raw: bytes) -> bytes:
    """Return an object in which one member's value is written as `raw`, well-formed or not."""
    members = [
        encoded(each) + b":" + (raw if each == name else encoded(value))
        for each, value in sample.items()
    ]
    return b"{" + b",".join(members) + b"}"


def host(base: Message) -> str:
    """Return the value of the Host header."""
    return next((value for name, value in base.headers if name.lower() == "host"), "")

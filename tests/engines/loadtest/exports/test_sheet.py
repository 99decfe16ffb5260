import pytest

from server.engines.loadtest.exports.sheet import sheet
from server.engines.loadtest.plan import Message, Target
from tests.engines.loadtest.exports.plans import plan


@pytest.mark.parametrize(
    "header",
    [
        "Authorization",
        "proxy-authorization",
        "Cookie",
        "X-API-Key",
        "apikey",
        "X-Auth-Token",
        "x-csrf-token",
        "X-Hub-Signature",
        "X-Session-Id",
        "X-Client-Secret",
        "X-Password",
        "X-Amz-Credential",
    ],
)
def test_a_header_that_may_hold_a_secret_is_read_from_the_environment(header: str) -> None:
    prepared = sheet(plan(targets=(Target("a", (Message("GET", "/", ((header, "s3cr3t"),)),)),)))

    (message,) = prepared.targets[0].messages
    assert message.headers == ()
    assert message.secrets == ((header, prepared.variables[0]),)


def test_headers_that_the_tools_write_are_left_out() -> None:
    headers = (("Host", "a"), ("Content-Length", "3"), ("Accept", "*/*"))
    prepared = sheet(plan(targets=(Target("a", (Message("GET", "/", headers),)),)))

    assert prepared.targets[0].messages[0].headers == (("Accept", "*/*"),)


@pytest.mark.parametrize(
    ("host", "port", "origin"),
    [("a.example", 80, "http://a.example"), ("::1", 8080, "http://[::1]:8080")],
)
def test_the_origin_is_written_as_in_a_url(host: str, port: int, origin: str) -> None:
    assert sheet(plan(host=host, port=port)).origin == origin


def test_right_statuses_are_runs() -> None:
    assert [target.right for target in sheet(plan()).targets] == [
        ((100, 399),),
        ((201, 201), (409, 410)),
        ((100, 399),),
    ]

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.engines.loadtest.reach.url import TargetUrl, parse_url
from server.errors import InvalidInputError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http://127.0.0.1/x?y=1", TargetUrl("http", "127.0.0.1", 80, "/x?y=1")),
        ("https://api.example.com", TargetUrl("https", "api.example.com", 443, "/")),
        ("http://[::1]:8/", TargetUrl("http", "::1", 8, "/")),
        ("http://EXAMPLE.com./#part", TargetUrl("http", "example.com", 80, "/")),
        ("http://b\u00fccher.de/\u00e4", TargetUrl("http", "xn--bcher-kva.de", 80, "/%C3%A4")),
        ("http://h/a%20b", TargetUrl("http", "h", 80, "/a%20b")),
    ],
)
def test_a_url_is_read_as_browsers_read_it(text: str, expected: TargetUrl) -> None:
    assert parse_url(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "http://2130706433/",
        "http://0177.0.0.1/",
        "http://0x7f.1/",
        "http://127.1/",
        "http://0/",
        "http://\u2460\u2461\u2466.\u24ea.\u24ea.\u2460/",
        "http://user:hidden@127.0.0.1/",
        "http://127.0.0.1:80@example.com/",
        "http://example.com\\@127.0.0.1/",
        "http://127.0.0.1\t/",
        "http://127.0.0.1/a b",
        "http://h/\r\nX: 1",
        "http://localhost%00/",
        "http://a..b/",
        "http://-a/",
        "http://h:0/",
        "http://h:99999/",
        "http://[::1/",
        "http:///x",
        "ftp://h/",
        "file:///etc/passwd",
        "//h/",
        "",
    ],
)
def test_what_programs_read_differently_or_hides_something_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        parse_url(text)

    assert "hidden" not in str(refused.value)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_and_what_is_read_is_one_printable_line(text: str) -> None:
    try:
        url = parse_url(f"http://{text}")
    except InvalidInputError:
        return

    assert url.path.startswith("/")
    assert url.path.isascii()
    assert url.path.isprintable()
    assert " " not in url.path
    assert parse_url(str(url)) == url

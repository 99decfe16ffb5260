import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from server.engines.loadtest.deck import Template, messages
from server.engines.loadtest.message import http_1
from server.engines.loadtest.rows import read_rows
from server.errors import InvalidInputError


def test_each_row_makes_a_request_with_its_values_encoded_for_their_place() -> None:
    template = Template(
        "post", "h:1", "/users/{{id}}?q={{ name }}", (("X-Name", "{{id}}"),), {"n": "{{name}}"}
    )

    made = messages(template, [{"id": 7, "name": 'a b/"c"'}, {"id": "x", "name": None}], "run-1")

    assert [each.path for each in made] == ["/users/7?q=a%20b%2F%22c%22", "/users/x?q=null"]
    assert [json.loads(each.body) for each in made] == [{"n": 'a b/"c"'}, {"n": None}]
    assert ("X-Name", "7") in made[0].headers
    assert ("Content-Type", "application/json") in made[0].headers
    assert ("User-Agent", "senior-backend-load-test (run-1)") in made[0].headers


def test_the_caller_may_add_to_the_name_of_the_agent_and_not_hide_it() -> None:
    (made,) = messages(Template("GET", "h", "/", (("user-agent", "app/1"),)), [], "run-1")

    assert dict(made.headers)["User-Agent"] == "app/1 senior-backend-load-test (run-1)"
    assert "user-agent" not in dict(made.headers)


def test_a_value_that_is_missing_is_named_with_its_row() -> None:
    with pytest.raises(InvalidInputError, match=r"Row 2 .*\{\{id\}\}.*Columns: 'name'"):
        messages(Template("GET", "h", "/{{id}}"), [{"id": 1}, {"name": 2}], "r")


@pytest.mark.parametrize(
    "headers",
    [
        (("X", "a\r\nY: b"),),
        (("X", "a\x00b"),),
        (("X\r\nY", "b"),),
        (("X Y", "b"),),
        (("", "b"),),
        (("Content-Length", "5"),),
        (("transfer-encoding", "chunked"),),
        (("Connection", "upgrade"),),
        (("X", "\u2603"),),
    ],
)
def test_a_header_that_could_frame_another_request_is_refused(
    headers: tuple[tuple[str, str], ...],
) -> None:
    with pytest.raises(InvalidInputError):
        messages(Template("GET", "h", "/", headers), [], "r")


def test_a_row_cannot_smuggle_a_header_in() -> None:
    with pytest.raises(InvalidInputError) as refused:
        messages(Template("GET", "h", "/", (("X", "{{v}}"),)), [{"v": "secret\r\nY: 1"}], "r")

    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("method", ["GET /x", "", "GE\nT", "CONNECT"])
def test_what_is_no_method_is_refused(method: str) -> None:
    with pytest.raises(InvalidInputError):
        messages(Template(method, "h", "/"), [], "r")


@given(st.text(max_size=30), st.text(max_size=30))
def test_whatever_the_values_are_the_bytes_hold_one_head_and_one_body(
    value: str, body: str
) -> None:
    template = Template("POST", "h", "/{{v}}", (), {"v": "{{v}}", "b": body.replace("{{", "")})
    try:
        (made,) = messages(template, [{"v": value}], "r")
    except InvalidInputError:
        return
    wire = http_1(made, keeps=True)
    head, _, rest = wire.partition(b"\r\n\r\n")

    assert rest == made.body
    assert b"\n" not in head.replace(b"\r\n", b"")
    assert head.count(b"\r\n") == len(made.headers) + 1


def test_rows_are_read_from_csv_and_json_lines() -> None:
    assert read_rows("a.csv", 'id,name\n1,"x, y"\n') == ({"id": "1", "name": "x, y"},)
    assert read_rows("a.tsv", "id\tname\n1\tz\n") == ({"id": "1", "name": "z"},)
    assert read_rows("a.jsonl", '{"id": 1}\n\n{"id": [2]}\n') == ({"id": 1}, {"id": [2]})


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        ("a.csv", "id,name\n1\n", "a.csv:2"),
        ("a.csv", "id\n1,2\n", "a.csv:2"),
        ("a.csv", 'id\n"a\n', "a.csv:"),
        ("a.csv", "id\n", "no rows"),
        ("a.jsonl", '{"id": 1}\n{\n', "a.jsonl:2"),
        ("a.jsonl", "[1]\n", "a.jsonl:1"),
        ("a.jsonl", "[" * 100_000, "a.jsonl:1"),
        ("a.txt", "x", "a.txt"),
    ],
)
def test_a_file_that_cannot_be_read_says_where(name: str, text: str, place: str) -> None:
    with pytest.raises(InvalidInputError, match=place):
        read_rows(name, text)


MANY = " ".join(["{{a}}"] * 50_000)
MANY_VALUES: list[JsonValue] = ["{{a}}" for _ in range(50_000)]
VALUE = "x" * 100_000


@pytest.mark.parametrize(
    "template",
    [
        Template("POST", "h", "/", body=MANY),
        Template("POST", "h", "/", body=MANY_VALUES),
        Template("POST", "h", "/", body={"n": [{"m": MANY}]}),
        Template("GET", "h", f"/{MANY.replace(' ', '')}"),
        Template("GET", "h", "/", (("X", MANY),)),
    ],
    ids=["text", "values", "json", "path", "header"],
)
def test_a_value_that_is_named_often_does_not_grow_without_bound(template: Template) -> None:
    with pytest.raises(InvalidInputError, match="larger than"):
        messages(template, [{"a": VALUE}], "r")


@pytest.mark.parametrize(
    "template",
    [
        Template("GET", "h", "/" + "p" * 10_000),
        Template("GET", "h", "/", (("X", "v" * 10_000),)),
        Template("POST", "h", "/", body="b" * 10_000),
    ],
    ids=["path", "header", "body"],
)
def test_whatever_a_request_is_made_of_counts_for_each_row(template: Template) -> None:
    with pytest.raises(InvalidInputError, match="larger than"):
        messages(template, [{"a": 1}] * 10_000, "r")


def test_a_header_that_is_given_in_upper_and_lower_case_is_given_twice() -> None:
    with pytest.raises(InvalidInputError, match="given twice"):
        messages(Template("GET", "h", "/", (("Host", "a"), ("host", "b"))), [], "r")


def test_a_line_of_json_may_hold_other_separators_within_a_text() -> None:
    rows = read_rows("x.jsonl", '{"a": "b\u2028c\x85d"}\r\n{"a": 2}\n')

    assert rows == ({"a": "b\u2028c\x85d"}, {"a": 2})

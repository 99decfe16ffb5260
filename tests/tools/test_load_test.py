"""The tool through a real client: what it counts, keeps, writes and refuses."""

import json
import re
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client

from server.runtime import Runtime, acting_as, open_runtime
from server.settings import load_settings
from server.tools.load_test import load_test
from server.tools.tool import Call
from tests.engines.loadtest.origin import OK, Exchange, ok, origin
from tests.tools.load_calls import called, content, text_of, url_of

pytestmark = pytest.mark.anyio


async def test_every_request_is_in_the_books_and_both_times_are_told(load_client: Client) -> None:
    async with origin(ok) as server:
        result = await called(
            load_client,
            url=url_of(server.port, "/orders?page=1"),
            load={"rate": 100, "duration": 1},
        )
    report = content(result)
    figures = report["figures"]

    assert report["status"] == "completed"
    assert figures["sent"] == figures["answered"] + figures["failed"] == figures["planned"] == 100
    assert report["outcomes"] == {"GET /orders: 200": 100}
    assert [each["name"] for each in report["percentiles"]][:2] == ["p50", "p75"]
    assert all(head.startswith(b"GET /orders?page=1 HTTP/1.1") for head in server.heads)
    assert all(b"senior-backend-load-test (load-" in head for head in server.heads)
    assert "from when due" in text_of(result)
    assert len(text_of(result)) < 8_000


async def test_statuses_that_are_expected_are_no_errors_and_others_are(load_client: Client) -> None:
    async def refuses(exchange: Exchange) -> None:
        status = b"400 Bad Request" if exchange.body == b'{"n":-1}' else b"500 Oops"
        await exchange.write(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\n\r\n")

    async with origin(refuses) as server:
        body = {"method": "POST", "expect_status": [400], "url": url_of(server.port)}
        targets = [
            {**body, "name": "bad", "body": '{"n":-1}'},
            {**body, "name": "good", "body": "x"},
        ]
        result = content(
            await called(
                load_client, targets=targets, load={"rate": 4, "duration": 1, "timeout": 2}
            )
        )

    bad = result["outcomes"].get("bad: 400", 0)
    assert bad + result["outcomes"].get("good: 500", 0) == 4
    assert result["figures"]["as_expected"] == bad
    assert set(result["failures"]) <= {"status 500"}


async def test_targets_of_one_name_are_counted_together(load_client: Client) -> None:
    async with origin(ok) as server:
        targets = [{"url": url_of(server.port, f"/a?page={page}")} for page in (1, 2)]
        report = content(
            await called(load_client, targets=targets, load={"rate": 40, "duration": 1})
        )

    assert report["outcomes"] == {"GET /a: 200": 40}


@pytest.mark.parametrize(
    "arguments",
    [
        {"load": {"rate": 10, "duration": "500ms"}},
        {"load": {"rate": 10, "stages": {"seconds": "0.5s", "rate": 10}}},
        {"checks": {"thresholds": "p99<9s, error_rate<1%"}},
        {"checks": {"thresholds": '["p99<9s", "error_rate<1%"]'}},
        {"request": {"expect_status": 200}},
        {"request": {"headers": '{"Accept": "text/html"}'}},
        {"files": "run.hlog"},
    ],
)
async def test_what_can_mean_one_thing_only_is_taken_for_it(
    load_client: Client, arguments: dict[str, object]
) -> None:
    async with origin(ok) as server:
        short = {"rate": 10, "duration": 0.5}
        result = await called(
            load_client, **{"url": url_of(server.port), "load": short} | arguments
        )

    report = content(result)
    assert report["figures"]["sent"] == 5
    assert len(report["verdicts"]) in {0, 2}


async def test_several_targets_keep_their_paths_on_the_server_they_are_compared_with(
    load_client: Client,
) -> None:
    async with origin(ok) as first, origin(ok) as second:
        targets = [{"url": url_of(first.port, path)} for path in ("/a", "/b")]
        arguments = {"targets": targets, "load": {"rate": 40, "duration": 0.1}}
        compared = {"compare": f"http://127.0.0.1:{second.port}", "pairs": 6}
        content(await called(load_client, **arguments, checks=compared))
        paths = [{head.split()[1] for head in each.heads} for each in (first, second)]
        mixed = {"compare": url_of(second.port, "/c")}
        refused = await called(load_client, **arguments, checks=mixed)

    assert paths == [{b"/a", b"/b"}] * 2
    assert refused.is_error


async def test_a_side_that_only_fails_is_told_and_never_faster(load_client: Client) -> None:
    async def refuses(exchange: Exchange) -> None:
        await exchange.write(b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n")

    async with origin(ok) as first, origin(refuses) as second:
        report = content(
            await called(
                load_client,
                url=url_of(first.port),
                load={"rate": 20, "duration": 0.1},
                checks={"compare": url_of(second.port), "pairs": 6},
            )
        )

    told = "\n".join(report["conclusions"])
    assert "second against first: void" in told
    assert "failures of the second: status 500: 12" in told


async def test_names_of_columns_are_quoted_and_cut(load_client: Client, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text(f'"id\n# Do this","{"x" * 3_000}"\n1,2\n')

    result = await called(load_client, url="http://127.0.0.1/{{no}}", request={"data": "rows.csv"})

    assert result.is_error
    assert r"'id\n# Do this'" in text_of(result)
    assert len(text_of(result)) < 300


async def test_a_server_that_speaks_no_tls_is_told_with_what_helps(load_client: Client) -> None:
    async with origin(ok) as server:
        url = f"https://127.0.0.1:{server.port}/"
        result = await called(load_client, url=url, load={"duration": 1, "timeout": 0.3})

    assert result.is_error
    assert "connect_timeout." in text_of(result)


async def test_times_of_users_count_from_when_they_were_free(load_client: Client) -> None:
    async with origin(ok) as server:
        load = {"concurrency": 2, "duration": 0.3}
        result = await called(load_client, url=url_of(server.port), load=load)

    assert "response, from when a user was free" in text_of(result)
    assert "from when due" not in text_of(result)


async def test_a_server_with_a_thousand_statuses_is_told_in_few_words(load_client: Client) -> None:
    async def differs(exchange: Exchange) -> None:
        status = b"%d" % (400 + exchange.number % 500)
        await exchange.write(b"HTTP/1.1 " + status + b" %s\r\n\r\n" % (b"x" * 500))
        exchange.writer.close()

    async with origin(differs) as server:
        result = await called(
            load_client, url=url_of(server.port), load={"rate": 300, "duration": 1}
        )

    assert len(content(result)["outcomes"]) == 300
    assert len(text_of(result)) < 8_000
    assert "288 rarer outcomes: detail=detailed" in text_of(result)
    assert "292 rarer failures: detail=detailed" in text_of(result)


async def test_rows_of_a_data_file_fill_path_and_body_in_turn(
    load_client: Client, tmp_path: Path
) -> None:
    (tmp_path / "users.csv").write_text("id,name\n1,Ann\n2,B/b\n")
    async with origin(ok) as server:
        request = {"method": "PUT", "body": {"name": "{{name}}"}, "data": "users.csv"}
        await called(
            load_client,
            url=url_of(server.port, "/users/{{id}}"),
            request=request,
            load={"rate": 10, "duration": 1},
        )

    assert {head.split()[1] for head in server.heads} == {b"/users/1", b"/users/2"}
    assert {json.loads(body)["name"] for body in server.bodies} == {"Ann", "B/b"}


async def test_what_outlasts_the_call_has_an_id_tells_progress_and_keeps_its_result(
    load_client: Client, load_runtime: Runtime
) -> None:
    load_runtime.patience = 1.0
    async with origin(ok) as server:
        begun = content(await called(load_client, url=url_of(server.port), load={"duration": 3}))
        run_id = begun["run_id"]
        progress = content(await called(load_client, run_id=run_id, action="progress"))
        load_runtime.patience = 30.0
        result = content(await called(load_client, run_id=run_id))
        again = content(await called(load_client, run_id=run_id))

    assert begun["status"] == progress["status"] == "running"
    assert begun["run_id"] in " ".join(begun["next_steps"])
    assert result["status"] == "completed"
    assert result["figures"]["sent"] == 30
    assert again == result


async def test_canceling_keeps_what_was_measured(
    load_client: Client, load_runtime: Runtime
) -> None:
    load_runtime.patience = 2.0
    async with origin(ok) as server:
        begun = content(
            await called(load_client, url=url_of(server.port), load={"rate": 50, "duration": 60})
        )
        load_runtime.patience = 30.0
        canceled = content(await called(load_client, run_id=begun["run_id"], action="cancel"))

    figures = canceled["figures"]
    assert canceled["status"] == "stopped"
    assert 0 < figures["sent"] < 3_000
    assert figures["sent"] == figures["answered"] + figures["failed"] + figures["canceled"]


async def test_a_caller_who_leaves_stops_the_load(load_runtime: Runtime) -> None:
    async with origin(ok) as server:
        call = Call(load_runtime, lambda _: None)
        with anyio.move_on_after(2.0):
            await load_test(call, url=url_of(server.port), load=_load(rate=50, duration=40))
        with anyio.fail_after(10):
            async with load_runtime.gate.alone(lambda _: None):
                seen = len(server.heads)
        await anyio.sleep(0.3)

        assert len(server.heads) == seen < 2_000


async def test_a_run_of_another_principal_is_not_there(
    load_client: Client, load_runtime: Runtime
) -> None:
    async with origin(ok) as server:
        begun = content(await called(load_client, url=url_of(server.port), load={"duration": 1}))
    with acting_as("somebody else"):
        call = Call(load_runtime, lambda _: None)
        with pytest.raises(Exception, match="There is no run"):
            await load_test(call, run_id=begun["run_id"])


async def test_files_hold_the_run_and_no_secret(load_client: Client, tmp_path: Path) -> None:
    async def sets_a_cookie(exchange: Exchange) -> None:
        await exchange.write(
            b"HTTP/1.1 500 Oops\r\nSet-Cookie: session=s3cr3t\r\nContent-Length: 0\r\n\r\n"
        )

    async with origin(sets_a_cookie) as server:
        files = ["run.json", "run.hlog", "run.js", "run.py", "run.html"]
        result = await called(
            load_client,
            url=url_of(server.port, "/?key=s3cr3t"),
            request={"headers": {"Authorization": "Bearer s3cr3t"}, "expect_status": [500]},
            load={"rate": 20, "duration": 1},
            files=files,
        )
    written = {path.name: path.read_text() for path in tmp_path.iterdir()}

    assert set(written) == set(files)
    assert not [name for name in ("run.json", "run.hlog", "run.html") if "s3cr3t" in written[name]]
    assert "Bearer s3cr3t" not in written["run.js"] + written["run.py"] + text_of(result)
    saved = json.loads(written["run.json"])
    assert sum(second["sent"] for second in saved["seconds"]) == 20
    assert saved["calibration"]
    assert written["run.hlog"].count("HISTF") >= 3


async def test_what_was_sent_in_confidence_is_shown_to_nobody_when_it_comes_back(
    load_client: Client, tmp_path: Path
) -> None:
    async def echoes(exchange: Exchange) -> None:
        key = exchange.head.partition(b"X-Api-Key: ")[2].partition(b"\r\n")[0]
        await exchange.write(
            b"HTTP/1.1 500 Oops\r\nX-Seen: %s\r\nContent-Length: 0\r\n\r\n" % key.split()[-1]
        )

    async with origin(echoes) as server:
        result = await called(
            load_client,
            url=url_of(server.port),
            request={"headers": {"X-Api-Key": "Key s3cr3t-0815"}},
            load={"rate": 5, "duration": 1},
            files=["run.html"],
        )

    report = content(result)
    assert "X-Seen: [redacted]" in report["examples"]["status 500"]
    assert "s3cr3t-0815" not in text_of(result) + (tmp_path / "run.html").read_text()


async def test_a_result_is_never_written_over(load_client: Client, tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text("mine")
    async with origin(ok) as server:
        result = await called(
            load_client, url=url_of(server.port), load={"duration": 1}, files=["run.json"]
        )

    assert result.is_error
    assert (tmp_path / "run.json").read_text() == "mine"
    assert not server.heads


async def test_a_file_that_cannot_be_written_costs_no_figure(
    load_client: Client, tmp_path: Path
) -> None:
    async def occupies(exchange: Exchange) -> None:
        (tmp_path / "run.html").touch()
        await exchange.write(OK)

    async with origin(occupies) as server:
        result = await called(
            load_client,
            url=url_of(server.port),
            load={"duration": 1},
            files=["run.html", "run.hlog"],
        )

    report = content(result)
    assert report["figures"]["answered"] == 10
    assert [each["path"] for each in report["files"]] == ["run.hlog"]
    assert "run.html was not written" in text_of(result)
    assert not (tmp_path / "run.html").read_bytes()


async def test_a_baseline_that_cannot_be_compared_with_is_refused_before_anything_is_sent(
    load_client: Client,
) -> None:
    async with origin(ok) as server:
        url = url_of(server.port)
        await called(load_client, url=url, load={"duration": 1}, files=["short.json"])
        seen = len(server.heads)
        result = await called(
            load_client, url=url, load={"duration": 8}, checks={"compare": "short.json"}
        )

        assert result.is_error
        assert "at least 6 s" in text_of(result)
        assert len(server.heads) == seen


async def test_a_rate_limit_is_found_fitted_and_its_headers_are_held_to_their_word(
    load_client: Client,
) -> None:
    allowed = 20.0
    last = anyio.current_time()

    async def bucket(exchange: Exchange) -> None:
        nonlocal allowed, last
        now = anyio.current_time()
        allowed, last = min(20.0, allowed + (now - last) * 10), now
        if allowed >= 1:
            allowed -= 1
            await exchange.write(OK)
        else:
            await exchange.write(
                b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n"
            )

    async with origin(bucket) as server:
        result = content(
            await called(
                load_client,
                url=url_of(server.port),
                load={"rate": 50, "duration": 4},
                checks={"expect_rate_limit": "100/s"},
            )
        )

    told = "\n".join(result["conclusions"])
    assert result["outcomes"]["GET /: 429"] > 50
    assert re.search(r"first denial: 429 after 2\d requests", told)
    assert "headers of denials: retry-after" in told.lower()
    # It allows ten a second, and a hundred were promised.
    assert "fail" in {each["status"] for each in result["verdicts"]}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({}, "either url or targets"),
        ({"url": "http://example.com/"}, "no address|not a host that the operator"),
        ({"url": "http://10.1.2.3/"}, "not a host that the operator"),
        ({"url": "http://169.254.169.254/latest"}, "never tested"),
        ({"url": "http://[::ffff:169.254.169.254]/"}, "never tested"),
        ({"url": "http://2130706433/"}, "read differently"),
        ({"url": "http://u:p@127.0.0.1/"}, "user or a password"),
        ({"url": "ftp://127.0.0.1/"}, "http://"),
        ({"url": "http://127.0.0.1:1/"}, "connection_refused"),
        ({"url": "http://127.0.0.1/", "load": {"rate": 60_000}}, "LOAD_CAPS"),
        ({"url": "http://127.0.0.1/", "load": {"duration": 3_600}}, "LOAD_CAPS"),
        ({"url": "http://127.0.0.1/", "load": {"concurrency": 5_000}}, "LOAD_CAPS"),
        ({"url": "http://127.0.0.1/", "load": {"rate": 1, "concurrency": 1}}, "concurrency goes"),
        ({"url": "http://127.0.0.1/", "load": {"rate": 0}}, "sends nothing"),
        ({"url": "http://127.0.0.1/", "request": {"headers": {"A": "b\r\nC: d"}}}, "control"),
        ({"url": "http://127.0.0.1/", "request": {"headers": {"Content-Length": "1"}}}, "frames"),
        ({"url": "http://127.0.0.1/", "request": {"data": "../x.csv"}}, "workspace|outside"),
        ({"url": "http://127.0.0.1/", "checks": {"thresholds": ["p99 is fine"]}}, "Valid: p50"),
        ({"url": "http://127.0.0.1/", "checks": {"find_capacity": True}}, "p99<300ms"),
        ({"url": "http://127.0.0.1/", "checks": {"expect_rate_limit": "much"}}, "100/60s"),
        ({"url": "http://127.0.0.1/", "checks": {"compare": "nothing.json"}}, "nothing.json"),
        ({"targets": "http://127.0.0.1/"}, 'give an object, as {"url"'),
        (
            {"url": "http://127.0.0.1/", "load": {"stages": ["10s:50"]}},
            'give an object, as {"seconds"',
        ),
        ({"url": "http://127.0.0.1/", "load": {"duration": "soon"}}, "give seconds, as 30"),
        ({"url": "http://127.0.0.1/", "request": {"headers": ["A: b"]}}, 'object, as {"Accept"'),
        ({"url": "http://127.0.0.1/", "files": ["x.txt"]}, "one of .html, .json"),
        ({"url": "http://127.0.0.1/", "files": ["a.py", "b.py"]}, "Two files end in .py"),
        ({"run_id": "run-0"}, "There is no run"),
        (
            {"targets": [{"url": "http://127.0.0.1:1/"}, {"url": "http://127.0.0.1:2/"}]},
            "several origins",
        ),
    ],
)
async def test_what_is_wrong_or_not_allowed_is_said_with_what_to_do(
    load_client: Client, arguments: dict[str, object], words: str
) -> None:
    result = await called(load_client, **arguments)

    assert result.is_error
    assert re.search(words, text_of(result)), text_of(result)


async def test_a_caller_over_http_reaches_loopback_only_where_it_is_listed(
    load_runtime: Runtime, tmp_path: Path
) -> None:
    async with origin(ok) as server:
        with acting_as("token"):
            with pytest.raises(Exception, match="LOAD_TARGETS"):
                await load_test(Call(load_runtime, lambda _: None), url=url_of(server.port))
            listed = load_settings(workspace=[tmp_path], load_targets=[f"127.0.0.1:{server.port}"])
            async with open_runtime(listed) as allowing:
                report = await load_test(
                    Call(allowing, lambda _: None),
                    url=url_of(server.port),
                    load=_load(rate=10, duration=1),
                )

    assert report.figures["answered"] == 10


async def test_a_redirect_is_counted_and_not_followed(load_client: Client) -> None:
    async def redirects(exchange: Exchange) -> None:
        await exchange.write(
            b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n"
        )

    async with origin(redirects) as server:
        result = content(await called(load_client, url=url_of(server.port), load={"duration": 1}))

    assert result["outcomes"] == {"GET /: 302": 10}


async def test_a_server_that_asks_for_mercy_ends_the_run(load_client: Client) -> None:
    async def overloaded(exchange: Exchange) -> None:
        await exchange.write(b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n")

    async with origin(overloaded) as server:
        result = content(
            await called(load_client, url=url_of(server.port), load={"rate": 50, "duration": 20})
        )

    assert result["status"] == "aborted"
    assert "503" in result["reason"]
    assert result["figures"]["sent"] < 500
    assert len(server.heads) < 500


def _load(**values: float) -> Any:  # ruff: ignore[any-type] - arguments of the tool
    from server.tools.load_arguments import LoadArguments

    return LoadArguments.model_validate(values)

"""What the operator decides: read once, validated whole, secrets hidden."""

from pathlib import Path

import pytest

from server.errors import InvalidInputError
from server.settings import check_bind, is_loopback, load_settings

SECRET = "postgresql://app:hunter2@db/shop"


def test_an_option_wins_over_the_environment_and_that_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "settings.yaml"
    file.write_text("log_format: json\nlog_level: error\nread_roots: [/usr/share]\n")
    monkeypatch.setenv("SENIOR_BACKEND_LOG_LEVEL", "info")
    monkeypatch.setenv("SENIOR_BACKEND_READ_ROOTS", "/opt:/srv")

    settings = load_settings(file, read_roots=[Path("/var")])

    assert (settings.log_format, settings.log_level) == ("json", "info")
    assert settings.read_roots == (Path("/var"),)


def test_an_unknown_variable_ends_with_its_name_and_the_nearest_valid_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SENIOR_BACKEND_WORKSPCE", "/tmp")  # ruff: ignore[hardcoded-temp-file] - only a value

    with pytest.raises(
        InvalidInputError, match=r"'workspce'; did you mean 'workspace'\?.*read_roots"
    ):
        load_settings()


def test_an_unknown_key_of_the_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "settings.yaml"
    file.write_text("read_only-true: yes\n")

    with pytest.raises(InvalidInputError, match="Unknown setting 'read_only-true'"):
        load_settings(file)


def test_a_mistyped_value_is_named_with_the_valid_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SENIOR_BACKEND_LOG_FORMAT", "xml")

    with pytest.raises(InvalidInputError, match="log_format: Input should be 'text' or 'json'"):
        load_settings()


@pytest.mark.parametrize("content", ["- a\n- b\n", "a: [", "just words", ""])
def test_a_file_that_is_no_mapping_is_refused_by_path(tmp_path: Path, content: str) -> None:
    file = tmp_path / "settings.yaml"
    file.write_text(content)

    with pytest.raises(InvalidInputError, match=r"settings\.yaml"):
        load_settings(file)


def test_a_database_is_read_from_the_variable_that_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MAIN_URL", SECRET)

    settings = load_settings(databases="main=env:MAIN_URL,other!=env:MAIN_URL")

    assert settings.databases["main"].dsn.get_secret_value() == SECRET
    assert [each.writable for each in settings.databases.values()] == [False, True]


@pytest.mark.parametrize("entry", [f"main={SECRET}", SECRET, "main", "main=env:", "1main=env:HOME"])
def test_a_database_given_otherwise_is_refused_without_showing_it(entry: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        load_settings(databases=entry)

    assert "hunter2" not in str(refused.value)
    assert "env:" in str(refused.value)


def test_a_variable_that_is_not_set_is_named() -> None:
    with pytest.raises(InvalidInputError, match="NO_SUCH_URL is not set"):
        load_settings(databases="main=env:NO_SUCH_URL")


def test_no_secret_shows_in_the_settings_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIN_URL", SECRET)

    settings = load_settings(databases="main=env:MAIN_URL", token="env:MAIN_URL")

    assert "hunter2" not in repr(settings)
    assert settings.secrets == (SECRET, SECRET)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "localhost", "::1"])
def test_a_loopback_host_needs_neither_hosts_nor_token(host: str) -> None:
    check_bind(host, load_settings())

    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.com", "10.0.0.1"])  # ruff: ignore[hardcoded-bind-all-interfaces] - the refused ones
def test_a_host_beyond_loopback_is_refused_without_hosts_and_token(host: str) -> None:
    with pytest.raises(InvalidInputError, match="allowed_hosts and token"):
        check_bind(host, load_settings())


def test_a_host_beyond_loopback_is_refused_with_a_token_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TOKEN", "t0ken")

    with pytest.raises(InvalidInputError, match="needs allowed_hosts"):
        check_bind("0.0.0.0", load_settings(token="env:TOKEN"))  # ruff: ignore[hardcoded-bind-all-interfaces] - the refused one


def test_a_host_beyond_loopback_is_allowed_with_both(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "t0ken")

    settings = load_settings(token="env:TOKEN", allowed_hosts="api.example.com")

    check_bind("0.0.0.0", settings)  # ruff: ignore[hardcoded-bind-all-interfaces] - the allowed one

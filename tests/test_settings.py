"""What the operator decides: read once, validated whole, secrets hidden."""

import os
from pathlib import Path

import pytest

from server.errors import InvalidInputError
from server.settings import Settings, cache_folder, check_bind, is_loopback, load_settings

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


WRITTEN = {
    "workspace": "/a",
    "read_roots": "/b:/c",
    "databases": "main=env:MAIN_URL",
    "apply_confirmation": "argument",
    "profiles": "/d",
    "shadow": "env:MAIN_URL",
    "postgres": "/e",
    "cache": "/f",
    "log_format": "json",
    "log_level": "error",
    "allowed_hosts": "api.example.com, api.example.com:8443",
    "allowed_origins": "https://app.example.com",
    "load_targets": "staging.example.com, 10.0.0.5:8080",
    "load_caps": "rate=100 seconds=30",
    "load_public_caps": "rate=5, requests=100",
    "load_scheduler": "tcp://scheduler.example.com:8786",
    "token": "env:MAIN_URL",
}
"""Every setting as one text, as a variable or an option gives it."""


@pytest.mark.parametrize("name", Settings.model_fields)
def test_a_setting_is_the_same_from_a_variable_a_file_and_an_option(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("MAIN_URL", SECRET)
    file = tmp_path / "settings.yaml"
    file.write_text(f"{name}: '{WRITTEN[name]}'\n")

    from_file = getattr(load_settings(file), name)
    from_option = getattr(load_settings(None, **{name: WRITTEN[name]}), name)
    monkeypatch.setenv(f"SENIOR_BACKEND_{name.upper()}", WRITTEN[name])
    from_variable = getattr(load_settings(), name)

    assert from_file == from_option == from_variable != Settings.model_fields[name].default


LISTS = frozenset({"read_roots", "databases", "allowed_hosts", "allowed_origins", "load_targets"})


@pytest.mark.parametrize("name", sorted(LISTS))
def test_an_empty_list_in_a_file_is_empty(tmp_path: Path, name: str) -> None:
    file = tmp_path / "settings.yaml"
    file.write_text(f"{name}: ''\n")

    assert not getattr(load_settings(file), name)


@pytest.mark.parametrize("name", sorted(Settings.model_fields.keys() - LISTS))
def test_an_empty_value_in_a_file_is_refused(tmp_path: Path, name: str) -> None:
    file = tmp_path / "settings.yaml"
    file.write_text(f"{name}: ''\n")

    with pytest.raises(InvalidInputError, match=f"Setting {name}: "):
        load_settings(file)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("workspace: []", "workspace: Value should have at least 1 item"),
        ("workspace: 5", "workspace: Input should be a list"),
        ("workspace: [[a]]", "workspace.0: Input is not a valid path"),
        ("workspace: ~nobody-of-this-name/x", "workspace.0: this user has no home folder"),
        ('cache: "a\\0b"', "cache: give a path"),
        ("log_level: INFO", "log_level: Input should be 'debug', 'info'"),
        ("allowed_hosts: http://a", "allowed_hosts.0: give a host as api.example.com"),
        ("allowed_origins: app.example.com", "allowed_origins.0: give an origin as https://"),
        ("token: hunter2", "token: give env:NAME"),
        ("token: [hunter2]", "token: give env:NAME"),
        ("token: env:hunter2@h", "token: give env:NAME"),
        ("databases: {main: {dsn: 'env:MAIN_URL', writeable: 1}}", "valid: dsn, writable"),
        ("databases: {main: {dsn: 'postgres://u:hunter2@h/d'}}", "databases.main.dsn: give env:"),
        ("databases: {'postgres://u:hunter2@h/d': {}}", "databases: give NAME=env:VARIABLE"),
        ("databases: {main: env:MAIN_URL}", "databases.main: Input should be"),
        ("databases: [main]", "databases: Input should be"),
        ("databases: a=env:MAIN_URL a!=env:MAIN_URL", "databases: a is given twice"),
        ("'postgres://u:hunter2@h/d': 1", "Unknown setting."),
        ("token: hunter2: x", "is not YAML at line 1, column 15"),
    ],
)
def test_a_wrong_value_of_the_file_is_named_and_not_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str, complaint: str
) -> None:
    monkeypatch.setenv("MAIN_URL", SECRET)
    file = tmp_path / "settings.yaml"
    file.write_text(content)

    with pytest.raises(InvalidInputError) as refused:
        load_settings(file)

    assert complaint in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_a_home_folder_may_be_written_as_a_tilde(tmp_path: Path) -> None:
    file = tmp_path / "settings.yaml"
    file.write_text("workspace: ~/project\ncache: ~/cache\n")

    settings = load_settings(file, profiles=Path("~/profiles"))

    assert settings.workspace == (Path.home() / "project",)
    assert settings.cache == Path.home() / "cache"
    assert settings.profiles == Path.home() / "profiles"


def test_a_user_without_a_home_folder_is_told_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 3_999_999)

    with pytest.raises(InvalidInputError, match="Set SENIOR_BACKEND_CACHE"):
        cache_folder()


@pytest.mark.parametrize("variable", ["senior_backend_log_level", "SENIOR_BACKEND_Log_Level"])
def test_a_variable_in_other_letters_is_refused_and_not_half_obeyed(
    monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "debug")

    with pytest.raises(InvalidInputError, match="did you mean SENIOR_BACKEND_LOG_LEVEL"):
        load_settings()


def test_a_settings_file_that_is_none_is_refused(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    huge = tmp_path / "huge.yaml"
    huge.write_bytes(b"#" * (1 << 20) + b"#")

    for path, told in [
        (tmp_path, "is no file"),
        (fifo, "is no file"),
        (Path(os.devnull), "is no file"),
        (huge, "is larger than 1048576 bytes"),
        (tmp_path / "none.yaml", "No such file"),
    ]:
        with pytest.raises(InvalidInputError, match=told):
            load_settings(path)


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

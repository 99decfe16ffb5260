"""Where profiles come from: the built-in ones always, the operator's where they are sound."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from server.engines.profiles.library import MOST_BYTES, MOST_FILES, Library, load_library
from server.errors import NotFoundError
from server.shipped import shipped

BUILT_IN = ("django-monolith", "fastapi-python", "go-or-rust-microservice", "node-express")
Write = Callable[..., Path]


@pytest.fixture
def write(folder: Path, profile_json: dict[str, Any]) -> Write:
    """Write a profile file with some members changed."""

    def write(file: str, **members: object) -> Path:
        path = folder / file
        path.write_text(json.dumps(profile_json | members))
        return path

    return write


def link_to(target: str) -> Callable[[Path], None]:
    return lambda path: path.symlink_to(target)


def write_too_much(path: Path) -> None:
    path.write_bytes(b" " * (MOST_BYTES + 1))


def load(folder: Path) -> Library:
    return load_library(shipped("profiles"), folder)


def problems(folder: Path) -> list[str]:
    return [str(problem) for problem in load(folder).problems]


def test_without_a_folder_there_are_the_four_built_in_profiles() -> None:
    assert load_library(shipped("profiles")) == Library(load_library(shipped("profiles")).profiles)
    assert load_library(shipped("profiles")).names == BUILT_IN


def test_a_custom_profile_stands_beside_the_built_in_ones(folder: Path, write: Write) -> None:
    write("anything.json")

    assert load(folder).names == (*BUILT_IN, "our-node")
    assert problems(folder) == []


def test_a_file_that_is_no_json_is_not_read(folder: Path) -> None:
    (folder / "README.md").write_text("{")

    assert load(folder).names == BUILT_IN
    assert problems(folder) == []


def test_a_broken_profile_is_reported_and_hides_no_other(folder: Path, write: Write) -> None:
    write("a.json", thresholds={"p50_ms": 1})
    write("b.json", name="good")

    assert load(folder).names == ("django-monolith", "fastapi-python", "go-or-rust-microservice",
                                  "good", "node-express")  # fmt: skip
    assert problems(folder)[0] == "a.json, thresholds.p95_ms: Field required"


def test_a_syntax_error_is_reported_with_its_place(folder: Path) -> None:
    (folder / "a.json").write_text('{\n  "name": oops')

    assert problems(folder) == ["a.json: Invalid JSON: expected value at line 2 column 11"]


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"\xff\xfe", b"[" * 200_000, b"null", b'{"name": NaN}', b"\x00" * 1000],
    ids=["empty", "list", "no UTF-8", "deeply nested", "null", "NaN", "zeros"],
)
def test_a_file_that_is_no_profile_is_reported(folder: Path, content: bytes) -> None:
    (folder / "a.json").write_bytes(content)

    assert load(folder).names == BUILT_IN
    assert problems(folder)[0].startswith("a.json")


@pytest.mark.parametrize(
    "name",
    [b"\xff.json", b"two\n\x1blines.json", b"x" * 200 + b".json"],
    ids=["bytes", "lines", "long"],
)
def test_any_file_name_and_key_is_told_on_one_short_line(folder: Path, name: bytes) -> None:
    path = Path(os.fsdecode(bytes(folder) + b"/" + name))
    path.write_text(json.dumps({"key\n\x1b" * 10_000: 1}), encoding="utf-8")

    told = "".join(problems(folder))
    assert told.isprintable()
    assert told.isascii()
    assert len(told) < 6 * 420


def test_only_the_first_errors_of_a_file_are_reported(folder: Path) -> None:
    (folder / "a.json").write_text(json.dumps({f"key{n}": n for n in range(5000)}))

    assert len(problems(folder)) == 6
    assert "more errors" in problems(folder)[-1]


def test_a_custom_profile_may_not_take_a_built_in_name(folder: Path, write: Write) -> None:
    write("a.json", name="node-express", title="Mine")

    assert problems(folder) == ["a.json, name: 'node-express' is taken by a built-in profile"]
    assert load(folder).profile("node-express").title != "Mine"


def test_of_two_files_with_one_name_the_first_by_file_name_counts(
    folder: Path, write: Write
) -> None:
    write("b.json", title="second")
    write("a.json", title="first")

    assert load(folder).profile("our-node").title == "first"
    assert problems(folder) == ["b.json, name: 'our-node' is taken by a.json"]


def test_a_link_that_leaves_the_folder_is_not_followed(
    folder: Path, write: Write, tmp_path: Path
) -> None:
    outside = write("a.json").rename(tmp_path / "outside.json")
    (folder / "a.json").symlink_to(outside)

    assert load(folder).names == BUILT_IN
    assert problems(folder) == ["a.json: a link that leaves the profiles folder"]


def test_a_link_inside_the_folder_is_followed_as_mounted_configuration_needs_it(
    folder: Path, write: Write
) -> None:
    (folder / "..data").mkdir()
    inside = write("a.json").rename(folder / "..data" / "a.json")
    (folder / "a.json").symlink_to(inside)

    assert "our-node" in load(folder).names


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (os.mkfifo, "not a regular file"),
        (Path.mkdir, "not a regular file"),
        (link_to("a.json"), "Too many levels of symbolic links"),
        (link_to("gone.json"), "No such file or directory"),
        (link_to("/dev/zero"), "a link that leaves the profiles folder"),
        (write_too_much, "larger than 256 KiB"),
    ],
    ids=["pipe", "folder", "loop", "dangling", "device", "huge"],
)
def test_what_cannot_be_read_safely_is_reported(
    folder: Path, make: Callable[[Path], object], reason: str
) -> None:
    make(folder / "a.json")

    assert load(folder).names == BUILT_IN
    assert problems(folder) == [f"a.json: {reason}"]


def test_a_missing_folder_is_reported(tmp_path: Path) -> None:
    assert load(tmp_path / "gone").names == BUILT_IN
    assert "No such file or directory" in problems(tmp_path / "gone")[0]


def test_of_too_many_files_the_first_are_read(folder: Path, write: Write) -> None:
    for number in range(MOST_FILES + 5):
        write(f"{number:03}.json", name=f"profile-{number:03}")

    assert len(load(folder).profiles) == len(BUILT_IN) + MOST_FILES
    assert f"{MOST_FILES + 5} files; the first {MOST_FILES} were read" in problems(folder)[0]


def test_an_unknown_name_is_answered_with_the_known_ones_and_the_broken(folder: Path) -> None:
    (folder / "a.json").write_text("{")

    with pytest.raises(NotFoundError, match=r"No profile 'nope'. Profiles: django.*Broken: a.json"):
        load(folder).profile("nope")

import unicodedata
from pathlib import Path
from typing import Literal

import pytest

from server.errors import NotFoundError, RefusedError
from server.workspace import Workspace

HIDDEN = [
    pytest.param("a\tb.sql", id="tab"),
    pytest.param("a\nb.sql", id="line-feed"),
    pytest.param("a\x7fb.sql", id="delete"),
    pytest.param("a\u0085b.sql", id="next-line"),
    pytest.param("a\u00a0b.sql", id="no-break-space"),
    pytest.param("a\u00adb.sql", id="soft-hyphen"),
    pytest.param("a\u034fb.sql", id="grapheme-joiner"),
    pytest.param("a\u200bb.sql", id="zero-width-space"),
    pytest.param("a\u200db.sql", id="zero-width-joiner"),
    pytest.param("a\u202elqs.b", id="right-to-left-override"),
    pytest.param("a\u2066b.sql", id="isolate"),
    pytest.param("a\u2028b.sql", id="line-separator"),
    pytest.param("a\u2800b.sql", id="blank-braille"),
    pytest.param("a\u3164b.sql", id="hangul-filler"),
    pytest.param("a\ufe0fb.sql", id="variation-selector"),
    pytest.param("a\ufeffb.sql", id="byte-order-mark"),
    pytest.param("a\ue000b.sql", id="private-use"),
    pytest.param("a\U000e0041b.sql", id="tag-letter"),
    pytest.param("a\U000e0101b.sql", id="late-variation-selector"),
]
TRAPS = [
    pytest.param("trailing.sql ", "ends with a space", id="trailing-space"),
    pytest.param("trailing.sql.", "ends with a space or a dot", id="trailing-dot"),
    pytest.param("folder./x.sql", "ends with a space or a dot", id="folder-with-trailing-dot"),
    pytest.param(" leading.sql", "begins with a space", id="leading-space"),
    pytest.param("CON", "device", id="console"),
    pytest.param("nul.sql", "device", id="null-with-suffix"),
    pytest.param("Com1.sql", "device", id="serial-port"),
    pytest.param("COM\u00b9", "device", id="superscript-port"),
    pytest.param("aux /x.sql", "ends with a space", id="device-with-space"),
    pytest.param("lpt9/x.sql", "device", id="device-as-folder"),
    pytest.param("schema.sql:stream", "colon", id="stream"),
    pytest.param("C:/schema.sql", "colon", id="drive"),
    pytest.param("file:/schema.sql", "colon", id="url"),
    pytest.param("a\\schema.sql", "backslash", id="backslash"),
    pytest.param("~/schema.sql", "`~`", id="home"),
    pytest.param("~root", "`~`", id="home-of-another"),
    pytest.param(".git/config", "git's own folder", id="git"),
    pytest.param(".GIT/config", "git's own folder", id="git-in-capitals"),
    pytest.param("sub/.git/config", "git's own folder", id="nested-git"),
    pytest.param("\uff0egit/config", "git's own folder", id="git-with-wide-dot"),
    pytest.param("GIT~1/config", "git's own folder", id="git-by-short-name"),
]
SECRETS = [
    ".env",
    ".ENV",
    ".env.production",
    ".ssh/config",
    "home/.aws/credentials",
    ".npmrc",
    "id_rsa",
    "server.key",
    "server.PEM",
]
CODE = [
    ".envrc",
    ".vscode/tasks.json",
    ".github/workflows/x.yml",
    ".husky/pre-commit",
    ".bashrc",
    ".gitattributes",
    ".gitmodules",
    ".unheard-of",
]


def names_in(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def put(root: Path, path: str) -> None:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"SELECT 1;")


@pytest.mark.parametrize("path", HIDDEN)
def test_a_file_whose_name_hides_a_character_is_not_opened(
    workspace: Workspace, root: Path, path: str
) -> None:
    put(root, path)

    with pytest.raises(RefusedError, match="cannot be seen"):
        workspace.open(path)


@pytest.mark.parametrize("path", HIDDEN)
def test_a_hidden_character_is_spelled_out_in_the_refusal(workspace: Workspace, path: str) -> None:
    with pytest.raises(RefusedError) as refusal:
        workspace.write(path, b"")

    assert path not in str(refusal.value)
    assert "\\" in str(refusal.value)


@pytest.mark.parametrize(("path", "rule"), TRAPS)
def test_a_file_with_a_trap_for_a_name_is_not_opened(
    workspace: Workspace, root: Path, path: str, rule: str
) -> None:
    put(root, path)

    with pytest.raises(RefusedError, match=rule):
        workspace.open(path)


@pytest.mark.parametrize(("path", "rule"), TRAPS)
def test_a_file_with_a_trap_for_a_name_is_not_written(
    workspace: Workspace, root: Path, path: str, rule: str
) -> None:
    with pytest.raises(RefusedError, match=rule):
        workspace.write(path, b"")

    assert names_in(root) == ["schema.sql"]


@pytest.mark.parametrize("path", SECRETS)
def test_a_file_that_is_kept_for_secrets_is_not_opened(
    workspace: Workspace, root: Path, path: str
) -> None:
    put(root, path)

    with pytest.raises(RefusedError, match="kept for secrets"):
        workspace.open(path)


@pytest.mark.parametrize("path", [".env.example", ".editorconfig", "environment.sql", "keys.sql"])
def test_a_name_that_only_resembles_a_secret_one_is_opened(
    workspace: Workspace, root: Path, path: str
) -> None:
    put(root, path)

    assert workspace.read_bytes(path, limit=100) == b"SELECT 1;"


@pytest.mark.parametrize("path", CODE)
def test_a_dot_file_that_may_run_code_is_not_written(
    workspace: Workspace, root: Path, path: str
) -> None:
    with pytest.raises(RefusedError, match="begins with a dot"):
        workspace.write(path, b"")

    assert names_in(root) == ["schema.sql"]


@pytest.mark.parametrize("path", [".senior-backend/decision.json", ".gitignore", "a/.gitkeep"])
def test_a_harmless_dot_file_is_written(workspace: Workspace, path: str) -> None:
    assert workspace.write(path, b"x").path == path


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        pytest.param("", "is empty", id="empty"),
        pytest.param("a\0b", "cannot be seen", id="nul"),
        pytest.param("a\ud800b", "cannot be seen", id="lone-surrogate"),
        pytest.param("x" * 256, "name longer than 255 bytes", id="long-name"),
        pytest.param("ä" * 128, "name longer than 255 bytes", id="long-name-in-bytes"),
        pytest.param("a/" * 65 + "x", "deeper than 64", id="deep"),
        pytest.param("ab" * 2049, "longer than 4096 bytes", id="long-path"),
    ],
)
def test_a_path_that_no_file_can_have_is_refused(
    workspace: Workspace, path: str, rule: str
) -> None:
    with pytest.raises(RefusedError, match=rule):
        workspace.open(path)


def test_a_refusal_repeats_only_the_beginning_of_a_long_path(workspace: Workspace) -> None:
    with pytest.raises(RefusedError) as refusal:
        workspace.open("y" * 100_000)

    assert len(str(refusal.value)) < 400


@pytest.mark.parametrize(
    "path",
    ["schema.sql", "./schema.sql", ".//schema.sql", "folder/with space.sql", "größe.sql", "a...b"],
)
def test_an_ordinary_name_is_opened(workspace: Workspace, root: Path, path: str) -> None:
    put(root, path)

    assert workspace.read_bytes(path, limit=100) == b"SELECT 1;"


@pytest.mark.parametrize("path", ["../outside/schema.sql", "sub/../schema.sql", "sub/.."])
def test_going_up_is_refused(workspace: Workspace, root: Path, outside: Path, path: str) -> None:
    (root / "sub").mkdir()

    with pytest.raises(RefusedError, match=r"holds `\.\.`"):
        workspace.open(path)

    assert outside.exists()


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_two_names_that_look_the_same_are_ambiguous(
    workspace: Workspace, root: Path, form: Literal["NFC", "NFD"]
) -> None:
    put(root, unicodedata.normalize("NFC", "café.sql"))
    put(root, unicodedata.normalize("NFD", "café.sql"))
    if len(names_in(root)) == 2:
        pytest.skip("this file system takes both forms for one name")

    with pytest.raises(RefusedError, match="stands there already"):
        workspace.open(unicodedata.normalize(form, "café.sql"))


def test_two_folders_that_look_the_same_are_ambiguous(workspace: Workspace, root: Path) -> None:
    put(root, unicodedata.normalize("NFC", "café/schema.sql"))
    put(root, unicodedata.normalize("NFD", "café/other.sql"))
    if len(names_in(root)) == 2:
        pytest.skip("this file system takes both forms for one name")

    with pytest.raises(RefusedError, match="stands there already"):
        workspace.open(unicodedata.normalize("NFC", "café/schema.sql"))


def test_a_name_in_decomposed_form_is_not_written(workspace: Workspace) -> None:
    with pytest.raises(RefusedError, match="NFC"):
        workspace.write(unicodedata.normalize("NFD", "café.sql"), b"")


@pytest.mark.parametrize(
    ("standing", "wanted"),
    [
        pytest.param("README.md", "Readme.md", id="case"),
        pytest.param("STRASSE.sql", "straße.sql", id="folded-case"),
        pytest.param("file.sql", "\ufb01le.sql", id="ligature"),
        pytest.param("Docs/a.md", "docs/b.md", id="folder"),
    ],
)
def test_a_name_that_some_file_system_takes_for_another_is_not_written(
    workspace: Workspace, root: Path, standing: str, wanted: str
) -> None:
    put(root, standing)

    with pytest.raises(RefusedError, match="stands there already"):
        workspace.write(wanted, b"", overwrite=True)

    assert not (root / wanted).exists()


def test_a_missing_file_is_not_found_rather_than_refused(workspace: Workspace) -> None:
    with pytest.raises(NotFoundError, match=r"missing\.sql"):
        workspace.open("missing.sql")

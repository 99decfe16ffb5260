"""Flyway: a file a direction, each in a transaction unless a file beside it says otherwise.

A file with a statement that cannot run in a transaction must hold no other, whatever that file
beside it says, unless the operator allows mixing.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from server.engines.sql.formats.format import Fit, Format, Single, Where
from server.engines.sql.formats.model import (
    Block,
    Place,
    Script,
    ScriptText,
    SourceFile,
    WrittenFile,
    refusal,
)
from server.engines.sql.formats.parts import Part, parts
from server.engines.sql.formats.sql_text import comments, listed
from server.engines.sql.formats.versions import clock, following

# ResourceNameParser and MigrationVersion: dots, or underscores for them.
_NAME = re.compile(r"(?P<kind>[VU])(?P<version>[0-9]+(?:[._][0-9]+)*)__.*\.sql", re.ASCII)
_REPEATED = re.compile(r"R__.*\.sql")
_PLACEHOLDER = "${"
_SETTING = re.compile(r"\s*(?P<key>[^\s=:]+)\s*[=:]\s*(?P<value>\S*)\s*")
_KNOWN = frozenset({"executeInTransaction", "placeholderReplacement", "encoding"})
_UTF_8 = frozenset({"", "utf-8", "utf8"})
_ITS_OWN = "transaction: Flyway's"
_NONE = (
    "transaction: none, the statement cannot run in one",
    "set flyway.postgresql.transactional.lock=false, or it waits for Flyway's own transaction",
)


def _match(file: SourceFile) -> re.Match[str] | None:
    return None if file.folder else _NAME.fullmatch(file.name)


def _fit(files: Sequence[SourceFile]) -> Fit:
    return Fit.CERTAIN if any(map(_match, files)) else Fit.NOT


def _read(files: Sequence[SourceFile]) -> tuple[ScriptText, ...]:
    """Read the versioned files by version, then the repeated ones by what they are called.

    Raises:
        InvalidInputError: a .sql file is called otherwise, two have one version, or Flyway would
            put other text into one or pass over it.
    """
    settings = {file.path: _settings(file) for file in files if file.name.endswith(".sql.conf")}
    versioned: dict[tuple[int, ...], SourceFile] = {}
    repeated: list[SourceFile] = []
    for file in files:
        if file.folder or not file.name.endswith(".sql"):
            continue
        match = _match(file)
        if match and match["kind"] == "V":
            _add(versioned, _version(match["version"]), file)
        elif not match:
            repeated.append(_repeated(file))
    ordered = (*(versioned[one] for one in sorted(versioned)), *sorted(repeated, key=_path))
    for file in ordered:
        _refuse_placeholders(file, settings.get(f"{file.path}.conf", {}))
    return tuple(ScriptText(file.path, file.content) for file in ordered)


def _forward(file: SourceFile) -> bytes:
    return b"".join(script.sql for script in _read([file]))


def _back(file: SourceFile) -> bytes:
    _refuse_placeholders(file, {})
    return file.content


def _down_path(path: str) -> str:
    folder, slash, name = path.rpartition("/")
    return f"{folder}{slash}U{name[1:]}" if name.startswith("V") else ""


def _path(file: SourceFile) -> str:
    return file.path


def _add(
    found: dict[tuple[int, ...], SourceFile], version: tuple[int, ...], file: SourceFile
) -> None:
    if version in found:
        raise refusal(file.path, 1, f"the same version as {found[version].path}")
    found[version] = file


def _version(text: str) -> tuple[int, ...]:
    numbers = [int(number) for number in re.split(r"[._]", text)]
    while numbers and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)


def _repeated(file: SourceFile) -> SourceFile:
    if not _REPEATED.fullmatch(file.name):
        raise refusal(
            file.path,
            1,
            "no versioned, undo or repeatable migration of Flyway, which may run it as a callback "
            "or a baseline, or pass over it",
            next_step="Move it to another folder.",
        )
    return file


def _settings(file: SourceFile) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for number, line in enumerate(file.text().splitlines(), 1):
        if not line.strip() or line.lstrip().startswith(("#", "!")):
            continue
        match = _SETTING.fullmatch(line)
        if not match or not _is_followed(match["key"], match["value"]):
            raise refusal(file.path, number, f"a setting that is not followed: {line[:200]}")
        found[match["key"]] = match["value"]
    return found


def _is_followed(key: str, value: str) -> bool:
    return key in _KNOWN and (key != "encoding" or value.lower() in _UTF_8)


def _refuse_placeholders(file: SourceFile, settings: Mapping[str, str]) -> None:
    if settings.get("placeholderReplacement", "").lower() == "false":
        return
    text = file.text()
    if (start := text.find(_PLACEHOLDER)) >= 0:
        raise refusal(
            file.path,
            text.count("\n", 0, start) + 1,
            "a placeholder, which Flyway would fill in: " + text[start : start + 40].split("}")[0],
            next_step=f"Set placeholderReplacement=false in {file.path}.conf if it is plain text.",
        )


def _write(script: Script) -> tuple[WrittenFile, ...]:
    return tuple(file for part in parts(script, one_by_one=True) for file in _written(script, part))


def _written(script: Script, part: Part) -> Iterator[WrittenFile]:
    directions = (("V", part.up), ("U", part.down)) if script.down else (("V", part.up),)
    for prefix, block in directions:
        path = f"{prefix}{part.version}__{script.name}.sql"
        notes = (_ITS_OWN,) if block.is_transactional else _NONE
        text = f"{comments(*script.header, *part.position, *notes)}\n{listed(block)}"
        yield WrittenFile(path, text.encode())
        if settings := "".join(_needed(block, text)):
            yield WrittenFile(f"{path}.conf", settings.encode())


def _needed(block: Block, text: str) -> Iterator[str]:
    if not block.is_transactional:
        yield "executeInTransaction=false\n"
    if _PLACEHOLDER in text:
        yield "placeholderReplacement=false\n"


def _place(files: Sequence[SourceFile], now: datetime) -> Place:
    found = (re.match(r"[0-9]+", match["version"]) for match in map(_match, files) if match)
    versions = (match.group() for match in found if match)
    return Place(following(versions, now=clock(now), first="1"))


FORMAT = Format(
    name="flyway",
    looks_at=(Where(".sql"), Where(".sql.conf")),
    fit=_fit,
    read=_read,
    single=Single(_forward, _back, _down_path),
    write=_write,
    place=_place,
    wraps=True,
)

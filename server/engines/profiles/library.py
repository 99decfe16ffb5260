"""Where profiles come from: the built-in ones, and the operator's folder beside them."""

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path

from pydantic import ValidationError

from server.engines.profiles.profile import Profile
from server.errors import NotFoundError

MOST_BYTES = 256 * 1024
MOST_FILES = 100
MOST_COMPLAINTS = 5
LONGEST_WORDS = 200


@dataclass(frozen=True, slots=True)
class Problem:
    """A profile file that cannot be used: which, where in it, and why."""

    file: str
    field: str
    reason: str

    def __str__(self) -> str:
        place = f"{self.file}, {self.field}" if self.field else self.file
        return f"{_shown(place)}: {_shown(self.reason)}"


@dataclass(frozen=True, slots=True)
class Library:
    """The usable profiles by name, and what is wrong with the others."""

    profiles: tuple[Profile, ...]
    problems: tuple[Problem, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the usable profiles, in alphabetical order."""
        return tuple(profile.name for profile in self.profiles)

    def profile(self, name: str) -> Profile:
        """Return one profile.

        Raises:
            NotFoundError: names the profiles that exist, and the broken files.
        """
        for profile in self.profiles:
            if profile.name == name:
                return profile
        broken = "".join(f" Broken: {problem}." for problem in self.problems)
        known = ", ".join(self.names)
        raise NotFoundError(f"No profile {name[:64]!r}. Profiles: {known}.{broken}")


def load_library(built_in: Traversable, custom: Path | None = None) -> Library:
    """Read the built-in profiles and those in the operator's folder.

    A broken custom file becomes a problem and hides no other; a broken built-in one is a bug.
    """
    own = [
        Profile.model_validate_json(entry.read_bytes())
        for entry in built_in.iterdir()
        if entry.name.endswith(".json")
    ]
    found = list(_custom(custom)) if custom is not None else []
    profiles, problems = _without_twins(own, found)
    return Library(tuple(sorted(profiles, key=lambda each: each.name)), tuple(problems))


def _custom(folder: Path) -> Iterator[tuple[str, Profile] | Problem]:
    try:
        files = sorted(path for path in folder.iterdir() if path.name.endswith(".json"))
    except OSError as error:
        yield Problem(str(folder), "", f"the folder cannot be read: {error.strerror}")
        return
    for path in files[:MOST_FILES]:
        yield from _read(path)
    if len(files) > MOST_FILES:
        yield Problem(str(folder), "", f"{len(files)} files; the first {MOST_FILES} were read")


def _read(path: Path) -> Iterator[tuple[str, Profile] | Problem]:
    try:
        yield path.name, Profile.model_validate_json(_content(path))
    except OSError as error:
        yield Problem(path.name, "", error.strerror or "cannot be read")
    except ValidationError as error:
        yield from _problems(path.name, error)


def _content(path: Path) -> bytes:
    """Return the file's bytes.

    Raises:
        OSError: it is not a regular file inside its folder, or too large.
    """
    # A mounted configuration folder holds links, but only to places inside itself.
    target = Path(os.path.realpath(path, strict=True))
    if not target.is_relative_to(path.parent.resolve()):
        raise PermissionError(0, "a link that leaves the profiles folder")
    if not stat.S_ISREG(target.stat().st_mode):
        raise PermissionError(0, "not a regular file")
    with target.open("rb") as stream:
        content = stream.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise PermissionError(0, f"larger than {MOST_BYTES // 1024} KiB")
    return content


def _problems(file: str, error: ValidationError) -> Iterator[Problem]:
    complaints = error.errors(include_url=False, include_input=False, include_context=False)
    for complaint in complaints[:MOST_COMPLAINTS]:
        field = ".".join(str(part) for part in complaint["loc"])
        yield Problem(file, field, complaint["msg"].removeprefix("Value error, "))
    if len(complaints) > MOST_COMPLAINTS:
        yield Problem(file, "", f"{len(complaints) - MOST_COMPLAINTS} more errors")


def _shown(text: str) -> str:
    """Return a file's words on one line, cut, and writable in any encoding."""
    line = text.encode("unicode_escape").decode("ascii")
    return line if len(line) <= LONGEST_WORDS else f"{line[:LONGEST_WORDS]}..."


def _without_twins(
    own: Iterable[Profile], found: Iterable[tuple[str, Profile] | Problem]
) -> tuple[list[Profile], list[Problem]]:
    kept = {profile.name: (profile, "a built-in profile") for profile in own}
    problems: list[Problem] = []
    for each in found:
        match each:
            case Problem():
                problems.append(each)
            case (file, profile) if profile.name in kept:
                taken = kept[profile.name][1]
                problems.append(Problem(file, "name", f"{profile.name!r} is taken by {taken}"))
            case (file, profile):
                kept[profile.name] = profile, file
    return [profile for profile, _ in kept.values()], problems

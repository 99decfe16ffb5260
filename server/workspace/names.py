"""The names a caller may use: each is visible, means one file everywhere, and hides no trap."""

import operator
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from server.errors import RefusedError

_LONGEST_PATH = 4096  # bytes: PATH_MAX of Linux
_LONGEST_NAME = 255  # bytes: NAME_MAX of every file system in use
_DEEPEST = 64
_LONGEST_SHOWN = 160

# Letters and marks that Unicode lets a font draw as nothing, though their category is a visible one
# (DerivedCoreProperties.txt, Default_Ignorable_Code_Point), and the empty braille pattern.
_BLANK = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0"
) | frozenset(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))

# https://learn.microsoft.com/windows/win32/fileio/naming-a-file
_DEVICES = frozenset({"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"}) | {
    f"{port}{number}" for port in ("COM", "LPT") for number in range(10)
}

# Files that exist to hold secrets: an error message that quotes one line would hand it out.
_SECRETS = frozenset({
    ".aws", ".docker", ".env", ".envrc", ".git-credentials", ".gnupg", ".kube", ".netrc", ".npmrc",
    ".pgpass", ".pypirc", ".ssh", "id_dsa", "id_ecdsa", "id_ed25519", "id_rsa",
})  # fmt: skip
_SECRET_SUFFIXES = (".key", ".p12", ".pem", ".pfx")
_EXAMPLES = (".example", ".sample", ".template")

# A dot name often runs code for whoever opens the folder (.envrc, .vscode, .husky, .github), so
# the few that only describe are listed, and a tool not yet invented is refused too.
_HARMLESS_DOT_NAMES = frozenset({
    ".dockerignore", ".editorconfig", ".env.example", ".gitignore", ".gitkeep", ".node-version",
    ".nvmrc", ".prettierignore", ".prettierrc", ".prettierrc.json", ".senior-backend",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Rule:
    """What no name may be, in words that complete "the name ...", and what to do instead."""

    is_broken: Callable[[str], bool]
    says: str
    remedy: str


def compatible(name: str) -> str:
    """One form for all names that look the same: composed or not, ligature or letters."""
    return unicodedata.normalize("NFKC", name)


def fold(name: str) -> str:
    """One form for all names that some file system takes for the same: case goes too."""
    return compatible(compatible(name).casefold())


def is_private(name: str) -> bool:
    """Whether a name is git's own or is kept for secrets."""
    return _is_git(name) or _is_secret(name)


def shown(path: str) -> str:
    """A path as a message repeats it: hidden characters spelled out, long ones cut."""
    cut = path if len(path) <= _LONGEST_SHOWN else f"{path[:_LONGEST_SHOWN]}[...]"
    visible = (ascii(c)[1:-1] if _is_hidden(c) or c == "`" else c for c in cut)
    return f"`{''.join(visible)}`"


def parts_of(path: str) -> tuple[str, ...]:
    """The names along a path, `.` and doubled slashes dropped, or a refusal that says the rule."""
    _enforce(_PATH_RULES, path, path)
    parts = tuple(part for part in path.split("/") if part not in {"", "."})
    for part in parts:
        _enforce(_NAME_RULES, part, path)
    return parts


def check_readable(parts: tuple[str, ...], path: str) -> None:
    """Refuse names that are kept for secrets."""
    for part in parts:
        _enforce(_READ_RULES, part, path)


def check_writable(parts: tuple[str, ...], path: str) -> None:
    """Refuse names that would run code, or that not every file system keeps as they are."""
    for part in parts:
        _enforce(_WRITE_RULES, part, path)


def _enforce(rules: tuple[_Rule, ...], name: str, path: str) -> None:
    for rule in rules:
        if rule.is_broken(name):
            raise RefusedError(f"Path {shown(path)} {rule.says}.", next_step=rule.remedy)


def _is_hidden(character: str) -> bool:
    category = unicodedata.category(character)
    is_space = category.startswith("Z") and character != " "
    return category.startswith("C") or is_space or character in _BLANK


def _is_device(name: str) -> bool:
    return fold(name).partition(".")[0].rstrip(" ").upper() in _DEVICES


def _is_git(name: str) -> bool:
    # `GIT~1` is the short name that Windows gives `.git`, on its drives wherever they are mounted.
    folded = fold(name)
    return folded == ".git" or (folded.startswith("git~") and folded[4:].isdecimal())


def _is_secret(name: str) -> bool:
    folded = fold(name)
    if folded.startswith(".env."):
        return not folded.endswith(_EXAMPLES)
    return folded in _SECRETS or folded.endswith(_SECRET_SUFFIXES)


_PATH_RULES = (
    _Rule(operator.not_, "is empty", "Name a file relative to the workspace."),
    _Rule(
        lambda path: len(path.encode(errors="surrogatepass")) > _LONGEST_PATH,
        f"is longer than {_LONGEST_PATH} bytes",
        "Use a shorter path.",
    ),
    _Rule(
        lambda path: any(map(_is_hidden, path)),
        "holds a character that cannot be seen (a control, direction, zero-width, odd space or "
        "unassigned one)",
        "Rename the file to visible characters.",
    ),
    _Rule(lambda path: "\\" in path, "holds a backslash", "Separate folders with `/`."),
    _Rule(
        lambda path: ":" in path,
        "holds a colon, which marks a URL, a drive or a stream",
        "Give the plain path of a file in the workspace.",
    ),
    _Rule(
        lambda path: path.startswith("~"),
        "begins with `~`, and home folders are not expanded",
        "Give a path relative to the workspace.",
    ),
    _Rule(
        lambda path: path.count("/") > _DEEPEST,
        f"is deeper than {_DEEPEST} folders",
        "Use a shorter path.",
    ),
)

_NAME_RULES = (
    _Rule(
        lambda name: name == "..",
        "holds `..`",
        "Name the file from the workspace down, without going up.",
    ),
    _Rule(
        lambda name: name[0] == " " or name[-1] in " .",
        "holds a name that begins with a space or ends with a space or a dot",
        "Rename it without them.",
    ),
    _Rule(
        lambda name: len(name.encode(errors="surrogatepass")) > _LONGEST_NAME,
        f"holds a name longer than {_LONGEST_NAME} bytes",
        "Use a shorter name.",
    ),
    _Rule(
        _is_device,
        "holds a name that is a device on some systems (CON, NUL, AUX, COM1, ...)",
        "Choose another name.",
    ),
    _Rule(
        _is_git,
        "leads into git's own folder",
        "Name a committed file with `git:REF:path` instead.",
    ),
)

_READ_RULES = (
    _Rule(
        _is_secret,
        "holds a name that is kept for secrets",
        "Secrets are given by the operator, never read for a caller.",
    ),
)

_WRITE_RULES = (
    _Rule(
        lambda name: not unicodedata.is_normalized("NFC", name),
        "is not in Unicode form NFC, so file systems disagree on its name",
        "Use composed characters.",
    ),
    _Rule(
        lambda name: name.startswith(".") and name not in _HARMLESS_DOT_NAMES,
        "holds a name that begins with a dot; such files may run code for whoever opens the folder",
        f"Only these are written: {', '.join(sorted(_HARMLESS_DOT_NAMES))}.",
    ),
)

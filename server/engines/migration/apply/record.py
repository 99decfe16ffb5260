"""Our own record of proofs, outside the workspace: what is written in a plan file is no proof."""

import hashlib
import json
import os
import stat
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from server.errors import UnavailableError

_FOLDER = "proofs"
_LARGEST = 4096  # bytes


@dataclass(frozen=True, slots=True)
class ProofKey:
    """What was proven: one plan, for whom, on which major version of PostgreSQL."""

    plan_id: str
    principal: str
    major: int


def record(cache: Path, key: ProofKey) -> None:
    """Remember that the plan was proven; call it only when `Proof.is_proven`.

    Raises:
        UnavailableError: the cache folder is not ours alone.
    """
    folder = cache / _FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _check(folder.lstat(), folder)
    descriptor, new = tempfile.mkstemp(dir=folder, prefix=".new-")
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        json.dump(asdict(key), stream)
    Path(new).rename(_file(cache, key))


def is_recorded(cache: Path, key: ProofKey) -> bool:
    """Tell whether the plan was proven here before.

    Raises:
        UnavailableError: the cache folder is not ours alone.
    """
    try:
        _check((cache / _FOLDER).lstat(), cache / _FOLDER)
        descriptor = os.open(_file(cache, key), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        return False
    with os.fdopen(descriptor, "rb") as stream:
        _check(os.fstat(stream.fileno()), _file(cache, key))
        content = stream.read(_LARGEST)
    return content == json.dumps(asdict(key)).encode()


def _file(cache: Path, key: ProofKey) -> Path:
    text = json.dumps(asdict(key)).encode()
    return cache / _FOLDER / f"{hashlib.sha256(text).hexdigest()}.json"


def _check(status: os.stat_result, path: Path) -> None:
    # Whoever may write here decides what is applied without a proof.
    if status.st_uid != os.geteuid() or stat.S_IMODE(status.st_mode) & 0o022:
        raise UnavailableError(
            f"{path} belongs to another account, or others may write to it.",
            next_step="Set `cache` to a folder of your own.",
        )
    if not (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)):
        raise UnavailableError(f"{path} is neither a file nor a folder.")

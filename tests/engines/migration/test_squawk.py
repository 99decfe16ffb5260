"""What squawk says of our own plans: nothing but what a reason is given for, and proven, below."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import pytest

from server.engines.migration.action import Mode
from server.engines.migration.effect import Effect
from server.engines.migration.generate import Generated
from server.engines.migration.step import Verb
from server.engines.postgres.shadow import Shadow
from server.engines.sql.psql import read_script
from tests.engines.migration.test_corpus import migrated

_SQUAWK = Path(sys.executable).with_name("squawk")
_CORPUS = Path(__file__).parents[4] / "shared" / "corpus" / "migrations"
_FOLDERS = sorted(path.parent for path in _CORPUS.glob("online--*/old.sql"))
_PAIRS = [
    pytest.param(
        folder / f"{old}.sql",
        folder / f"{new}.sql",
        id=f"{folder.name} from {old} to {new}",
        marks=[] if number % 5 == 0 else [pytest.mark.corpus],
    )
    for number, folder in enumerate(_FOLDERS)
    for old, new in (("old", "new"), ("new", "old"))
]

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(not _FOLDERS, reason="the corpus of migrations is not here"),
    pytest.mark.skipif(not _SQUAWK.is_file(), reason="squawk-cli is not installed"),
]


class Ground(StrEnum):
    """Why a finding is let stand."""

    DICTATED = "the desired schema demands it"
    REFUTED = "what was observed, or measured of forms that cannot be watched, says otherwise"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a finding is let stand, in words, and as something that must hold of its step."""

    ground: Ground
    why: str
    holds: Callable[[Effect, Sequence[Effect]], bool]


def _is_drop(effect: Effect, _all: Sequence[Effect]) -> bool:
    return effect.step.verb is Verb.DROP


def _stays_away(effect: Effect, effects: Sequence[Effect]) -> bool:
    subject = effect.step.subject
    made = (each.step for each in effects if each.step.verb is Verb.CREATE)
    return effect.step.verb is Verb.DROP and all(step.subject != subject for step in made)


def _is_concurrent(effect: Effect, effects: Sequence[Effect]) -> bool:
    return effect.step.mode is Mode.OUTSIDE and _lets_others_go_on(effect, effects)


def _lets_others_go_on(effect: Effect, _all: Sequence[Effect]) -> bool:
    return not any(mode.waits for _, mode in effect.locks)


def _reads_nothing(effect: Effect, _all: Sequence[Effect]) -> bool:
    return not effect.scanned and not effect.rewritten


_RENAMING = re.compile(r"ALTER (?:INDEX|TABLE) \S+ RENAME (?:CONSTRAINT (\S+) )?TO \S+")


def _is_own_name(effect: Effect, effects: Sequence[Effect]) -> bool:
    """Whether an earlier statement of the plan made what is renamed, beside what had the name."""
    renaming = _RENAMING.match(effect.step.sql)
    if renaming is None:
        return False
    before = effects[: list(effects).index(effect)]
    name = renaming[1] or effect.step.sql.split()[2].rpartition(".")[2]
    same = (each.step for each in before if each.step.subject == effect.step.subject)
    return any(name in step.sql.split() and "DROP" not in step.sql for step in same)


_REASONS: Mapping[str, Reason] = {
    "ban-drop-column": Reason(Ground.DICTATED, "the column is not in it", _stays_away),
    "ban-drop-constraint": Reason(
        Ground.DICTATED, "it has no such constraint, or another one of that name", _is_drop
    ),
    "renaming-object": Reason(
        Ground.REFUTED, "the old name is the plan's own: no program has ever seen it", _is_own_name
    ),
    "require-concurrent-index-creation": Reason(
        Ground.REFUTED, "ON ONLY a partitioned table no row is read", _reads_nothing
    ),
    "require-concurrent-index-deletion": Reason(
        Ground.DICTATED, "PostgreSQL has no other form for a partitioned table", _is_drop
    ),
    "require-lock-timeout": Reason(
        Ground.REFUTED, "nobody waits behind a concurrent build", _is_concurrent
    ),
    "require-statement-timeout": Reason(
        Ground.REFUTED, "nobody waits while a concurrent build runs", _is_concurrent
    ),
}


@pytest.mark.parametrize(("old", "new"), _PAIRS)
async def test_squawk_finds_only_what_a_proven_reason_lets_stand(
    shadow: Shadow, old: Path, new: Path
) -> None:
    generated = await migrated(shadow, old, new)

    assert [*_unexcused(generated)] == []


@dataclass(frozen=True, slots=True)
class _Finding:
    rule: str
    line: int


def _unexcused(generated: Generated | None) -> Iterator[str]:
    """Yield the findings about the files of a plan that nothing excuses."""
    for file in generated.rendering.files if generated else ():
        if generated and ".up." in file.path:
            every = generated.effects
            effects = {effect.step.sql.strip(): effect for effect in every}
            for finding in _findings(file.content):
                sql = _statement_at(finding.line, file.content)
                reason = _REASONS.get(finding.rule)
                if reason is None or sql not in effects or not reason.holds(effects[sql], every):
                    yield f"{finding.rule}: {sql}"


def _findings(content: bytes) -> Iterator[_Finding]:
    command = [_SQUAWK, "--reporter", "json", "--pg-version", "18.0", "--stdin-filepath", "up.sql"]
    done = subprocess.run(command, input=content, capture_output=True, check=False)
    # Squawk counts lines from 0.
    for each in json.loads(done.stdout):
        yield _Finding(each["rule_name"], each["line"] + 1)


def _statement_at(line: int, content: bytes) -> str:
    pieces = [piece for piece in read_script([content], file="up.sql") if piece.line <= line]
    return pieces[-1].text.strip()

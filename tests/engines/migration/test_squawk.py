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
from server.engines.migration.rendering import Heading, rendered
from server.engines.migration.step import Verb
from server.engines.postgres.shadow import Shadow
from server.engines.sql.formats.format import Format
from server.engines.sql.formats.model import Place, SourceFile
from server.engines.sql.formats.registry import format_of
from server.engines.sql.psql import read_script
from tests.engines.migration.proving import proven
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


_RENAMING = re.compile(
    r"ALTER (?:INDEX|TABLE|TYPE|MATERIALIZED VIEW) (\S+) RENAME (?:(?:CONSTRAINT|COLUMN) (\S+) )?TO"
)
_FUNCTION = re.compile(r"DROP FUNCTION (\S+)")


def _is_own_name(effect: Effect, effects: Sequence[Effect]) -> bool:
    """Whether an earlier statement of the plan made what is renamed, beside what had the name."""
    renaming = _RENAMING.match(effect.step.sql)
    name = (renaming[2] or renaming[1].rpartition(".")[2]) if renaming else ""
    return bool(name) and _made_before(name, effect, effects)


def _is_own_function(effect: Effect, effects: Sequence[Effect]) -> bool:
    dropping = _FUNCTION.match(effect.step.sql)
    return dropping is not None and _made_before(f"{dropping[1]}()", effect, effects)


def _made_before(name: str, effect: Effect, effects: Sequence[Effect]) -> bool:
    earlier = (each.step for each in effects[: list(effects).index(effect)])
    same = (step for step in earlier if step.subject == effect.step.subject)
    words = (step.sql.replace(".", " ").split() + step.sql.split() for step in same)
    return any(name in each and each[0] != "DROP" for each in words)


def _gives_way(effect: Effect, effects: Sequence[Effect]) -> bool:
    """Whether what is changed was made ready beside what is taken away."""
    prepared = (each.step for each in effects if each.step.verb is Verb.PREPARE)
    return any(step.subject == effect.step.subject for step in prepared)


def _comes_back(effect: Effect, effects: Sequence[Effect]) -> bool:
    made = (each.step for each in effects if each.step.verb is Verb.CREATE)
    return _is_drop(effect, effects) and any(step.subject == effect.step.subject for step in made)


def _declares(effect: Effect, _all: Sequence[Effect]) -> bool:
    return " ADD COLUMN " in effect.step.sql


_TYPE = Reason(Ground.DICTATED, "it names the type", _declares)
_REBUILT = Reason(Ground.DICTATED, "it changes, or what it needs does; it comes back", _comes_back)
_GONE = Reason(Ground.DICTATED, "it is not in it", _stays_away)
_REPLACED = Reason(Ground.DICTATED, "it has another type, and the ready one takes over", _gives_way)
_OWN_NAME = Reason(
    Ground.REFUTED, "the old name is the plan's own: no program has ever seen it", _is_own_name
)
# Where a runner sends a file as one query, the statement stands alone: what a failed build left
# cannot be dropped in the same file, and is passed over with IF NOT EXISTS. This is run in
# test_repeatable_files.py.
_ALONE = Reason(
    Ground.REFUTED,
    "with IF NOT EXISTS alone, a second run is content with the INVALID index that the first left",
    lambda effect, _: effect.step.mode is Mode.OUTSIDE and _BUILD in effect.step.sql,
)
_BUILD = "INDEX CONCURRENTLY"
_REASONS: Mapping[str, tuple[Reason, ...]] = {
    "adding-required-field": (Reason(Ground.DICTATED, "it demands a value", _declares),),
    "ban-alter-identity": (
        Reason(Ground.REFUTED, "the column is the plan's own, and counts on", _gives_way),
    ),
    "ban-drop-column": (_GONE, _REPLACED),
    "ban-drop-constraint": (
        Reason(Ground.DICTATED, "it has no such constraint, or another one of that name", _is_drop),
        _REPLACED,
    ),
    "ban-drop-default": (_REBUILT,),
    "ban-drop-function": (
        _REBUILT,
        Reason(Ground.REFUTED, "the plan itself made it, to keep columns equal", _is_own_function),
    ),
    "ban-drop-type": (_REPLACED,),
    "ban-drop-view": (_REBUILT,),
    "prefer-bigint-over-int": (_TYPE,),
    "prefer-robust-stmts": (_ALONE,),
    "renaming-column": (_OWN_NAME,),
    "renaming-object": (_OWN_NAME,),
    "require-concurrent-index-creation": (
        Reason(Ground.REFUTED, "ON ONLY a partitioned table no row is read", _reads_nothing),
        Reason(Ground.REFUTED, "nobody knows the relation yet", _lets_others_go_on),
    ),
    "require-concurrent-index-deletion": (
        Reason(Ground.DICTATED, "PostgreSQL has no other form for a partitioned table", _is_drop),
    ),
    "require-lock-timeout": (
        Reason(Ground.REFUTED, "nobody waits behind a concurrent build", _is_concurrent),
    ),
    "require-statement-timeout": (
        Reason(Ground.REFUTED, "nobody waits while a concurrent build runs", _is_concurrent),
    ),
}


@pytest.mark.parametrize(("old", "new"), _PAIRS)
async def test_squawk_finds_only_what_a_proven_reason_lets_stand(
    shadow: Shadow, old: Path, new: Path
) -> None:
    generated = await migrated(shadow, old, new)

    assert generated is None or [*_unexcused(generated, "plain")] == []


_FORMATS = ("plain", "dbmate", "golang-migrate", "flyway", "prisma")
_OWN = """
CREATE TYPE mood AS ENUM ('a', 'b');
CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, n int, m mood DEFAULT 'a');
CREATE TABLE r (x int REFERENCES t, y int NOT NULL, CHECK (x > 0));
CREATE INDEX ri ON r (y) WHERE x > 9;
CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER g BEFORE UPDATE ON r FOR EACH ROW EXECUTE FUNCTION g();
CREATE TABLE k (a int, b int, CONSTRAINT u UNIQUE (a));
CREATE MATERIALIZED VIEW mv AS SELECT y AS y FROM r;
CREATE INDEX i ON mv (y);
CREATE VIEW w AS SELECT y FROM mv;
CREATE FUNCTION f(mood) RETURNS int LANGUAGE sql AS 'SELECT 1';
"""
_OTHER = (
    _OWN.replace("'a', 'b'", "'b', 'a'")
    .replace("id int", "id bigint")
    .replace("x int", "x bigint")
    .replace("UNIQUE (a)", "UNIQUE (b)")
    .replace("y AS y", "y + 1 AS y")
)


@pytest.mark.parametrize(("old", "new"), [(_OWN, _OTHER), (_OTHER, _OWN)], ids=["there", "back"])
async def test_squawk_finds_only_what_a_reason_lets_stand_where_things_give_way(
    shadow: Shadow, old: str, new: str
) -> None:
    generated = await proven(shadow, old, new)

    assert [*_unexcused(generated, *_FORMATS)] == []


async def test_squawk_has_nothing_to_say_of_reruns_where_a_file_can_clean_up(
    shadow: Shadow,
) -> None:
    table = "CREATE TABLE t (a int);"
    generated = await proven(shadow, table, f"{table} CREATE INDEX i ON t (a);")

    found = [each for text in _texts(generated, "plain") for each in _findings(text)]
    assert "prefer-robust-stmts" not in {each.rule for each in found}


@dataclass(frozen=True, slots=True)
class _Finding:
    rule: str
    line: int


@dataclass(frozen=True, slots=True)
class _Text:
    """What a runner sends of one file, and whether it begins a transaction before."""

    sql: bytes
    is_wrapped: bool


def _texts(generated: Generated, name: str) -> Iterator[_Text]:
    """Yield what runs forward of a plan in one format."""
    format_ = format_of(name)
    files = rendered(generated.draft, format_, Heading("change", Place("0001"), ())).files
    for sql in (_forward(SourceFile(file.path, file.content), format_) for file in files):
        yield _Text(sql, format_.wraps and b"CONCURRENTLY" not in sql)


def _forward(file: SourceFile, format_: Format) -> bytes:
    is_back = file.name == "down.sql" or file.name.endswith((".down.sql", ".conf"))
    return b"" if is_back else format_.single.up(SourceFile(file.name, file.content))


def _unexcused(generated: Generated, *formats: str) -> Iterator[str]:
    """Yield the findings about the files of a plan that nothing excuses."""
    every = generated.effects
    effects = {_bare(effect.step.sql): effect for effect in every}
    for text in (text for name in formats for text in _texts(generated, name)):
        for finding in _findings(text):
            sql = _statement_at(finding.line, text.sql)
            effect = effects.get(_bare(sql))
            reasons = _REASONS.get(finding.rule, ())
            if effect is None or not any(each.holds(effect, every) for each in reasons):
                yield f"{finding.rule}: {sql}"


def _bare(sql: str) -> str:
    """Return a statement as every format has it: only some can be run again as they are."""
    return sql.strip().replace("CONCURRENTLY IF NOT EXISTS ", "CONCURRENTLY ")


def _findings(text: _Text) -> Iterator[_Finding]:
    command = [_SQUAWK, "--reporter", "json", "--pg-version", "18.0", "--stdin-filepath", "up.sql"]
    if text.is_wrapped:
        command.append("--assume-in-transaction")
    done = subprocess.run(command, input=text.sql, capture_output=True, check=False)
    # Squawk counts lines from 0.
    for each in json.loads(done.stdout):
        yield _Finding(each["rule_name"], each["line"] + 1)


def _statement_at(line: int, content: bytes) -> str:
    pieces = [piece for piece in read_script([content], file="up.sql") if piece.line <= line]
    return pieces[-1].text.strip()

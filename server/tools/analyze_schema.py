"""The tool that loads a schema into a throw-away server and says what is wrong with it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Annotated

import anyio.to_thread
from pydantic import BaseModel, ConfigDict, Field

from server.engines.analysis.finding import Finding, Severity
from server.engines.analysis.outcome import Outcome
from server.engines.analysis.suppress import (
    DEFAULT_FILE,
    Sifted,
    Suppression,
    read_suppressions,
    sift,
)
from server.errors import InvalidInputError, NotFoundError
from server.reports.render import quoted, render
from server.runtime import Runtime
from server.tools.tool import Arguments, Call, Detail, Report, Tool

if TYPE_CHECKING:
    from server.engines.catalog.catalog import Catalog
    from server.engines.catalog.identity import Identity
    from server.engines.postgres.sources import LoadedSchema

_CONCISE_FINDINGS = 12
_ACT_ON_FINDINGS = (
    "Apply a fix where it belongs, then call analyze_schema again: a fixed finding's key is gone. "
    f"Accept one by listing its key with a reason in {DEFAULT_FILE}."
)
_CONCISE_TEXT = 8_000  # characters that a concise text stays under
_MOST_NAMES = 20  # names that an error lists
_MOST_SUPPRESSIONS = 1 << 20  # bytes of a suppress file


class Filters(Arguments):
    """Which relations, checks and severities."""

    tables: Annotated[
        tuple[str, ...], Field(description="only these relations: orders or sales.orders")
    ] = ()
    checks: Annotated[tuple[str, ...], Field(description="only these check ids")] = ()
    severity: Annotated[Severity, Field(description="least severity")] = Severity.INFO


class Context(Arguments):
    """What only the caller knows."""

    exposed_schemas: Annotated[
        tuple[str, ...],
        Field(description="schemas that clients reach directly, as through PostgREST"),
    ] = ()
    suppress: Annotated[
        str, Field(description="YAML file of accepted findings: a list of key and reason")
    ] = DEFAULT_FILE


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class FindingEntry(_Part):
    """One finding; `key` is what a suppress file lists."""

    key: str
    check: str
    severity: str
    object: str
    message: str
    fix: str
    advice: str
    evidence: str


class CheckEntry(_Part):
    """What became of a check: `ran`, `skipped` or `not_applicable`, and over how many objects."""

    check: str
    status: str
    examined: int
    of: str
    found: int
    reason: str


class AnalyzeSchemaReport(Report):
    """What was examined, and what was found."""

    source: str
    server: str
    notes: tuple[str, ...]
    objects: dict[str, int]
    counts: dict[str, int]
    total: int
    findings: tuple[FindingEntry, ...]
    suppressed: tuple[str, ...]
    checks: tuple[CheckEntry, ...]
    detail: str

    @property
    def text(self) -> str:
        """The analysis as Markdown."""
        return render("analyze_schema", report=self, detailed=self.detail == Detail.DETAILED)


async def analyze_schema(
    call: Call,
    source: Annotated[
        str,
        Field(description="file:PATH, dir:PATH, git:REF:PATH, db:NAME or empty"),
    ],
    *,
    filters: Annotated[Filters, Field(description="what to look at")] = Filters(),
    context: Annotated[Context, Field(description="what only you know")] = Context(),
    detail: Annotated[
        Detail, Field(description="concise shows the gravest findings")
    ] = Detail.CONCISE,
) -> AnalyzeSchemaReport:
    """Find what is wrong in a PostgreSQL schema: indexes, keys, types, security.

    Loads the source into a throw-away PostgreSQL; a live database is only read. Findings have a
    stable key, evidence and, where there is one, SQL that fixes it; each check says over how many
    objects it ran.
    """
    # The drivers and parsers take longer to import than the event loop may stand still.
    await anyio.to_thread.run_sync(import_module, "server.engines.postgres.sources")
    from server.engines.analysis.check import Scope
    from server.engines.analysis.examine import examine
    from server.engines.catalog.read import read_catalog
    from server.engines.postgres.sources import open_source, parse_source

    runtime = call.runtime
    suppressions = _suppressions(runtime, context.suppress)
    parsed = parse_source(source)
    async with runtime.gate.shared(call.stage):
        call.stage(f"loading {source}")
        async with open_source(
            parsed,
            shadow=runtime.shadow,
            workspace=runtime.workspace,
            databases=runtime.live_databases,
        ) as loaded:
            call.stage("reading the catalog")
            catalog = await read_catalog(loaded.session)
        call.stage("running the checks")
        scope = Scope(catalog, frozenset(context.exposed_schemas))
        _refuse_unknown(catalog, filters, context)
        outcomes = await anyio.to_thread.run_sync(examine, scope, filters.checks)
    found = [finding for each in outcomes for finding in each.findings]
    sifted = sift(_filtered(found, catalog, filters), suppressions)
    return _report(loaded, catalog, outcomes, sifted, (source, detail))


def _suppressions(runtime: Runtime, file: str) -> tuple[Suppression, ...]:
    """Read the suppress file; only the default one may be absent."""
    try:
        return read_suppressions(runtime.workspace.read_text(file, limit=_MOST_SUPPRESSIONS), file)
    except NotFoundError:
        if file == DEFAULT_FILE:
            return ()
        raise


def _refuse_unknown(catalog: "Catalog", filters: Filters, context: Context) -> None:
    """Refuse a relation or schema that is not there: an empty answer would look like health."""
    relations = {name for fact in catalog if (name := _relation(catalog, fact.identity))}
    schemas = {name.partition(".")[0] for name in relations}
    wanted = {"table": (filters.tables, relations), "schema": (context.exposed_schemas, schemas)}
    for what, (names, known) in wanted.items():
        for name in names:
            if not any(_means(name, each) for each in known):
                shown = ", ".join(sorted(known)[:_MOST_NAMES])
                raise InvalidInputError(
                    f"The schema has no {what} {quoted(name, 64)}.",
                    next_step=f"It has: {shown}." if shown else "It has none.",
                )


def _filtered(found: Iterable[Finding], catalog: "Catalog", filters: Filters) -> Iterable[Finding]:
    for finding in found:
        relation = _relation(catalog, finding.subject)
        in_tables = any(_means(name, relation) for name in filters.tables)
        if finding.severity.rank <= filters.severity.rank and (in_tables or not filters.tables):
            yield finding


def _means(name: str, relation: str) -> bool:
    """Tell whether a caller's name, with or without its schema, is this relation."""
    return name in {relation, relation.partition(".")[2]}


def _relation(catalog: "Catalog", identity: "Identity") -> str:
    """Return the relation that an object is a part of as `schema.name`, empty without one."""
    fact = catalog.facts.get(identity)
    if fact is not None and fact.parent is not None and fact.parent.schema is not None:
        return _relation(catalog, fact.parent)
    return ".".join(identity.names[:2]) if identity.schema is not None else ""


def _report(
    loaded: "LoadedSchema",
    catalog: "Catalog",
    outcomes: Sequence[Outcome],
    sifted: Sifted,
    asked: tuple[str, Detail],
) -> AnalyzeSchemaReport:
    source, detail = asked
    kept = _ordered(sifted.kept)
    counts = Counter(each.severity for each in kept)
    whole = AnalyzeSchemaReport(
        source=source,
        server=f"PostgreSQL {loaded.version} ({loaded.origin})",
        notes=(*loaded.notes, *_remarks(catalog, sifted)),
        objects=dict(sorted(Counter(fact.kind for fact in catalog).items())),
        counts={severity: counts[severity] for severity in Severity},
        total=len(kept),
        findings=tuple(map(_finding, kept)),
        suppressed=tuple(f"{each.key}: {reason}" for each, reason in sifted.suppressed),
        checks=tuple(map(_check, outcomes)),
        detail=detail,
    )
    most = len(kept) if detail is Detail.DETAILED else _CONCISE_FINDINGS
    return _cut(whole, most)


def _ordered(found: Iterable[Finding]) -> list[Finding]:
    """Put the gravest first and, among equals, each check's first finding before any second."""
    seen = Counter[str]()
    turns = list[tuple[int, int, int, Finding]]()
    for place, finding in enumerate(sorted(found, key=lambda each: (each.check, each.subject))):
        turns.append((finding.severity.rank, seen[finding.check], place, finding))
        seen[finding.check] += 1
    return [finding for *_, finding in sorted(turns)]


def _cut(whole: AnalyzeSchemaReport, most: int) -> AnalyzeSchemaReport:
    """Return the report with its gravest findings: `most`, and in a concise text what fits."""
    for shown in range(min(most, whole.total), 0, -1):
        report = _showing(whole, shown)
        if whole.detail == Detail.DETAILED or len(report.text) <= _CONCISE_TEXT:
            return report
    return _showing(whole, min(1, whole.total))


def _showing(whole: AnalyzeSchemaReport, shown: int) -> AnalyzeSchemaReport:
    steps = _next_steps(whole, shown)
    return whole.model_copy(update={"findings": whole.findings[:shown], "next_steps": steps})


def _remarks(catalog: "Catalog", sifted: Sifted) -> Iterator[str]:
    unread = catalog.unmodeled
    if unread:
        names = ", ".join(quoted(each.identity) for each in unread[:_MOST_NAMES])
        more = f" and {len(unread) - _MOST_NAMES} more" if len(unread) > _MOST_NAMES else ""
        yield f"Seen but not understood, so not examined: {names}{more}."
    for key in sifted.stale:
        yield f"The suppress file lists {quoted(key)}, which matches nothing any more."


def _finding(finding: Finding) -> FindingEntry:
    return FindingEntry(
        key=finding.key,
        check=finding.check,
        severity=finding.severity,
        object=finding.subject.qualified_name,
        message=finding.message,
        fix=finding.fix,
        advice=finding.advice,
        evidence=finding.evidence,
    )


def _check(outcome: Outcome) -> CheckEntry:
    return CheckEntry(
        check=outcome.check,
        status=outcome.status,
        examined=outcome.examined,
        of=outcome.population,
        found=len(outcome.findings),
        reason=outcome.reason,
    )


def _next_steps(whole: AnalyzeSchemaReport, shown: int) -> tuple[str, ...]:
    if not whole.total:
        return ("Nothing was found by the checks that ran; the list says what they examined.",)
    rest = (
        f"{whole.total - shown} more findings: call analyze_schema with source={whole.source!r} "
        'and detail="detailed", or narrow it with filters.tables, filters.checks or '
        "filters.severity."
    )
    return (
        *([rest] if shown < whole.total else []),
        f"Read why a finding matters: resource check://{whole.findings[0].check}.",
        _ACT_ON_FINDINGS,
    )


TOOL = Tool(
    name="analyze_schema",
    title="Analyze a PostgreSQL schema",
    run=analyze_schema,
    read_only=True,
)

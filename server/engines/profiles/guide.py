"""The guide to the seven questions, written from their data."""

from collections.abc import Iterator

from server.engines.profiles.answers import VALID
from server.engines.profiles.choices import CONTROL_MEANINGS
from server.engines.profiles.kill_criteria import COMPLIANCE_FLOOR
from server.engines.profiles.questions import QUESTIONS, Question

_OPENING = """\
# The seven forcing questions

Seven answers decide most of a backend. They are asked before anything is designed, one at a time, \
because each costs an afternoon to answer now and a quarter to correct later. A question that \
cannot be answered yet stays open in the decision, by name; it is never filled in with a guess.

A **kill criterion** is a combination of answers that no advantage outweighs. It stops the \
recommendation until it is resolved. What is not stated counts as absent.

The answers go to `recommend_profile`. Q1, Q2, Q4 and the pattern of Q5 are indispensable: without \
one of them it recommends nothing. Without Q3, Q6 or Q7 it marks its answer incomplete.
"""
_NUMBERS = """\
## From answers to numbers

| number | formula | source |
| --- | --- | --- |
| requests in flight | L = λ W: p99 QPS x mean response time | Little, 1961 |
| mean response time | 50 % p50 + 45 % p95 + 5 % p99 of the targets | each band at its slowest |
| instances | requests in flight / (those of one instance x 0.7), at least 2 | 30 % headroom |
| pool size | p99 QPS x time a request holds a connection / 0.7 | Little, 1961; 30 % headroom |
| error budget | (100 % - SLO) x 43,200 min in 30 days | Beyer et al., 2016 |
| WAL archiving | RPO / 2; below 2 min streaming replication | PostgreSQL documentation |

What one instance carries and how long a connection is held are planning figures of the profile. \
A load test of the real system replaces them.

## A complete call

```json
{"name": "recommend_profile", "arguments": {
  "load": {"read_write_ratio": "80:20", "p99_qps": 250},
  "data": {"tenancy": "shared-multi-tenant", "data_sensitivity": "pii",
    "compliance_controls": ["access-control", "encryption-at-rest", "encryption-in-transit",
      "data-erasure", "tenant-isolation"]},
  "architecture": {"pattern": "modular-monolith", "sync_model": "sync", "language": "typescript"},
  "team": {"team_size": 9},
  "reliability": {"rpo": "15 min", "rto": "30 min", "slo": "99.9%",
    "error_budget_consumer": "Engineering manager of the product"}}}
```
"""


def guide() -> str:
    """Return the text of `references/forcing_questions.md`."""
    sections = [_OPENING, *map(_section, QUESTIONS), _controls(), _NUMBERS]
    return "\n".join(sections)


def _section(question: Question) -> str:
    return "\n".join(_lines(question))


def _lines(question: Question) -> Iterator[str]:
    yield f"## {question.id}. {question.title}\n"
    yield f"**{question.question}**\n"
    yield f"*Why it matters.* {question.why}\n"
    yield f"*How to find out.* {question.find_out}\n"
    yield f"*Recommended default.* {question.default}\n"
    yield "*Answers.*\n"
    yield from (f"- `{field}`: {VALID[field]}" for field in question.fields)
    yield from (
        f"- `{field}` (where a kill criterion or the choice asks): {_valid_evidence(field)}"
        for field in question.evidence
    )
    yield ""
    for criterion in question.kill_criteria:
        yield f"*Kill criterion* `{criterion.id}`. {criterion.rule}\n"
        yield f"- To resolve: {criterion.remedy}"
        yield f"- Source: {criterion.source}.\n"
    yield f"*Canon.* {'; '.join(map(str, question.canon))}.\n"


def _valid_evidence(field: str) -> str:
    return "see [Controls](#controls)" if field == "compliance_controls" else VALID[field]


def _controls() -> str:
    rows = (f"| `{control}` | {meaning} |" for control, meaning in CONTROL_MEANINGS.items())
    floors = (
        f"- `{tier}`: {', '.join(f'`{control}`' for control in floor)}"
        for tier, floor in COMPLIANCE_FLOOR.items()
    )
    return "\n".join(
        [
            "## Controls\n",
            "A control counts when it works before the first real record arrives.\n",
            "| control | it means |",
            "| --- | --- |",
            *rows,
            "",
            "The compliance floors:\n",
            *floors,
            "",
        ]
    )

"""The seven forcing questions, once, as data.

The guide, the prompt and the refusals are written from here.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from server.engines.profiles import kill_criteria
from server.engines.profiles.answers import Answers
from server.engines.profiles.kill_criteria import KillCriterion


@dataclass(frozen=True, slots=True)
class Source:
    """Where an opinion comes from."""

    author: str
    work: str
    year: int

    def __str__(self) -> str:
        return f"{self.author}, *{self.work}*, {self.year}"


@dataclass(frozen=True, slots=True)
class Question:
    """One of the seven.

    `fields` are the answers that settle it, `indispensable` those of them without which nothing
    is recommended, `evidence` the answers that its kill criteria look at besides.
    """

    id: str
    title: str
    question: str
    why: str
    find_out: str
    default: str
    canon: tuple[Source, ...]
    kill_criteria: tuple[KillCriterion, ...]
    fields: tuple[str, ...]
    indispensable: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()

    def unanswered(self, answers: Answers) -> tuple[str, ...]:
        """Return the fields that settle this question and have no value yet."""
        return tuple(field for field in self.fields if answers.leaf(field) is None)


@dataclass(frozen=True, slots=True)
class Tripped:
    """A kill criterion that these answers trip, and why."""

    criterion: KillCriterion
    question: Question
    evidence: tuple[str, ...]


QUESTIONS = (
    Question(
        id="Q1",
        title="Load",
        question=(
            "What is the read/write ratio, and which request rate will 99 % of all seconds stay "
            "under one year from now (p99 QPS)?"
        ),
        why=(
            "The ratio decides between indexes, replicas and caches (reads) and batching, queues "
            "and partitions (writes); the rate decides how many connections and instances there "
            "are. Designed without them, a system is ten times too big or falls over at launch."
        ),
        find_out=(
            "Existing system: requests per second from the load balancer's log, their 99th "
            "percentile over a month; scans against changed rows in pg_stat_user_tables. New "
            "product: users x actions in the busiest hour / 3,600, times 3 for the peak."
        ),
        default=(
            "80:20 and 50 req/s for a product that has no traffic yet; otherwise the measured p99 "
            "of the busiest hour times the growth in the business plan."
        ),
        canon=(
            Source("Kleppmann", "Designing Data-Intensive Applications", 2017),
            Source("Little", "A Proof for the Queuing Formula: L = λW", 1961),
        ),
        kill_criteria=(kill_criteria.ONE_PRIMARY,),
        fields=("read_write_ratio", "p99_qps"),
        indispensable=("read_write_ratio", "p99_qps"),
    ),
    Question(
        id="Q2",
        title="Tenancy",
        question=(
            "Does one customer use a deployment (single), do customers share tables "
            "(shared-multi-tenant), or has each its own database (isolated-multi-tenant)?"
        ),
        why=(
            "Tenancy is in every key, index, query, cache entry and backup. Adding tenant_id later "
            "rewrites all of them, and one query without it shows a customer's data to another."
        ),
        find_out=(
            "Read one signed contract: does it promise data residency, a customer's own key, or a "
            "restore of one customer alone? Each of them asks for isolation."
        ),
        default=(
            "shared-multi-tenant: tenant_id NOT NULL leading every key and index of tenant data, "
            "row-level security forced, one test that crosses tenants and must fail."
        ),
        canon=(
            Source("Chong, Carraro, Wolter", "Multi-Tenant Data Architecture", 2006),
            Source("Golding", "Building Multi-Tenant SaaS Architectures", 2024),
        ),
        kill_criteria=(kill_criteria.SHARED_REGULATED, kill_criteria.ISOLATED_BY_HAND),
        fields=("tenancy",),
        indispensable=("tenancy",),
        evidence=("compliance_controls",),
    ),
    Question(
        id="Q3",
        title="Sync, async or events",
        question=(
            "Does the caller wait for the work (sync), does a job do it later (async), or are "
            "facts published for other teams to consume (event-driven)?"
        ),
        why=(
            "Each step away from a plain call trades a stack trace for retries, duplicates, "
            "ordering and eventual consistency. It pays when work outlasts the request or when "
            "producers must not know their consumers, and not before."
        ),
        find_out=(
            "List the calls whose work outlasts the p99 target, and for each fact that another "
            "team wants, the team. The list, not the taste, gives the answer."
        ),
        default=(
            "sync; jobs in a PostgreSQL queue for what outlasts the p99 target or calls a third "
            "party. Exceptions: two or more named consuming teams (event-driven, by an outbox), "
            "or mostly background work (async)."
        ),
        canon=(
            Source("Hohpe, Woolf", "Enterprise Integration Patterns", 2003),
            Source("Fowler", "What do you mean by “Event-Driven”?", 2017),
        ),
        kill_criteria=(kill_criteria.EVENTS_TOO_EARLY,),
        fields=("sync_model",),
        evidence=("consuming_teams",),
    ),
    Question(
        id="Q4",
        title="Data sensitivity",
        question=(
            "What is the most sensitive data the system will hold: public, internal, personal "
            "(pii), health (phi) or card data (pci)?"
        ),
        why=(
            "The tier sets encryption, audit, retention, who may approve a change and which "
            "vendors are allowed. A regulated tier discovered after launch rebuilds storage, "
            "logging and access at once."
        ),
        find_out=(
            "Walk through every field of every form and every upload: free text and files take the "
            "tier of the worst thing that a user may put in."
        ),
        default=(
            "pii as soon as a person can log in. Keep card data out altogether: a payment "
            "provider's hosted fields leave only tokens."
        ),
        canon=(
            Source("European Union", "General Data Protection Regulation, Article 32", 2016),
            Source("US HHS", "HIPAA Security Rule, 45 CFR 164 Subpart C", 2003),
            Source("PCI SSC", "PCI DSS 4.0", 2022),
        ),
        kill_criteria=(kill_criteria.COMPLIANCE,),
        fields=("data_sensitivity",),
        indispensable=("data_sensitivity",),
        evidence=("compliance_controls",),
    ),
    Question(
        id="Q5",
        title="Monolith, modular monolith or services",
        question=(
            "How is the code deployed (monolith, modular-monolith, services), and by how many "
            "engineers is it changed?"
        ),
        why=(
            "Services solve a problem of people: teams that wait for each other. Below that size "
            "they add networks, versions and on-call without removing any waiting."
        ),
        find_out=(
            "Count the engineers who will change this system in a year. For services, name the "
            "platform team, and a change from last quarter that touched one context only."
        ),
        default=(
            "modular-monolith: one deployable, one database, a schema and a public interface for "
            "each module, boundaries checked in CI. It is also what services are extracted from."
        ),
        canon=(
            Source("Fowler", "MonolithFirst", 2015),
            Source("Newman", "Monolith to Microservices", 2019),
            Source("Skelton, Pais", "Team Topologies", 2019),
        ),
        kill_criteria=(kill_criteria.SERVICES_TOO_EARLY,),
        fields=("pattern", "team_size"),
        indispensable=("pattern",),
        evidence=("platform_team", "independent_contexts", "language"),
    ),
    Question(
        id="Q6",
        title="RPO and RTO",
        question=(
            "How many minutes of writes may be lost (RPO), and how long may recovery take (RTO), "
            "when the database is gone?"
        ),
        why=(
            "They decide between a nightly dump, WAL archiving, a standby and a synchronous "
            "standby; each costs more than the one before, in money or latency. Unstated, it is "
            "found out during the outage."
        ),
        find_out=(
            "Ask the owner of the business what an hour without orders, and an hour of orders "
            "retyped from e-mail, would cost; then time a restore."
        ),
        default=(
            "RPO 15 min and RTO 30 min: WAL archiving, one standby, a restore rehearsed monthly."
        ),
        canon=(
            Source("Beyer et al.", "Site Reliability Engineering, chapter 26", 2016),
            Source("NIST", "SP 800-34 Rev. 1, Contingency Planning Guide", 2010),
        ),
        kill_criteria=(kill_criteria.ZERO_LOSS, kill_criteria.FAST_RECOVERY),
        fields=("rpo", "rto"),
        evidence=("compliance_controls",),
    ),
    Question(
        id="Q7",
        title="SLO and the consumer of its error budget",
        question=(
            "Which availability do users need over 30 days (SLO), and who, by name or role, stops "
            "feature work when its error budget is spent?"
        ),
        why=(
            "The SLO prices every other choice: each further nine divides the allowed outage by "
            "ten. A budget that nobody acts on is a dashboard."
        ),
        find_out=(
            "Take the availability of the last three months as the first target, and ask who had "
            "the authority to stop a release in the worst week."
        ),
        default=(
            "99.9% (43.2 min of outage in 30 days), consumed by the product's engineering manager."
        ),
        canon=(
            Source("Beyer et al.", "Site Reliability Engineering, chapters 3 and 4", 2016),
            Source("Hidalgo", "Implementing Service Level Objectives", 2020),
        ),
        kill_criteria=(
            kill_criteria.UNOWNED_SLO,
            kill_criteria.NO_BUDGET,
            kill_criteria.NO_ROTATION,
        ),
        fields=("slo", "error_budget_consumer"),
        evidence=("team_size",),
    ),
)
QUESTION_OF: Mapping[str, Question] = {
    field: question for question in reversed(QUESTIONS) for field in question.evidence
} | {field: question for question in QUESTIONS for field in question.fields}
INDISPENSABLE = tuple(field for question in QUESTIONS for field in question.indispensable)


def unanswered(answers: Answers) -> tuple[Question, ...]:
    """Return the questions that are not settled yet, in their order."""
    return tuple(question for question in QUESTIONS if question.unanswered(answers))


def missing(answers: Answers) -> tuple[str, ...]:
    """Return the indispensable answers that are not given, in the order of the questions."""
    return tuple(field for field in INDISPENSABLE if answers.leaf(field) is None)


def tripped(answers: Answers) -> tuple[Tripped, ...]:
    """Return the kill criteria that these answers trip, in the order of the questions."""
    return tuple(
        Tripped(criterion, question, evidence)
        for question in QUESTIONS
        for criterion in question.kill_criteria
        if (evidence := tuple(criterion.lacking(answers)))
    )

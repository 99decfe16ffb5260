"""What a profile may look at: the answers that constraints and scoring terms name."""

from enum import StrEnum

from server.engines.profiles.answers import Answers, shown


class Amount(StrEnum):
    """An answer that is a number."""

    TEAM_SIZE = "team_size"
    P99_QPS = "p99_qps"
    READ_PERCENT = "read_percent"


class Trait(StrEnum):
    """An answer that is one of several words."""

    LANGUAGE = "language"
    PATTERN = "pattern"
    SYNC_MODEL = "sync_model"
    TENANCY = "tenancy"
    DATA_SENSITIVITY = "data_sensitivity"
    PLATFORM_TEAM = "platform_team"
    INDEPENDENT_CONTEXTS = "independent_contexts"


UNITS = {Amount.TEAM_SIZE: "engineers", Amount.P99_QPS: "req/s", Amount.READ_PERCENT: "% reads"}


def amount(answers: Answers, factor: Amount) -> float | None:
    """Return the number behind `factor`, in the unit that UNITS names."""
    match factor:
        case Amount.TEAM_SIZE:
            return answers.team.team_size
        case Amount.P99_QPS:
            rate = answers.load.p99_qps
            return None if rate is None else rate.per_second
        case Amount.READ_PERCENT:
            ratio = answers.load.read_write_ratio
            return None if ratio is None else ratio.read_share * 100


def trait(answers: Answers, factor: Trait) -> str | None:
    """Return the word behind `factor`, as a person gives it."""
    value = answers.leaf(factor)
    return None if value is None else shown(value)

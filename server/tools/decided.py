"""The saved decision, for tools that change a schema or build on one."""

from server.engines.profiles.decision import PATH, read_decision
from server.errors import InvalidInputError
from server.workspace import Workspace

# What the four saved assumptions answer.
_ASSUMPTIONS = ("Q1", "Q2", "Q4", "Q7")


def decision_lines(workspace: Workspace, *, without: bool) -> tuple[str, ...]:
    """Return what was decided and assumed, and what is still open.

    Raises:
        InvalidInputError: nothing was decided, and the caller did not say to go on without.
    """
    decision = read_decision(workspace)
    if decision is not None:
        return decision.lines()
    if without:
        return ("no decision was saved: this assumes nothing about load, tenants, data or SLO",)
    from server.engines.profiles.questions import QUESTIONS

    questions = (each for each in QUESTIONS if each.id in _ASSUMPTIONS)
    lines = [f"- {each.id} {each.title}. {each.question}" for each in questions]
    raise InvalidInputError(
        "\n".join([f"No decision is saved in {PATH}; these questions are open:", *lines]),
        next_step="Call recommend_profile with their answers, or pass without_decision=true.",
    )

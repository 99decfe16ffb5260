"""Holm's correction: several questions asked of one experiment, one promise about all."""

from collections.abc import Sequence


def holm(probabilities: Sequence[float]) -> tuple[float, ...]:
    """Return p-values that may each be held against the level of the whole family.

    Holm, A Simple Sequentially Rejective Multiple Test Procedure, 1979.
    """
    adjusted = [0.0] * len(probabilities)
    highest = 0.0
    order = sorted(range(len(probabilities)), key=probabilities.__getitem__)
    for before, place in enumerate(order):
        highest = max(highest, (len(order) - before) * probabilities[place])
        adjusted[place] = min(1.0, highest)
    return tuple(adjusted)

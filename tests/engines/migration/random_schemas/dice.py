"""Chance that a seed repeats."""

from collections.abc import Iterable, Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Dice:
    def __init__(self, seed: int | str) -> None:
        self._random = Random(seed)  # ruff: ignore[suspicious-non-cryptographic-random-usage] - repeatable on purpose

    def chance(self, probability: float) -> bool:
        return self._random.random() < probability

    def number(self, low: int, high: int) -> int:
        return self._random.randint(low, high)

    def one(self, items: Sequence[T]) -> T:
        return self._random.choice(items)

    def one_if_any(self, items: Sequence[T]) -> T | None:
        return self._random.choice(items) if items else None

    def weighted(self, items: Sequence[T], weights: Sequence[float]) -> T:
        return self._random.choices(items, weights)[0]

    def some(self, items: Iterable[T], most: int, *, least: int = 1) -> tuple[T, ...]:
        pool = list(items)
        most = min(most, len(pool))
        return tuple(self._random.sample(pool, self.number(min(least, most), most)))

    def shuffled(self, items: Iterable[T]) -> list[T]:
        pool = list(items)
        self._random.shuffle(pool)
        return pool

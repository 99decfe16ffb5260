"""Turns the books of a generator into frames, without holding it up for long."""

import time
from array import array
from collections import Counter
from typing import Final

import numpy as np
from numpy.typing import NDArray

from server.engines.loadtest import histogram
from server.engines.loadtest.client.ledger import STATUS_BITS, Ledger
from server.engines.loadtest.frame import Answer, Frame, Outcomes
from server.engines.loadtest.plan import Target, right_statuses

_SECOND: Final = 1_000_000_000
_STATUS: Final = (1 << STATUS_BITS) - 1
_MICROSECOND: Final = 1_000


class Recorder:
    """Reads a ledger often and little, and gives a frame when asked."""

    def __init__(self, ledger: Ledger, targets: tuple[Target, ...], start: int) -> None:
        """Measure from `start`, in monotonic nanoseconds."""
        self._ledger = ledger
        self._is_right = _right(targets)
        self._start = start
        self._since = start
        self._cpu = time.process_time()
        self._response = histogram.Recorder()
        self._good = histogram.Recorder()
        self._service = histogram.Recorder()
        self._lag = histogram.Recorder()
        self._connecting = histogram.Recorder()
        self._by_target = [histogram.Recorder() for _ in targets] if len(targets) > 1 else []
        self._answered: Outcomes = Counter()
        self._taken = 0
        self._samples = 0
        self._under_way = 0

    def sample(self, taken: int) -> None:
        """Count the requests that are under way now."""
        self._samples += 1
        self._under_way += taken - self._ledger.ended

    def collect(self) -> None:
        """Read what the ledger gathered, and empty it."""
        ledger = self._ledger
        ledger.closed += len(ledger.outcome)
        response, outcome = _emptied(ledger.response) // _MICROSECOND, _emptied(ledger.outcome)
        self._response.record(response)
        self._good.record(response[self._is_right[outcome]])
        self._service.record(_emptied(ledger.service) // _MICROSECOND)
        self._lag.record(_emptied(ledger.lag) // _MICROSECOND)
        self._connecting.record(_emptied(ledger.connecting) // _MICROSECOND)
        for place, recorder in enumerate(self._by_target):
            recorder.record(response[outcome >> STATUS_BITS == place])
        values, counts = np.unique(outcome[outcome & _STATUS > 0], return_counts=True)
        for value, count in zip(values.tolist(), counts.tolist(), strict=True):
            self._answered[value >> STATUS_BITS, str(value & _STATUS)] += count

    def frame(self, taken: int, connections: int) -> Frame:
        """Return what happened since the last frame; `taken` counts from the start."""
        self.collect()
        ledger = self._ledger
        now, cpu = time.monotonic_ns(), time.process_time()
        frame = Frame(
            start=(self._since - self._start) / _SECOND,
            end=(now - self._start) / _SECOND,
            taken=taken - self._taken,
            answered=self._answered,
            failed=Counter({(at, str(name)): n for (at, name), n in ledger.failures.items()}),
            canceled=ledger.canceled,
            sent_bytes=ledger.sent_bytes,
            received_bytes=ledger.received_bytes,
            cpu=cpu - self._cpu,
            connections=connections,
            in_flight=self._under_way / self._samples if self._samples else 0.0,
            response=self._response.take(),
            good=self._good.take(),
            service=self._service.take(),
            lag=self._lag.take(),
            connecting=self._connecting.take(),
            by_target=tuple(each.take() for each in self._by_target),
            examples=ledger.examples,
            answers=tuple(self._timed(each) for each in ledger.answers),
        )
        self._since, self._cpu, self._taken = now, cpu, taken
        self._answered = Counter()
        self._samples = self._under_way = 0
        ledger.begin_page()
        return frame

    def _timed(self, answer: "tuple[int, int, int, int, tuple[tuple[str, str], ...]]") -> Answer:
        due, sent, answered, status, headers = answer
        return Answer(
            (due - self._start) / _SECOND,
            (sent - self._start) / _SECOND,
            (answered - self._start) / _SECOND,
            status,
            headers,
        )


def _right(targets: tuple[Target, ...]) -> NDArray[np.bool_]:
    """Return for every outcome whether it is what the target takes for right."""
    table = np.zeros((len(targets), _STATUS + 1), dtype=np.bool_)
    for row, target in zip(table, targets, strict=True):
        row[list(right_statuses(target))] = True
    return table.ravel()


def _emptied(values: "array[int]") -> NDArray[np.int64]:
    taken = np.array(values, dtype=np.int64)
    del values[:]
    return taken

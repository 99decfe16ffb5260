"""Figures as people read them: with units, and no more digits than were measured."""

_MILLISECOND = 1_000
_SECOND = 1_000_000
_SMALL = 10  # below it a second decimal says something


def plain(number: float, *, places: int = 2) -> str:
    """Write a number with thousands separated and at most `places` decimals."""
    text = f"{number:,.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def latency(microseconds: float) -> str:
    """Write a latency in the unit that suits its size."""
    for size, unit in ((_SECOND, "s"), (_MILLISECOND, "ms")):
        if microseconds >= size:
            number = microseconds / size
            return f"{plain(number, places=2 if number < _SMALL else 1)} {unit}"
    return f"{plain(microseconds, places=0)} us"


def percent(share: float) -> str:
    """Write a share from 0 to 1 in percent."""
    return f"{plain(share * 100, places=3 if abs(share) < 1 / 100 else 2)} %"


def change(ratio: float) -> str:
    """Write how far a ratio is from 1, in percent with its sign."""
    return f"{(ratio - 1) * 100:+.1f} %"

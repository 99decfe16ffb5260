"""Where and by what a baseline was measured: what differs now may be the whole difference."""

from dataclasses import dataclass, fields

_LOAD_DIFFERS = 0.25  # of a core, each


@dataclass(frozen=True, slots=True)
class Environment:
    """The machine of the generator; `load_average` is of the last minute, before the run."""

    cpu: str
    cores: int
    load_average: float
    system: str
    python: str
    version: str
    commit: str

    def differences(self, now: "Environment") -> tuple[str, ...]:
        """Return what is not as it was, one line each; texts may be anyone's, and are quoted."""
        lines = [
            f"{field.name.replace('_', ' ')}: {was!r} then, {is_now!r} now"
            for field in fields(self)
            if field.name != "load_average"
            and (was := getattr(self, field.name)) != (is_now := getattr(now, field.name))
        ]
        if abs(self.load_average / self.cores - now.load_average / now.cores) > _LOAD_DIFFERS:
            lines.append(f"load average: {self.load_average} then, {now.load_average} now")
        return tuple(lines)

"""What every part of a profile file has in common: frozen, closed, single-line texts in bounds."""

from collections.abc import Iterable, Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from server.engines.profiles.choices import Language, Pattern, Sensitivity, SyncModel, Tenancy
from server.engines.profiles.factors import Trait

ProfileName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,40}$")]
_SHOWN = r"^[^\x00-\x1f\x7f-\x9f]+$"
Label = Annotated[str, Field(min_length=1, max_length=80, pattern=_SHOWN)]
Line = Annotated[str, Field(min_length=1, max_length=240, pattern=_SHOWN)]

WORDS: Mapping[Trait, frozenset[str]] = {
    Trait.LANGUAGE: frozenset(Language),
    Trait.PATTERN: frozenset(Pattern),
    Trait.SYNC_MODEL: frozenset(SyncModel),
    Trait.TENANCY: frozenset(Tenancy),
    Trait.DATA_SENSITIVITY: frozenset(Sensitivity),
    Trait.PLATFORM_TEAM: frozenset({"yes", "no"}),
    Trait.INDEPENDENT_CONTEXTS: frozenset({"yes", "no"}),
}


class Part(BaseModel):
    """A frozen piece of a profile file; an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


def refuse_unknown(words: Iterable[str], factor: Trait) -> None:
    """Check that `factor` can take each of `words`.

    Raises:
        ValueError: naming the first that it cannot, and the valid ones.
    """
    for word in words:
        if word not in WORDS[factor]:
            raise ValueError(
                f"{factor} is never {word!r}; valid: {', '.join(sorted(WORDS[factor]))}"
            )

"""The formats that are known: every module of this package that has one."""

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType

from server.engines.sql import formats
from server.engines.sql.formats.format import Format
from server.errors import InvalidInputError


@cache
def all_formats() -> Mapping[str, Format]:
    """Return every format by its name."""
    names = sorted(module.name for module in pkgutil.iter_modules(formats.__path__))
    modules = (import_module(f"{formats.__name__}.{name}") for name in names)
    found: list[Format] = [module.FORMAT for module in modules if hasattr(module, "FORMAT")]
    return MappingProxyType({format_.name: format_ for format_ in found})


def format_of(name: str) -> Format:
    """Return the format of that name.

    Raises:
        InvalidInputError: there is none; the message has the names.
    """
    found = all_formats().get(name)
    if found is None:
        raise InvalidInputError(
            f"{name[:200]!r} is no format of migrations.",
            next_step=f"Formats: {', '.join(all_formats())}.",
        )
    return found

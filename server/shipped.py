"""Where the files that ship with the package are: guides and built-in profiles."""

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import server


def shipped(folder: str) -> Traversable:
    """Return `references` or `profiles`: from the wheel, or from the checkout's top level."""
    installed = files(server) / "_data" / folder
    if installed.is_dir():
        return installed
    return Path(server.__file__).parent.parent / folder

"""Where a measurement is made: read from this machine."""

import os
import platform
import re
from pathlib import Path
from typing import Final

from server import __version__
from server.engines.loadtest.compare.environment import Environment

_CPU_INFO: Final = Path("/proc/cpuinfo")
_MODEL: Final = re.compile(r"^model name\s*:\s*(.+)$", re.MULTILINE)


def environment(commit: str = "") -> Environment:
    """Return the machine, its load now, and the versions that measure.

    `commit` names the state of the workspace's own code, where that is known.
    """
    return Environment(
        cpu=_cpu(),
        cores=os.cpu_count() or 1,
        load_average=round(os.getloadavg()[0], 2),
        system=f"{platform.system()} {platform.release()}",
        python=platform.python_version(),
        version=__version__,
        commit=commit,
    )


def _cpu() -> str:
    try:
        found = _MODEL.search(_CPU_INFO.read_text())
    except OSError:
        found = None
    return found[1] if found else platform.machine()

"""The fence: every file read or written for a caller goes through it.

A path is decided in three steps, each of which can only refuse: its text (`names`), the folder of
the operator's that it lies in (`places`), and what the kernel opens on the way down (`descent`).
"""

from server.workspace.fence import Workspace
from server.workspace.writing import WrittenFile

__all__ = ["Workspace", "WrittenFile"]

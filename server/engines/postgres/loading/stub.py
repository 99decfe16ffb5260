"""A stand-in for an extension: what it is called, and the script that declares its functions."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ExtensionStub:
    """The two files of one extension; its script is run by who creates it, without any power."""

    name: str
    version: str
    script: str

    @property
    def control(self) -> str:
        """The text of its control file."""
        return f"default_version = '{self.version}'\nrelocatable = true\nsuperuser = false\n"

"""The command line: serve, demo, and one subcommand a tool, made from the tool's signature."""

import sys
from pathlib import Path

import server
from server.commands import application
from server.errors import BackendError


def main() -> None:
    """Run the command line; an error that is a message ends it with exit code 2."""
    if Path(server.__file__).parent != Path(__file__).parent:
        sys.exit(
            f"Another package named 'server' stands in the way: {server.__file__}. "
            "Install senior-backend isolated, with uvx or pipx."
        )
    try:
        application()()
    except BackendError as error:
        sys.stderr.write(f"senior-backend: {error}\n")
        sys.exit(2)


if __name__ == "__main__":
    main()

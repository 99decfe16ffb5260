"""The command line: serve, demo, and one subcommand a tool, made from the tool's signature."""

import sys
from pathlib import Path

import server
from server import startup
from server.errors import BackendError
from server.failures import message_in
from server.redaction import without_userinfo


def main() -> None:
    """Run the command line; an error that is a message ends it with exit code 2."""
    if Path(server.__file__).parent != Path(__file__).parent:
        sys.exit(
            f"Another package named 'server' stands in the way: {server.__file__}. "
            "Install senior-backend isolated, with uvx or pipx."
        )
    startup.begin()
    try:
        _run()
    except (BackendError, BaseExceptionGroup) as error:
        message = message_in(error)
        if message is None:
            raise
        sys.stderr.write(f"senior-backend: {without_userinfo(str(message))}\n")
        sys.exit(2)


def _run() -> None:
    # Imported late: the standstill is for what this loads.
    from server.commands import application

    application(sys.argv[1:])()


if __name__ == "__main__":
    main()

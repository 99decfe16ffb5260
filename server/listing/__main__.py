"""Write the files of the listing again, after a signature or a description has changed."""

import anyio

from server.listing.files import FOLDER
from server.listing.signatures import texts
from server.runtime import open_runtime
from server.settings import load_settings


async def _write() -> None:
    async with open_runtime(load_settings()) as runtime:
        for place, text in texts(runtime):
            (FOLDER / place).write_text(text, "utf-8")


if __name__ == "__main__":
    anyio.run(_write)

"""A large dump is loaded in bounded memory."""

import subprocess
import sys
from pathlib import Path

# Keeping the statements would take a hundred megabytes.
_MOST_GROWTH = 16 << 20
_LOAD = """
import resource, sys
from pathlib import Path
import anyio
from server.engines.postgres.shadow import Shadow
from server.engines.postgres.sources import open_source, parse_source
from server.workspace import Workspace

def peak():
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit

async def main():
    shadow = Shadow(cache=Path(sys.argv[1]))
    workspace = Workspace([Path(sys.argv[2])])
    async def load(file):
        source = parse_source(file)
        async with open_source(source, shadow=shadow, workspace=workspace, databases={}) as schema:
            return schema.notes[0]
    try:
        await load("file:small.sql")
        before = peak()
        print(await load("file:large.sql"))
        print(peak() - before)
    finally:
        await shadow.close()

anyio.run(main)
"""
_SCHEMA = "CREATE TABLE public.t (a int, b text);\n"
_COPIED = "12345\tsome text that is here and goes on\n"
_INSERTED = "INSERT INTO public.t (a, b) VALUES (12345, 'some text that is here; and goes on');\n"


def test_a_dump_of_ten_megabytes_takes_little_memory(cache: Path, tmp_path: Path) -> None:
    _write(tmp_path / "small.sql", times=10)
    _write(tmp_path / "large.sql", times=60_000)

    ran = subprocess.run(
        [sys.executable, "-c", _LOAD, cache, tmp_path], capture_output=True, check=True, text=True
    )

    said, growth = ran.stdout.splitlines()
    assert said.startswith("180,000 rows of data in 60,001 statements were not loaded")
    assert int(growth) < _MOST_GROWTH


def _write(file: Path, *, times: int) -> None:
    with file.open("w", encoding="utf-8") as dump:
        dump.write(_SCHEMA + "COPY public.t (a, b) FROM stdin;\n")
        dump.writelines(_COPIED for _ in range(2 * times))
        dump.write("\\.\n")
        dump.writelines(_INSERTED for _ in range(times))

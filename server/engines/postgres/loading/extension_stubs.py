"""Extensions that a server lacks, or that would dial out: stand-ins with the same signatures."""

import shutil
import tempfile
from collections.abc import Iterable
from importlib.resources import as_file, files
from pathlib import Path

from anyio.to_thread import run_sync

from server.engines.postgres.address import SocketAddress
from server.engines.postgres.cluster import Cluster
from server.engines.postgres.loading.loader_role import LoaderRole
from server.engines.postgres.loading.stub import ExtensionStub
from server.engines.postgres.session import Session
from server.engines.sql.quote import identifier, literal

_PATH_SINCE = 18  # extension_control_path
_SHIPPED = "server.engines.postgres.loading"
# The real ones connect to other servers or read the files of this one.
DIALING = frozenset({"dblink", "file_fdw", "postgres_fdw"})
_OFFERED = "SELECT name FROM pg_catalog.pg_available_extensions"


async def offer_stubs(cluster: Cluster, superuser: Session, role: LoaderRole) -> frozenset[str]:
    """Let the loader's next session find stand-ins, and return their names.

    Those for dialing extensions stand before the real ones, the others only where there is no
    real one, and the role's own only where we ship none. Servers before 18 look in their own
    installation alone, which is not ours.
    """
    address = cluster.address
    if cluster.major < _PATH_SINCE or not isinstance(address, SocketAddress):
        return frozenset()
    offered = {str(row["name"]) for row in await superuser.rows(_OFFERED)}
    # Beside the socket: a folder that the server's account can read, and cannot write.
    folder = address.folder.parent / "stubs"
    stubs = await run_sync(lambda: _copied(folder, offered))
    own = [stub for stub in role.stubs if stub.name not in offered | stubs]
    place = role.stubs_folder
    if own and place is not None:
        await run_sync(lambda: _written(place, own))
    path = literal(":".join((*([str(place)] if own else []), str(folder), "$system")))
    login = identifier(role.login)
    await superuser.script(f"ALTER ROLE {login} SET extension_control_path = {path}")
    return stubs.union(stub.name for stub in own)


def _written(folder: Path, stubs: Iterable[ExtensionStub]) -> None:
    place = folder / "extension"
    place.mkdir(parents=True, exist_ok=True)
    for each in (folder, place):
        each.chmod(0o755)
    for stub in stubs:
        for name, text in (
            (f"{stub.name}.control", stub.control),
            (f"{stub.name}--{stub.version}.sql", stub.script),
        ):
            (place / name).write_text(text, encoding="utf-8")
            (place / name).chmod(0o644)


def _copied(folder: Path, offered: set[str]) -> frozenset[str]:
    with as_file(files(_SHIPPED) / "stubs" / "extension") as shipped:
        names = {path.stem for path in shipped.glob("*.control")}
        stubs = frozenset(names & DIALING | names - offered)
        if not folder.exists():
            _copy(shipped, folder, stubs)
    return stubs


def _copy(shipped: Path, folder: Path, stubs: frozenset[str]) -> None:
    new = Path(tempfile.mkdtemp(dir=folder.parent))
    new.chmod(0o755)
    (new / "extension").mkdir()
    for path in shipped.iterdir():
        if path.name.partition("--")[0].removesuffix(".control") in stubs:
            shutil.copyfile(path, new / "extension" / path.name)
            (new / "extension" / path.name).chmod(0o644)
    try:
        new.rename(folder)
    except OSError:
        # Another load was faster; a folder that holds files is never replaced.
        shutil.rmtree(new)

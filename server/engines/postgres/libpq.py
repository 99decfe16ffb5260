"""How PostgreSQL's own programs find a server: by environment, which no process list shows."""

from collections.abc import Mapping
from urllib.parse import parse_qsl, unquote, urlsplit

from server.engines.postgres.address import SUPERUSER, Address, SocketAddress
from server.errors import InvalidInputError

_SCHEMES = {"postgresql", "postgres"}
_VARIABLES = {
    "application_name": "PGAPPNAME",
    "channel_binding": "PGCHANNELBINDING",
    "connect_timeout": "PGCONNECT_TIMEOUT",
    "dbname": "PGDATABASE",
    "gssencmode": "PGGSSENCMODE",
    "host": "PGHOST",
    "hostaddr": "PGHOSTADDR",
    "options": "PGOPTIONS",
    "passfile": "PGPASSFILE",
    "password": "PGPASSWORD",
    "port": "PGPORT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "target_session_attrs": "PGTARGETSESSIONATTRS",
    "user": "PGUSER",
}


def environment(address: Address, database: str | None = None) -> Mapping[str, str]:
    """Return the variables that lead `pg_dump` and its kin to the database.

    Raises:
        InvalidInputError: the URL has a part that these programs would not get.
    """
    if isinstance(address, SocketAddress):
        found = {"host": str(address.folder), "port": str(address.port), "user": SUPERUSER}
        found["dbname"] = database or "postgres"
    else:
        found = _parts(address.dsn.get_secret_value())
        found |= {"dbname": database} if database else {}
    if unknown := found.keys() - _VARIABLES.keys():
        raise InvalidInputError(
            f"The database's URL has parameters that pg_dump would not get: {sorted(unknown)}.",
            next_step=f"Valid ones: {', '.join(_VARIABLES)}.",
        )
    return {_VARIABLES[name]: value for name, value in found.items()}


def _parts(dsn: str) -> dict[str, str]:
    url = urlsplit(dsn)
    if url.scheme not in _SCHEMES:
        raise InvalidInputError("The database's address is not a postgresql:// URL.")
    login, _, hosts = url.netloc.rpartition("@")
    user, _, password = login.partition(":")
    # Several hosts are allowed, each with a port of its own.
    pairs = [_host_and_port(host) for host in hosts.split(",")]
    parts = {
        "user": unquote(user),
        "password": unquote(password),
        "host": ",".join(host for host, _ in pairs),
        "port": ",".join(port for _, port in pairs),
        "dbname": unquote(url.path.removeprefix("/")),
    }
    given = {name: value for name, value in parts.items() if value.strip(",")}
    return given | dict(parse_qsl(url.query))


def _host_and_port(host: str) -> tuple[str, str]:
    name, colon, port = host.rpartition(":")
    if not colon or port.endswith("]"):
        name, port = host, ""
    return unquote(name).removeprefix("[").removesuffix("]"), port

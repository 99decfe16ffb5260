"""Where a PostgreSQL server is reached; a password inside never shows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import SecretStr

# A name that no dump grants to: `postgres` stays free for a plain role that a dump may need.
SUPERUSER = "shadow_superuser"

# What the owner of a database set with ALTER DATABASE must not bend a powerful role's session:
# names resolve to the catalog only, nothing times out, definitions read as pg_dump prints them.
GUARDED_SETTINGS: Mapping[str, str] = {
    "bytea_output": "hex",
    "client_min_messages": "notice",
    "datestyle": "ISO",
    "default_transaction_isolation": "read committed",
    "default_transaction_read_only": "off",
    "extra_float_digits": "3",
    "idle_in_transaction_session_timeout": "0",
    "idle_session_timeout": "0",
    "intervalstyle": "postgres",
    "local_preload_libraries": "",
    "lock_timeout": "0",
    "quote_all_identifiers": "off",
    "role": "none",
    "search_path": "",
    "standard_conforming_strings": "on",
    "statement_timeout": "0",
    "timezone": "UTC",
}


@dataclass(frozen=True, slots=True)
class SocketAddress:
    """A server of ours: the folder of its Unix socket; the kernel vouches for who connects."""

    folder: Path
    port: int = 5432

    def arguments(self, database: str | None, user: str | None) -> Mapping[str, Any]:
        """Spell every argument out, so that no PG… variable or password file is consulted."""
        return {
            "host": str(self.folder),
            "port": self.port,
            "database": database or "postgres",
            "user": user or SUPERUSER,
            "password": "",
            "ssl": False,
            "target_session_attrs": "any",
            # A cache that holds no statement: each is parsed once. Without one it is parsed twice,
            # because a pooler could have handed the second message to another server.
            "statement_cache_size": 1,
            "max_cacheable_statement_size": 1,
            "server_settings": {} if user else GUARDED_SETTINGS,
        }


@dataclass(frozen=True, slots=True)
class DsnAddress:
    """A server of the operator's: a `postgresql://` URL, and what its sessions start with.

    A pooler in between refuses settings that it does not know.
    """

    dsn: SecretStr
    settings: Mapping[str, str] = field(default_factory=dict[str, str])

    def arguments(self, database: str | None, user: str | None) -> Mapping[str, Any]:
        """Let the URL speak, except for what is named here."""
        return {
            "dsn": self.dsn.get_secret_value(),
            "database": database,
            "user": user,
            "statement_cache_size": 0,
            "server_settings": self.settings,
        }


Address = SocketAddress | DsnAddress

"""What a throw-away server is started with: fast, small, deaf to the network, and no way in."""

from server.engines.postgres.account import own_name
from server.engines.postgres.address import SUPERUSER

# Files in the data folder go with it; /dev/shm would keep them, and is small in containers.
MEMORY_IN_FILES = "dynamic_shared_memory_type=mmap"

_BUILTIN_LOCALE_SINCE = 17
_INITDB_SETTINGS_SINCE = 16
_ROLE_MAP_SINCE = 16

_INITDB = (
    f"--username={SUPERUSER}",
    # The files that say who may log in are written for each server anew.
    "--auth=reject",
    "--encoding=UTF8",
    "--no-sync",
    # Less to copy for every server.
    "--wal-segsize=4",
    "--no-instructions",
)

_OPTIONS = {
    # Nothing has to survive a crash of the machine.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "restart_after_crash": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "1h",
    "autovacuum": "off",
    "jit": "off",
    "shared_buffers": "64MB",
    # A big schema is loaded or dropped in one transaction.
    "max_locks_per_transaction": "512",
    "timezone": "UTC",
    # No network, in or out: a subscription would dial its publisher.
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_logical_replication_workers": "0",
    "temp_file_limit": "2GB",
    # Foreign SQL decides what the other levels write.
    "log_min_messages": "fatal",
    "log_min_error_statement": "panic",
    "update_process_title": "off",
}
_OPTIONS_SINCE = {
    # A trigger of a foreign schema would run as the superuser.
    17: {"event_triggers": "off"},
    # No processes of its own for reading.
    18: {"io_method": "sync"},
}


def initdb_arguments(major: int) -> tuple[str, ...]:
    """Return how the template is made; UTF-8 in code point order, whatever the host's locales."""
    arguments = _INITDB
    if major >= _INITDB_SETTINGS_SINCE:
        arguments += (f"--set={MEMORY_IN_FILES}",)
    if major < _BUILTIN_LOCALE_SINCE:
        return (*arguments, "--locale=C.UTF-8")
    return (*arguments, "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")


def server_arguments(major: int) -> tuple[str, ...]:
    """Return the settings as arguments, which nothing inside the server can overrule."""
    options = dict(_OPTIONS)
    for since, later in _OPTIONS_SINCE.items():
        if major >= since:
            options |= later
    settings = (MEMORY_IN_FILES, *(f"{name}={value}" for name, value in options.items()))
    return tuple(word for setting in settings for word in ("-c", setting))


def host_rules(major: int) -> str:
    """Return pg_hba.conf: the kernel tells who is on the socket, and only our account gets in.

    There is no password that could leak, and a server that runs under another account cannot
    log in to itself. Foreign SQL has no business in the database for maintenance.
    """
    # Before 16 a map cannot admit every role; the folder of the socket is closed to others.
    others = "peer map=owner" if major >= _ROLE_MAP_SINCE else "trust"
    return (
        f"local all {SUPERUSER} peer map=owner\nlocal postgres all reject\nlocal all all {others}\n"
    )


def owner_map(major: int) -> str:
    """Return pg_ident.conf: which roles our account may log in as."""
    return f'owner "{own_name()}" {"all" if major >= _ROLE_MAP_SINCE else SUPERUSER}\n'

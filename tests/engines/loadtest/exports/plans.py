"""Plans to export, for tests."""

from server.engines.loadtest.plan import (
    ClosedLoad,
    Endpoint,
    Message,
    OpenLoad,
    Plan,
    Stage,
    Target,
)

SECRET = "Bearer s3cr3t-value"
HOSTILE = "</script><script>`${x}` \u2028 ' \" \\ \r\n */ ''' \"\"\" \u202e \ud800 ä"

SHOP = (
    Target(
        "read",
        (
            Message("GET", "/items?page=1", (("Host", "shop"), ("Accept", "text/plain"))),
            Message("GET", "/items?page=2", (("Authorization", SECRET), ("X-Api-Key", "abc"))),
        ),
        3.0,
    ),
    Target(
        "write",
        (Message("POST", "/items", (("Authorization", "Basic other"),), '{"ä": 1}'.encode()),),
        1.0,
        frozenset({201, 409, 410}),
    ),
    Target("binary", (Message("PUT", "/blob", (), b"\x00\xff\xfe"),), 0.5),
)


def plan(
    load: OpenLoad | ClosedLoad | None = None,
    *,
    targets: tuple[Target, ...] = SHOP,
    port: int = 8080,
    host: str = "127.0.0.1",
) -> Plan:
    steady = OpenLoad(20, (Stage(1, 20),))
    return Plan("run", Endpoint("http", host, port, "127.0.0.1"), targets, load or steady)

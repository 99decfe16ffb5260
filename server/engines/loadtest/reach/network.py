"""Which kind of network an address belongs to, whatever clothes it wears."""

from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

Address = IPv4Address | IPv6Address


class Network(StrEnum):
    """Where traffic to an address goes."""

    LOOPBACK = "loopback"
    PRIVATE = "private"
    PUBLIC = "public"
    FORBIDDEN = "forbidden"
    """Metadata services, link-local, multicast, and what routes nowhere."""


# Metadata and host services of clouds that stand outside the link-local range.
_METADATA: Final = frozenset(
    {
        ip_address("100.100.100.200"),  # Alibaba Cloud
        ip_address("168.63.129.16"),  # Azure
        ip_address("192.0.0.192"),  # Oracle Cloud
        ip_address("fd00:ec2::254"),  # AWS
        ip_address("fd20:ce::254"),  # Google Cloud
    }
)
_SHARED: Final = IPv4Network("100.64.0.0/10")  # RFC 6598: carriers, and overlay networks
_UNIQUE_LOCAL: Final = IPv6Network("fc00::/7")
_TRANSLATED: Final = IPv6Network("64:ff9b::/96")
_GLOBAL_UNICAST: Final = IPv6Network("2000::/3")  # all that was ever given out, RFC 4291
_COMPATIBLE: Final = IPv6Network("::/96")
_LOW_32: Final = (1 << 32) - 1


def network_of(address: Address) -> Network:
    """Return the kind of network; an IPv4 address inside an IPv6 one is judged as itself."""
    inner = unwrapped(address)
    if inner is None or inner in _METADATA or address in _METADATA or _leads_nowhere(inner):
        return Network.FORBIDDEN
    if inner.is_loopback:
        return Network.LOOPBACK
    if _is_private(inner):
        return Network.PRIVATE
    return Network.PUBLIC if _is_public(inner) else Network.FORBIDDEN


def is_loopback(address: str) -> bool:
    """Tell whether an address is this machine's own, and another machine's where it is named."""
    return network_of(ip_address(address)) is Network.LOOPBACK


def unwrapped(address: Address) -> Address | None:
    """Return the address that packets reach in the end; None where a tunnel would decide."""
    if isinstance(address, IPv4Address):
        return address
    if address.scope_id is not None or address.sixtofour or address.teredo:
        return None
    if address.ipv4_mapped:
        return address.ipv4_mapped
    if address in _TRANSLATED:
        # A gateway sends it on: what it calls local is not ours.
        inner = IPv4Address(int(address) & _LOW_32)
        return inner if inner.is_global else None
    if address in _COMPATIBLE and not (address.is_loopback or address.is_unspecified):
        return None
    return address


def _leads_nowhere(address: Address) -> bool:
    return (
        address.is_link_local
        or address.is_multicast
        or address.is_unspecified
        or (isinstance(address, IPv4Address) and (address.is_reserved or address.packed[0] == 0))
    )


def _is_public(address: Address) -> bool:
    """Tell whether everybody can reach it; what translators and sites keep to themselves is not."""
    if isinstance(address, IPv6Address) and address not in _GLOBAL_UNICAST:
        return False
    return address.is_global


def _is_private(address: Address) -> bool:
    if isinstance(address, IPv6Address):
        return address in _UNIQUE_LOCAL
    return address in _SHARED or any(address in each for each in _RFC_1918)


_RFC_1918: Final = tuple(
    IPv4Network(each) for each in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
)

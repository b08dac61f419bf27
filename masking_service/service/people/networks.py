"""Networks from which a caller has to come."""

import ipaddress
from collections.abc import Iterable

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


_OWN_BITS = {4: 24, 6: 56}
"""The prefix of the network that one subscriber usually has."""


def network_of(address: str) -> str:
    """Return the network of an address as text; the text itself if it is no address."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((ip, _OWN_BITS[ip.version]), strict=False))


def is_inside(address: str, networks: Iterable[Network]) -> bool:
    """Return whether an address is in one of the networks; text that is no address is in none."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    # A socket that listens on both families reports IPv4 callers as ::ffff:a.b.c.d.
    ip = getattr(ip, "ipv4_mapped", None) or ip
    return any(ip in network for network in networks)

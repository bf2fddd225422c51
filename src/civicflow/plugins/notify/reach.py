"""Connecting to a host that somebody named, and not to what lies behind the firewall.

A name may resolve to an address of this machine or of the local net, by mistake or on purpose (server-side request
forgery). So what is checked is the very address that is connected to: after the name was resolved, and once.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

from civicflow.errors import InvalidInput
from civicflow.plugins.notify.contract import TemporaryFailure

Net = IPv4Network | IPv6Network
_NAT64: Final = ip_network("64:ff9b::/96")


class Allowed:
    """Which addresses may be connected to: all that are public, and those of the nets that are allowed beside.

    Args:
        nets: for instance ``10.20.0.0/16``, or a single address.

    Raises:
        InvalidInput: one of them is no net.
    """

    def __init__(self, nets: Iterable[str] = ()) -> None:
        self._nets = tuple(_net(net) for net in nets)

    def __contains__(self, address: IPv4Address | IPv6Address) -> bool:
        return _is_public(address) or any(address in net for net in self._nets)


def connect(host: str, port: int, allowed: Allowed, timeout: float) -> socket.socket:
    """A connection to the first address of a host that is allowed and answers.

    Raises:
        TemporaryFailure: the host has no address, or none that is allowed.
        OSError: none of the allowed ones answers.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise TemporaryFailure(f"the name {host} cannot be resolved ({error.strerror})") from None
    reachable = [row for row in found if ip_address(str(row[4][0]).partition("%")[0]) in allowed]
    if not reachable:
        msg = f"{host} has only addresses that are not public; if it is meant to be reached, allow its net"
        raise TemporaryFailure(msg)
    failed: OSError | None = None
    for family, kind, protocol, _, address in reachable:
        connection = socket.socket(family, kind, protocol)
        try:
            connection.settimeout(timeout)
            connection.connect(address)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            failed = error
            connection.close()
        else:
            return connection
    assert failed is not None
    raise failed


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether it is an address of the open Internet; one that carries another inside is judged by that, too."""
    if not address.is_global or address.is_multicast:
        return False
    if isinstance(address, IPv4Address):
        return True
    inside = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in _NAT64:
        inside.append(IPv4Address(int(address) & 0xFFFFFFFF))
    return all(_is_public(one) for one in inside if one is not None)


def _net(written: str) -> Net:
    try:
        return ip_network(written.strip())
    except ValueError:
        msg = f"a net that is allowed is written as 10.20.0.0/16, or as one address; got {written!r}"
        raise InvalidInput(msg) from None

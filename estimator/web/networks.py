"""The network a request comes from: as attempts are counted by it, and, less exactly, as it is written down."""

from __future__ import annotations

import ipaddress

from flask import request


def counted() -> str:
    """Return where a request comes from: an IPv4 address, or the network that one household has of IPv6."""
    try:
        found = ipaddress.ip_address((request.remote_addr or "").partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


def recorded() -> str:
    """Return the network of a request: 256 addresses of IPv4, or what a provider gives out of IPv6 (a /48)."""
    return truncated(request.remote_addr or "")


def truncated(address: str) -> str:
    """Return the network that an address lies in; "unknown" for what is no address."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is None:
            return str(ipaddress.ip_network((found, 48), strict=False))
        found = found.ipv4_mapped
    return str(ipaddress.ip_network((found, 24), strict=False))

"""The network of a request's client: for rate limits, and, less exactly, for what is stored."""

from __future__ import annotations

import ipaddress

from flask import request


def counted() -> str:
    """Return the client for rate limits: an IPv4 address, or the IPv6 network of one household (a /64)."""
    return household(request.remote_addr or "")


def household(address: str) -> str:
    """Return what is counted as one client: an IPv4 address, or an IPv6 /64; "unknown" for what is no address."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


def recorded() -> str:
    """Return the client's network as it is stored: 256 addresses of IPv4 (a /24), or an IPv6 /48."""
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

"""The network a request comes from, as far as it is written down: never the address of one household."""

from __future__ import annotations

import ipaddress

from flask import request


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

"""The network of a request's client: for rate limits, and, less exactly, for what is stored."""

from __future__ import annotations

import ipaddress
import re

from flask import request

_WITH_PORT = re.compile(r"\[(?P<six>[^\]]*)\](?::[0-9]+)?|(?P<four>[0-9.]+):[0-9]+")
"""An address as some proxies hand it on: in brackets, and with a port."""


def counted() -> str:
    """Return the client for rate limits: an IPv4 address, or the IPv6 network of one household (a /64)."""
    return household(request.remote_addr or "")


def household(address: str) -> str:
    """Return what is counted as one client: an IPv4 address, or an IPv6 /64; "unknown" for what is no address."""
    found = _read(address)
    if found is None:
        return "unknown"
    return str(found if found.version == 4 else ipaddress.ip_network((found, 64), strict=False))


def recorded() -> str:
    """Return the client's network as it is stored: 256 addresses of IPv4 (a /24), or an IPv6 /48."""
    return truncated(request.remote_addr or "")


def truncated(address: str) -> str:
    """Return the network that an address lies in; "unknown" for what is no address."""
    found = _read(address)
    if found is None:
        return "unknown"
    return str(ipaddress.ip_network((found, 24 if found.version == 4 else 48), strict=False))


def _read(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Return the address that a text is, one of IPv4 also where it is written as one of IPv6; None if it is none."""
    with_port = _WITH_PORT.fullmatch(address)
    text = (with_port["six"] or with_port["four"] or "") if with_port else address
    try:
        found = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, ipaddress.IPv6Address) else found

"""Addresses that a merchant may have us call: public ones over https, and this machine's simulator.

A host name is looked up once and the connection goes to the address that was checked, so that a
name cannot mean another machine a moment later (DNS rebinding). Source: OWASP, SSRF prevention.
"""

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

_LOCAL = {"127.0.0.1", "localhost", "::1"}


class Unsafe(ValueError):
    """The address is not one that a channel may call."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where to connect (`url`, by number), under which `host`."""

    url: str
    host: str
    server_name: str


def checked(address: str) -> str:
    """The address, if its form is allowed; names are looked up when it is called. Raises `Unsafe`."""
    parts = urlsplit(address)
    try:
        _ = parts.port
    except ValueError:
        raise Unsafe("the port is no number") from None
    if not parts.hostname or parts.username is not None or parts.fragment:
        raise Unsafe("must be an https address without user or fragment")
    if parts.hostname in _LOCAL:
        if parts.scheme not in ("http", "https"):
            raise Unsafe("must be an http address of the simulator")
        return address
    if parts.scheme != "https":
        raise Unsafe("must be an https address")
    try:
        number = ipaddress.ip_address(parts.hostname)
    except ValueError:
        return address
    if not _is_public(number):
        raise Unsafe("must be a public address")
    return address


def resolved(address: str) -> Target:
    """Where to connect now. Raises `Unsafe` where the name leads into a private network, OSError
    where it leads nowhere."""
    parts = urlsplit(checked(address))
    assert parts.hostname
    host = parts.netloc
    if parts.hostname in _LOCAL:
        return Target(address, host, parts.hostname)
    port = parts.port or 443
    found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    numbers = [ipaddress.ip_address(entry[4][0]) for entry in found]
    if not numbers or not all(_is_public(number) for number in numbers):
        raise Unsafe("the name leads into a private network")
    number = numbers[0]
    where = f"[{number}]" if number.version == 6 else str(number)
    return Target(parts._replace(netloc=f"{where}:{port}").geturl(), host, parts.hostname)


def _is_public(number: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    mapped = number.ipv4_mapped if isinstance(number, ipaddress.IPv6Address) else None
    real = mapped or number
    return real.is_global and not real.is_multicast

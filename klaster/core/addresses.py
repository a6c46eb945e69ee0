"""Which addresses of the outside world we speak to. Pure: no look-ups, no clock, no settings.

A name is judged before it is looked up, and each address it stands for after that. `is_global` of the standard library
is not enough: it calls multicast, NAT64, 6to4 and some clouds' metadata services global.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import idna

PORTS = {"http": 80, "https": 443}
GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")  # all that IANA has given out
# IANA special-purpose registries, and what answers to everybody inside a cloud.
REFUSED_V6 = [
    ipaddress.IPv6Network(text)
    for text in (
        "2001::/23",  # protocol assignments, Teredo among them
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: an IPv4 address inside
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
]
REFUSED_V4 = [
    ipaddress.IPv4Network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
        "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16",
        "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
        "168.63.129.16/32",  # Azure's host
    )
]  # fmt: skip
PRIVATE_NAMES = (
    *("localhost", "local", "internal", "intranet", "private", "corp", "home", "lan", "localdomain"),
    *("test", "example", "invalid", "onion", "arpa", "alt"),
)
LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class BadAddress(ValueError):
    """Not an address we speak to; the message says why, for logs."""


@dataclass(frozen=True)
class Target:
    """A judged web address, in the parts it is asked for; the host is lower-case ASCII."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.host}{self.path}"


def parse(url: str) -> Target:
    """The one reading of an address: what was judged here is what is connected to. Raises BadAddress."""
    if not url.isprintable() or any(c in " \\" or c.isspace() for c in url):
        raise BadAddress("spaces, backslashes or control characters")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise BadAddress(str(error)) from None
    if parts.scheme not in PORTS:
        raise BadAddress(f"scheme {parts.scheme!r}")
    if "@" in parts.netloc:
        raise BadAddress("user name in the address")
    if port not in (None, PORTS[parts.scheme]):
        raise BadAddress(f"port {port}")
    host = name(parts.hostname or "")
    path = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
    return Target(parts.scheme, host, PORTS[parts.scheme], ascii_path(path))


def own(url: str) -> Target:
    """An address the administrator of the site set: any host, any port. Raises BadAddress where it is none."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise BadAddress(str(error)) from None
    if parts.scheme not in PORTS or not parts.hostname or "@" in parts.netloc or not url.isprintable():
        raise BadAddress("not an address of a web server")
    path = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
    return Target(parts.scheme, parts.hostname, port or PORTS[parts.scheme], ascii_path(path))


def follow(target: Target, location: str) -> Target:
    """Where a redirect leads, judged like any other address; never from https back to http."""
    there = parse(urljoin(target.url, location))
    if target.scheme == "https" and there.scheme == "http":
        raise BadAddress("redirect from https to http")
    return there


def name(host: str) -> str:
    """A public host name in lower-case ASCII. Addresses by number, in whatever spelling, are refused."""
    try:
        text = host if host.isascii() else idna.encode(host, uts46=True, transitional=False).decode()
    except idna.IDNAError as error:
        raise BadAddress(f"host name: {error}") from None
    text = text.lower()
    labels = text.split(".")
    if len(text) > 253 or len(labels) < 2 or not all(LABEL.fullmatch(label) for label in labels):
        raise BadAddress("not a public host name")
    if labels[-1].isdigit() or labels[-1].startswith("0x"):
        raise BadAddress("an address by number")
    if any(text == private or text.endswith(f".{private}") for private in PRIVATE_NAMES):
        raise BadAddress("a private name")
    return text


def ascii_path(path: str) -> str:
    """Letters beyond ASCII as percent codes; what is there stays as it is."""
    return "".join(c if c.isascii() else "".join(f"%{byte:02X}" for byte in c.encode()) for c in path)


def read(text: str) -> Address:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        raise BadAddress(f"{text!r} is no address") from None


def judge(text: str, *, also_refused: list[Network] | None = None) -> Address:
    """An address a name stands for, if it may be connected to; raises BadAddress."""
    address = read(text)
    if isinstance(address, ipaddress.IPv6Address):
        if address.scope_id:
            raise BadAddress(f"{text} is of one link")
        if address.ipv4_mapped is not None:
            return judge(str(address.ipv4_mapped), also_refused=also_refused)
        refused = address not in GLOBAL_V6 or any(address in network for network in REFUSED_V6)
    else:
        refused = any(address in network for network in REFUSED_V4)
    own = any(address in network for network in also_refused or [] if network.version == address.version)
    if refused or own or not address.is_global or address.is_multicast:
        raise BadAddress(f"{text} is not a public address")
    return address

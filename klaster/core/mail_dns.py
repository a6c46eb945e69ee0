"""What the domain that letters come from says in the DNS: who may send for it (SPF, RFC 7208), with which key letters
are signed (DKIM, RFC 6376), and what becomes of letters that prove neither (DMARC, RFC 7489).

Mail servers ask the same and refuse or file as spam what does not hold. The DNS is asked by `texts`; what it says is
judged by functions that ask nobody.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass

import dns.exception
import dns.resolver
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

SECONDS = 10
LEAST_RSA_BITS, GOOD_RSA_BITS = 1024, 2048  # RFC 8301: below the first nobody verifies, the second is what to use
ED25519_BYTES = 32


class NoAnswer(Exception):
    """The DNS could not be asked, which says nothing about the domain."""


@dataclass(frozen=True)
class Finding:
    """One line of the answer: `is_good` is what the exit code follows."""

    about: str
    is_good: bool
    says: str


def texts(name: str, resolver: dns.resolver.Resolver) -> list[str]:
    """The TXT records of a name, each joined of its parts; empty where there are none. Raises NoAnswer."""
    try:
        answer = resolver.resolve(name, "TXT", lifetime=SECONDS)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except (dns.exception.DNSException, OSError) as error:
        raise NoAnswer(f"{name}: {error}") from error
    return [b"".join(row.strings).decode("utf-8", "replace") for row in answer]


def check(domain: str, selectors: Iterable[str], resolver: dns.resolver.Resolver) -> list[Finding]:
    """Everything that is asked about a sending domain. Raises NoAnswer."""
    found = [spf(texts(domain, resolver)), *(_dkim_of(domain, name, resolver) for name in selectors)]
    if len(found) == 1:
        found.append(Finding("DKIM", False, "not asked: name the selector your mail provider signs with"))
    return [*found, dmarc_of(domain, resolver)]


def _dkim_of(domain: str, selector: str, resolver: dns.resolver.Resolver) -> Finding:
    return dkim(texts(f"{selector}._domainkey.{domain}", resolver), selector)


def dmarc_of(domain: str, resolver: dns.resolver.Resolver) -> Finding:
    """The policy of the domain, or of the nearest domain above it that has one."""
    labels = domain.split(".")
    for start in range(max(1, len(labels) - 1)):
        above = ".".join(labels[start:])
        policies = [text for text in texts(f"_dmarc.{above}", resolver) if tags(text).get("v") == "DMARC1"]
        if policies:
            return dmarc(policies, above, is_own=start == 0)
    return Finding("DMARC", False, f"missing: _dmarc.{domain} says nothing")


def tags(text: str) -> dict[str, str]:
    """ "v=DKIM1; p=…" as {"v": "DKIM1", "p": "…"}; names in lower case, the first of two counts."""
    found: dict[str, str] = {}
    for part in text.split(";"):
        name, equals, value = part.partition("=")
        if equals:
            found.setdefault(name.strip().lower(), value.strip())
    return found


def spf(records: Iterable[str]) -> Finding:
    """Who may send for the domain, judged by how the record ends: what it says of everybody else."""
    found = [text for text in records if re.match(r"v=spf1(\s|$)", text, re.IGNORECASE)]
    if len(found) != 1:
        return Finding("SPF", False, f"{len(found)} records: of more than one, none counts" if found else "missing")
    (text,) = found
    terms = text.lower().split()[1:]
    ends = [term for term in terms if re.fullmatch(r"[-~?+]?all", term)]
    if not ends:
        if any(term.startswith("redirect=") for term in terms):
            return Finding("SPF", True, text)
        return Finding("SPF", False, f"says nothing of other senders, end it with -all: {text}")
    if ends[0] in ("all", "+all", "?all"):
        return Finding("SPF", False, f"lets everybody send, end it with -all: {text}")
    return Finding("SPF", True, text)


def dkim(records: Iterable[str], selector: str) -> Finding:
    """Whether there is a key for this selector with which a signature can be verified today."""
    about = f"DKIM {selector}"
    keys = [tags(text) for text in records]
    keys = [key for key in keys if "p" in key and key.get("v", "DKIM1") == "DKIM1"]
    if len(keys) != 1:
        return Finding(about, False, f"{len(keys)} keys, there must be one" if keys else "missing: no key")
    value, kind = re.sub(r"\s", "", keys[0]["p"]), keys[0].get("k", "rsa").lower()
    if not value:
        return Finding(about, False, "the key was revoked")
    try:
        raw = base64.b64decode(value, validate=True)
        bits = _bits(raw, kind)
    except (binascii.Error, ValueError, UnsupportedAlgorithm):
        return Finding(about, False, f"no {kind} key that can be read")
    if kind == "rsa" and bits < LEAST_RSA_BITS:
        return Finding(about, False, f"{bits} bits are too few, make a key of {GOOD_RSA_BITS}")
    advice = f", make the next one of {GOOD_RSA_BITS}" if kind == "rsa" and bits < GOOD_RSA_BITS else ""
    return Finding(about, True, f"{kind} key of {bits} bits{advice}")


def _bits(raw: bytes, kind: str) -> int:
    """How long a key is; raises ValueError for what is no key of this kind."""
    if kind == "ed25519" and len(raw) == ED25519_BYTES:
        return ED25519_BYTES * 8
    key = load_der_public_key(raw) if kind == "rsa" else None
    if not isinstance(key, RSAPublicKey):
        raise ValueError
    return key.key_size


def dmarc(policies: list[str], at: str, *, is_own: bool) -> Finding:
    """What receivers shall do with letters that prove nothing; from a domain above, what it says of those below."""
    if len(policies) != 1:
        return Finding("DMARC", False, f"{len(policies)} records at _dmarc.{at}: of more than one, none counts")
    (text,) = policies
    said = tags(text)
    policy = said.get("p", "") if is_own else said.get("sp", said.get("p", ""))
    if policy.lower() not in ("none", "quarantine", "reject"):
        return Finding("DMARC", False, f"no policy in _dmarc.{at}: {text}")
    if policy.lower() == "none":
        return Finding("DMARC", False, f"only watches: others can write in your name until p=quarantine: {text}")
    return Finding("DMARC", True, f"{policy.lower()}, by _dmarc.{at}")

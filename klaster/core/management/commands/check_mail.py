"""Whether other mail servers will believe that our letters are ours."""

from __future__ import annotations

from email.utils import parseaddr
from typing import Any

import dns.resolver
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from klaster.core import mail_dns


class Command(BaseCommand):
    help = (
        "Ask the DNS for SPF, DKIM and DMARC of the domain letters come from (DEFAULT_FROM_EMAIL), one line for each. "
        "Ends with 1 where one is missing or too weak, or could not be asked."
    )
    requires_system_checks: list[str] = []  # it asks neither the database nor the pages

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--domain", default="", help="another domain than that of DEFAULT_FROM_EMAIL")
        parser.add_argument(
            "--selector", action="append", default=[], help="DKIM selector; several times for several (DKIM_SELECTORS)"
        )
        parser.add_argument("--server", default="", help="address[:port] of the DNS server to ask instead of your own")

    def handle(self, *args: Any, domain: str, selector: list[str], server: str, **options: Any) -> None:
        domain = domain or parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
        if "." not in domain:
            raise CommandError(f"{domain!r} is no domain of the DNS: set DEFAULT_FROM_EMAIL, or say --domain.")
        try:
            findings = mail_dns.check(domain.lower(), selector or settings.DKIM_SELECTORS, resolver(server))
        except mail_dns.NoAnswer as error:
            raise CommandError(f"The DNS could not be asked. {error}") from error
        self.stdout.write(f"Letters come from {domain}.")
        for finding in findings:
            self.stdout.write(f"{'ok ' if finding.is_good else 'BAD'}  {finding.about}: {finding.says}")
        bad = sum(not finding.is_good for finding in findings)
        if bad:
            raise CommandError(f"{bad} of {len(findings)} to mend: other servers may refuse the letters.")


def resolver(server: str) -> dns.resolver.Resolver:
    """Of this machine, or one that asks `server` alone."""
    try:
        if not server:
            return dns.resolver.Resolver()
        host, _colon, port = server.partition(":")
        asking = dns.resolver.Resolver(configure=False)
        asking.nameservers = [host]
        asking.port = int(port or 53)
    except (ValueError, dns.resolver.NoResolverConfiguration) as error:
        raise CommandError(f"There is no DNS server to ask: {error}") from error
    return asking

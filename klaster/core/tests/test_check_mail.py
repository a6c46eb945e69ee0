"""Whether the sending domain is set up: what records mean, and the command against a DNS server on a real socket."""

import base64
import socketserver
import threading
from contextlib import contextmanager
from io import StringIO

import dns.message
import dns.rcode
import dns.rrset
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.core.management import CommandError, call_command

from klaster.core import mail_dns

DOMAIN = "pavyzdys.test"


def rsa_key(bits):
    public = rsa.generate_private_key(public_exponent=65537, key_size=bits).public_key()
    return base64.b64encode(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


GOOD_KEY = rsa_key(2048)


@pytest.mark.parametrize(
    ("records", "is_good", "says"),
    [
        (["v=spf1 include:teikejas.test -all"], True, "v=spf1 include:teikejas.test -all"),
        (["google-site-verification=x", "V=SPF1 mx ~ALL"], True, "V=SPF1 mx ~ALL"),
        (["v=spf1 redirect=_spf.teikejas.test"], True, "v=spf1 redirect=_spf.teikejas.test"),
        ([], False, "missing"),
        (["v=spf10 -all", "spf1 -all"], False, "missing"),
        (["v=spf1 -all", "v=spf1 mx -all"], False, "2 records: of more than one, none counts"),
        (["v=spf1 mx"], False, "says nothing of other senders, end it with -all: v=spf1 mx"),
        (["v=spf1"], False, "says nothing of other senders, end it with -all: v=spf1"),
        (["v=spf1 mx all"], False, "lets everybody send, end it with -all: v=spf1 mx all"),
        (["v=spf1 +all"], False, "lets everybody send, end it with -all: v=spf1 +all"),
        (["v=spf1 ?all"], False, "lets everybody send, end it with -all: v=spf1 ?all"),
    ],
)
def test_spf_says_who_may_send(records, is_good, says):
    assert mail_dns.spf(records) == mail_dns.Finding("SPF", is_good, says)


@pytest.mark.parametrize(
    ("records", "is_good", "says"),
    [
        ([f"v=DKIM1; k=rsa; p={GOOD_KEY}"], True, "rsa key of 2048 bits"),
        ([f"p={GOOD_KEY[:90]} {GOOD_KEY[90:]}"], True, "rsa key of 2048 bits"),
        ([f"v=DKIM1; p={rsa_key(1024)}"], True, "rsa key of 1024 bits, make the next one of 2048"),
        ([f"v=DKIM1; k=ed25519; p={base64.b64encode(b'k' * 32).decode()}"], True, "ed25519 key of 256 bits"),
        ([], False, "missing: no key"),
        (["v=DKIM2; p=abcd"], False, "missing: no key"),
        (["v=DKIM1; p="], False, "the key was revoked"),
        (["v=DKIM1; p=%%%"], False, "no rsa key that can be read"),
        (["v=DKIM1; p=AAAA"], False, "no rsa key that can be read"),
        ([f"v=DKIM1; k=ed25519; p={GOOD_KEY}"], False, "no ed25519 key that can be read"),
        ([f"v=DKIM1; p={GOOD_KEY}", f"p={GOOD_KEY}"], False, "2 keys, there must be one"),
    ],
)
def test_dkim_has_a_key_that_verifies(records, is_good, says):
    assert mail_dns.dkim(records, "s1") == mail_dns.Finding("DKIM s1", is_good, says)


@pytest.mark.parametrize(
    ("policies", "is_own", "is_good", "says"),
    [
        (["v=DMARC1; p=reject"], True, True, f"reject, by _dmarc.{DOMAIN}"),
        (["v=DMARC1; p=Quarantine; sp=none"], True, True, f"quarantine, by _dmarc.{DOMAIN}"),
        (["v=DMARC1; p=reject"], False, True, f"reject, by _dmarc.{DOMAIN}"),
        (["v=DMARC1; p=none; sp=reject"], False, True, f"reject, by _dmarc.{DOMAIN}"),
        (["v=DMARC1; p=reject; sp=none"], False, False, "only watches"),
        (["v=DMARC1; p=none"], True, False, "only watches"),
        (["v=DMARC1; rua=mailto:a@b.test"], True, False, f"no policy in _dmarc.{DOMAIN}"),
        (["v=DMARC1; p=reject", "v=DMARC1; p=none"], True, False, "2 records"),
    ],
)
def test_dmarc_says_what_becomes_of_forgeries(policies, is_own, is_good, says):
    found = mail_dns.dmarc(policies, DOMAIN, is_own=is_own)
    assert (found.about, found.is_good, found.says[: len(says)]) == ("DMARC", is_good, says)


class Asked(socketserver.BaseRequestHandler):
    """Answers from `server.zone`."""

    def handle(self):
        packet, sock = self.request
        query = dns.message.from_wire(packet)
        sock.sendto(self.answer(query).to_wire(max_size=65535), self.client_address)

    def answer(self, query):
        reply = dns.message.make_response(query)
        name = query.question[0].name
        found = self.server.zone.get(name.to_text(omit_final_dot=True).lower())
        if found == "broken":
            reply.set_rcode(dns.rcode.SERVFAIL)
        elif found is None:
            reply.set_rcode(dns.rcode.NXDOMAIN)
        else:
            parts = [" ".join(f'"{text[i : i + 200]}"' for i in range(0, len(text), 200)) for text in found]
            reply.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", *parts))
        return reply


@contextmanager
def dns_server(zone):
    """A DNS server on 127.0.0.1 that knows the TXT records of `zone`; gives "address:port"."""
    with socketserver.UDPServer(("127.0.0.1", 0), Asked) as server:
        server.zone = zone
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield "{}:{}".format(*server.server_address)
        finally:
            server.shutdown()
            thread.join()


GOOD = {
    DOMAIN: ["some-proof=1", "v=spf1 mx -all"],
    f"s1._domainkey.{DOMAIN}": [f"v=DKIM1; k=rsa; p={GOOD_KEY}"],
    f"_dmarc.{DOMAIN}": ["v=DMARC1; p=reject"],
}


def run(zone, *options):
    """(what it wrote, the sentence it ended with or "")"""
    out = StringIO()
    with dns_server(zone) as server:
        try:
            call_command("check_mail", *options, server=server, stdout=out)
        except CommandError as error:
            return out.getvalue().splitlines(), str(error)
    return out.getvalue().splitlines(), ""


def test_a_domain_with_all_three_is_well(settings):
    settings.DEFAULT_FROM_EMAIL, settings.DKIM_SELECTORS = f"Klaster <klaster@{DOMAIN}>", ["s1"]
    assert run(GOOD) == (
        [
            f"Letters come from {DOMAIN}.",
            "ok   SPF: v=spf1 mx -all",
            "ok   DKIM s1: rsa key of 2048 bits",
            f"ok   DMARC: reject, by _dmarc.{DOMAIN}",
        ],
        "",
    )


def test_a_domain_below_follows_the_policy_above():
    zone = GOOD | {f"news.{DOMAIN}": ["v=spf1 -all"], f"a._domainkey.news.{DOMAIN}": [f"p={GOOD_KEY}"]}
    lines, end = run(zone, "--domain", f"news.{DOMAIN}", "--selector", "a")
    assert (lines[-1], end) == (f"ok   DMARC: reject, by _dmarc.{DOMAIN}", "")


@pytest.mark.parametrize("missing", GOOD)
def test_each_that_is_missing_is_named_and_ends_with_1(missing):
    zone = {name: texts for name, texts in GOOD.items() if name != missing}
    lines, end = run(zone, "--domain", DOMAIN, "--selector", "s1")
    assert end == "1 of 3 to mend: other servers may refuse the letters."
    about = {DOMAIN: "SPF", f"s1._domainkey.{DOMAIN}": "DKIM s1", f"_dmarc.{DOMAIN}": "DMARC"}[missing]
    assert [line.startswith(f"BAD  {about}: missing") for line in lines].count(True) == 1


def test_without_a_selector_dkim_is_not_well():
    lines, end = run(GOOD, "--domain", DOMAIN)
    assert lines[2] == "BAD  DKIM: not asked: name the selector your mail provider signs with"
    assert end.startswith("1 of 3")


def test_a_server_that_does_not_know_is_not_a_missing_record():
    lines, end = run(GOOD | {f"_dmarc.{DOMAIN}": "broken"}, "--domain", DOMAIN, "--selector", "s1")
    assert lines == []
    assert end.startswith("The DNS could not be asked.")


def test_what_is_no_domain_is_said(settings):
    settings.DEFAULT_FROM_EMAIL = "klaster@localhost"
    assert run({})[1] == "'localhost' is no domain of the DNS: set DEFAULT_FROM_EMAIL, or say --domain."
    with pytest.raises(CommandError, match="no DNS server") as ended:
        call_command("check_mail", domain=DOMAIN, server="127.0.0.1:x")
    assert ended.value.returncode == 1, "what a timer looks at"

import ipaddress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klaster.core import addresses
from klaster.core.addresses import BadAddress, judge, parse

DATA = Path(__file__).parent / "data"
HOSTILE_ADDRESSES = (DATA / "hostile_addresses.txt").read_text().split()
PUBLIC_ADDRESSES = [
    "8.8.8.8",
    "193.219.1.1",
    "172.32.0.1",
    "2a00:1450:4001::8a",
    "2001:4860:4860::8888",
    "::ffff:8.8.8.8",
]

HOSTILE_URLS = [
    *(DATA / "hostile_urls.txt").read_text().split(),
    "http://klaster.lt/\r\nHost: evil", "http://klaster.lt/a b", " http://klaster.lt/", "http://klaster.lt/\x00", "",
    "http://kla\tster.lt/", "http://klaster.lt/\u2028", "http://" + "a" * 64 + ".lt/", "http://" + "a." * 127 + "lt/",
    "http://xn--zzzzzzzz.\u200d.lt/",
]  # fmt: skip


@pytest.mark.parametrize("address", HOSTILE_ADDRESSES)
def test_addresses_that_are_not_public_are_refused(address):
    with pytest.raises(BadAddress):
        judge(address)


@pytest.mark.parametrize("address", PUBLIC_ADDRESSES)
def test_public_addresses_are_let_through(address):
    judged = judge(address)
    assert str(judged) == address.removeprefix("::ffff:")


def test_the_table_is_long_enough():
    assert len(HOSTILE_ADDRESSES) + len(HOSTILE_URLS) > 120


def test_networks_of_our_own_are_refused():
    own = [ipaddress.ip_network("193.219.0.0/16"), ipaddress.ip_network("2a00:1450::/32")]
    for address in ("193.219.1.1", "::ffff:193.219.1.1", "2a00:1450::1"):
        with pytest.raises(BadAddress):
            judge(address, also_refused=own)
    assert str(judge("8.8.8.8", also_refused=own)) == "8.8.8.8"


@given(st.ip_addresses())
def test_what_is_let_through_is_global_and_one_machine(address):
    try:
        judged = judge(str(address))
    except BadAddress:
        return
    assert judged.is_global
    assert not any((judged.is_private, judged.is_multicast, judged.is_reserved, judged.is_loopback))
    assert judged.version == 4 or not (judged.ipv4_mapped or judged.sixtofour or judged.teredo)


@pytest.mark.parametrize("url", HOSTILE_URLS)
def test_addresses_of_pages_that_lead_elsewhere_are_refused(url):
    with pytest.raises(BadAddress):
        parse(url)


@pytest.mark.parametrize(
    ("url", "read"),
    [
        ("https://klaster.lt", "https://klaster.lt/"),
        ("HTTPS://Klaster.LT:443/a?b=c#d", "https://klaster.lt/a?b=c"),
        ("http://klaster.lt:80/", "http://klaster.lt/"),
        ("https://ąžuolas.lt/žuvis?q=ė", "https://xn--uolas-2wa16f.lt/%C5%BEuvis?q=%C4%97"),
        ("https://xn--uolas-2wa16f.lt/a%20b", "https://xn--uolas-2wa16f.lt/a%20b"),
        ("https://127.0.0.1.nip.io/", "https://127.0.0.1.nip.io/"),  # a name: its addresses are judged
    ],
)
def test_a_public_page_is_read_one_way(url, read):
    assert parse(url).url == read


@pytest.mark.parametrize(
    ("location", "there"),
    [
        ("/b", "https://klaster.lt/b"),
        ("c", "https://klaster.lt/a/c"),
        ("//other.lt/d", "https://other.lt/d"),
        ("https://other.lt/", "https://other.lt/"),
        ("http://klaster.lt/", None),
        ("//127.0.0.1/", None),
        ("http://localhost/", None),
        ("file:///etc/passwd", None),
        ("https://klaster.lt:8443/", None),
        ("javascript:alert(1)", None),
        ("\\\\127.0.0.1\\x", None),
    ],
)
def test_redirects_are_judged_like_addresses(location, there):
    target = parse("https://klaster.lt/a/b")
    if there is None:
        with pytest.raises(BadAddress):
            addresses.follow(target, location)
    else:
        assert addresses.follow(target, location).url == there

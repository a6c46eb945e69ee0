"""What a network file may not say: each kind of problem, with its line, and all problems at once."""

# ruff: noqa: E501 – one case a line
import pytest
from django.utils.translation import override

from klaster.directory.network_file import NetworkFileError, read
from klaster.directory.network_file.yaml_lines import LARGEST

HEAD = """\
meta: {format: 1, title: {en: Invented}, as_of: 2026-11-01}
country: EE
languages: [et, en]
sources:
  - {key: source, title: {en: Source}}
fact_kinds:
  - {code: founded, field: true, name: {en: Founded}}
  - {code: members, name: {en: Members}}
sectors:
  - {code: wood, slug: {et: puit, en: wood}, name: {et: Puit, en: Wood}}
organisations:
  - {key: firm, name: {en: Invented firm}, kind: small, country: EE}
clusters:
  - {key: cluster, name: {en: Invented cluster}, country: EE, coordinator: unknown}
networks:
  - {key: network, name: {en: Invented network}, kind: platform}
"""
LAST = HEAD.count("\n")  # what a test adds begins on the next line


@pytest.fixture(autouse=True)
def _in_english():
    with override("en"):
        yield


def problems(text: str | bytes) -> list[tuple[int, str]]:
    with pytest.raises(NetworkFileError) as error:
        read(text if isinstance(text, bytes) else text.encode())
    return [(problem.line, problem.text) for problem in error.value.problems]


def added(text: str) -> list[tuple[int, str]]:
    """Problems of the file with lines added, by line within what was added."""
    return [(line - LAST, wrong) for line, wrong in problems(HEAD + text)]


def changed(old: str, new: str) -> list[tuple[int, str]]:
    assert HEAD.count(old) == 1
    line = HEAD[: HEAD.index(old)].count("\n")
    return [(number - line, wrong) for number, wrong in problems(HEAD.replace(old, new))]


def test_the_file_the_others_break_is_sound():
    file = read(HEAD.encode())
    assert (file.country, file.languages, file.meta.as_of) == ("EE", ["et", "en"], "2026-11-01")
    assert [said.key for said in file.clusters] == ["cluster"]


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("MITA", {"et": "MITA", "en": "MITA"}),
        ("{et: Euroopa Komisjon, en: European Commission}", {"et": "Euroopa Komisjon", "en": "European Commission"}),
    ],
)
def test_a_publisher_is_one_name_for_all_languages_or_one_for_each(written, names):
    text = HEAD.replace("title: {en: Source}", f"title: {{en: Source}}, publisher: {written}")
    assert [said.publisher for said in read(text.encode()).sources] == [names]


# --- one value --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        ("as_of: 2026-11-01", "as_of: 2026-11", "“2026-11” is not a day such as 2017-05-31."),
        ("as_of: 2026-11-01", "as_of: 2026-02-30", "“2026-02-30” is not a day such as 2017-05-31."),
        ("as_of: 2026-11-01", "as_of: 20261101", "“20261101” is not a day such as 2017-05-31."),
        ("format: 1", "format: 2", "“2” is none of: 1."),
        ("country: EE\n", "country: XX\n", "“XX” is not a country code of ISO 3166-1, as in LV or NO."),
        ("country: EE\n", "country: ee\n", "“ee” is not a country code of ISO 3166-1, as in LV or NO."),
        ("country: EE\n", "country: [EE]\n", "Here one value is expected, not a list or mapping."),
        ("languages: [et, en]", "languages: [et, en, xx]", "“xx” is not a language known here."),
        ("languages: [et, en]", "languages: [et, en, et]", "The language et stands twice."),
        ("{key: source, title: {en: Source}}", "{key: source, title: Source}", "Write the text by language: {en: …}."),
        ("{key: source, title: {en: Source}}", "{key: source, title: {}}", "This text is empty."),
        ("{key: source, title: {en: Source}}", '{key: source, title: {en: " "}}', "This text is empty."),
        ("{key: source, title: {en: Source}}", "{key: source, title: ~}", "“title” is missing."),
        ("{key: source, title: {en: Source}}", "{key: source}", "“title” is missing."),
        ("{key: source, title: {en: Source}}", "just words", "Here names and values are expected."),
        ("{en: Source}", "{lt: Šaltinis}", "“lt” is not one of this file's languages (et, en)."),
        ("{en: Source}", '{en: "a\\0b"}', "The character U+0000 cannot stand in a text."),
        ("{en: Source}", '{en: "a\\u202Eb"}', "The character U+202E cannot stand in a text."),
        ("{en: Source}", "{en: " + 301 * "x" + "}", "At most 300 characters; this has 301."),
        ("{en: Source}}", "{en: Source}, url: izdoma}", "This is not a web address beginning with https:// or http://."),
        ("{en: Source}}", '{en: Source}, url: "javascript:alert(1)"}', "This is not a web address beginning with https:// or http://."),
        ("{en: Source}}", '{en: Source}, url: "https://a:b@c.example/"}', "This is not a web address beginning with https:// or http://."),
        ("{en: Source}}", "{en: Source}, published: 2025-13}", "“2025-13” is not a date, month or year such as 2017-05."),
        ("{en: Source}}", "{en: Source}, published: 2025-02-29}", "“2025-02-29” is not a date, month or year such as 2017-05."),
        ("{en: Source}}", "{en: Source}, published: 2027}", "2027 is after 2026-11-01, the day this file speaks of."),
        ("{en: Source}}", "{en: Source}, retrieved: 2026-11-02}", "2026-11-02 is after 2026-11-01, the day this file speaks of."),
        ("{en: Source}}", "{en: Source}, editor: x}", "“editor” is not a name known here."),
        ("key: source,", "key: Šaltinis,", "A key has small Latin letters, digits, hyphens and underscores, at most 60."),
        ("field: true", "field: yes", "Write true or false."),
        ("name: {et: Puit, en: Wood}", "name: {en: Wood}", "“name” is missing in the language et."),
        ("slug: {et: puit, en: wood}", "slug: {et: puit, en: Wood & co}", "Write small Latin letters, digits and hyphens only."),
        ("en: Wood}}", "en: Wood}, hue: 13}", "Write a whole number from 1 to 12."),
        ("en: Wood}}", "en: Wood}, hue: 1.5}", "Write a whole number from 1 to 12."),
        ("en: Wood}}", "en: Wood}, nace: [ZZ]}", "There is no class ZZ in NACE 2."),
        ("en: Wood}}", "en: Wood}, nace: A}", "Here a list is expected."),
        ("kind: small,", "kind: tiny,", "“tiny” is none of: micro, small, medium, large, company, research, cluster_organisation, association, public, park, other."),
        ("kind: small, country: EE}", "kind: small, country: EE, region: LV00A}", "The region LV00A does not lie in EE."),
        ("kind: small, country: EE}", "kind: small, country: EE, region: EE999}", "There is no county EE999 at level 3 of NUTS 2024."),
        ("kind: small, country: EE}", "kind: small, country: EE, region: EE00}", "There is no county EE00 at level 3 of NUTS 2024."),
        ("kind: small, country: EE}", "kind: small, country: EE, place: Tartu}", "A place needs the region it lies in."),
        ("kind: small, country: EE}", "kind: small, country: EE, region: EE008, place: Tartu}", "There is no place “Tartu” in EE008."),
        ("kind: small, country: EE}", "kind: small, country: EE, legal_code: '16752074'}", "The check digit is wrong: is a digit mistyped?"),
        ("kind: small, country: EE}", "kind: small, legal_code: '16752073'}", "A legal-entity code needs a country."),
        ("kind: small, country: EE}", "kind: small, part_of: firm}", "“firm” is part of itself."),
        ("kind: small, country: EE}", "kind: small, part_of: nobody}", "There is no “nobody” in organisations."),
        ("kind: small, country: EE}", "kind: small, activities: [{version: '2', code: 99.99}]}", "There is no class 99.99 in NACE 2."),
        ("coordinator: unknown", "coordinator: nobody", "There is no “nobody” in organisations."),
        (", coordinator: unknown", "", "“coordinator” is missing."),
        ("coordinator: unknown", "coordinator: unknown, sector: iron", "There is no “iron” in sectors."),
        ("coordinator: unknown", "coordinator: unknown, other_sectors: [wood, iron]", "There is no “iron” in sectors."),
        ("coordinator: unknown", "coordinator: unknown, languages: [english]", "“english” is not a language known here."),
        ("coordinator: unknown", "coordinator: unknown, labels: [{level: platinum}]", "“platinum” is none of: bronze, silver, gold."),
        ("coordinator: unknown", "coordinator: unknown, labels: [{level: gold, issued: 2025, valid_until: 2024-01-01}]", "This day is before the label was issued."),
        ("coordinator: unknown", "coordinator: unknown, labels: [{level: gold}, {level: gold}]", "“gold” stands here twice; first on line 14."),
        ("coordinator: unknown", "coordinator: unknown, labels: [{level: gold, inferred: true}]", "What is inferred needs a note that says why."),
        ("coordinator: unknown", "coordinator: unknown, members: [{organisation: nobody}]", "There is no “nobody” in organisations."),
        ("coordinator: unknown", "coordinator: unknown, members: [{organisation: firm}, {organisation: firm}]", "“firm” stands here twice; first on line 14."),
        ("coordinator: unknown", "coordinator: unknown, members: [{organisation: firm, joined: 2020-01-02, left: 2020-01-01}]", "This day is before the day it joined."),
        ("coordinator: unknown", "coordinator: unknown, openings: [{key: a, title: {en: A}, until: soon}]", "“soon” is not a day such as 2017-05-31."),
        ("kind: platform", "kind: platform, participants: [{role: member}]", "Name one participant: a cluster, an organisation or a network."),
        ("kind: platform", "kind: platform, participants: [{cluster: cluster, organisation: firm}]", "Name one participant: a cluster, an organisation or a network."),
        ("kind: platform", "kind: platform, participants: [{cluster: cluster, since: 2020, until: 2019}]", "This is before it began."),
    ],
)  # fmt: skip
def test_a_wrong_value_is_named_on_its_line(old, new, wrong):
    assert changed(old, new) == [(1, wrong)]


# --- what is added ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("cluster: x\n", [(1, "“cluster” is not a name known here.")]),
        ("sectors: []\n", [(1, "“sectors” stands here twice; first on line 9.")]),
        ("statements: {}\n", [(1, "Here a list is expected.")]),
        ("statements:\n  - {cluster: cluster, kind: members}\n", [(2, "A statement says a number or words.")]),
        ("statements:\n  - {cluster: cluster, kind: age, number: 3}\n", [(2, "There is no “age” in fact_kinds.")]),
        ("statements:\n  - {cluster: cluster, kind: members, number: 3, source: s9}\n", [(2, "There is no “s9” in sources.")]),
        ("statements:\n  - {programme: p, kind: members, number: 3}\n", [(2, "There is no “p” in programmes.")]),
        (
            "statements:\n  - {kind: members, number: 3}\n",
            [(2, "Say what the statement is about: one cluster, organisation, network or programme.")],
        ),
        (
            "statements:\n  - {cluster: cluster, network: network, kind: members, number: 3}\n",
            [(2, "Say what the statement is about: one cluster, organisation, network or programme.")],
        ),
        (
            "statements:\n  - {cluster: cluster, kind: members, number: 2 405 122}\n",
            [(2, "Write a number such as 12, 2405122 or 1403744.26, without spaces or commas.")],
        ),
        (
            "statements:\n  - {cluster: cluster, kind: members, number: 3, bound: nearly}\n",
            [(2, "“nearly” is none of: exact, at_least, about.")],
        ),
        (
            "statements:\n"
            "  - {cluster: cluster, kind: members, number: 3, source: source, as_of: 2020}\n"
            "  - {cluster: cluster, kind: members, number: 4, source: source, as_of: 2020}\n",
            [(3, "“cluster/cluster/members/source/2020/exact” stands here twice; first on line 18.")],
        ),
        (
            "statements:\n"
            "  - {cluster: cluster, kind: members, number: 3, shown: true, as_of: 2020}\n"
            "  - {cluster: cluster, kind: members, number: 4, shown: true, as_of: 2021}\n",
            [(3, "The one on line 18 is already shown first.")],
        ),
        (
            "programmes:\n"
            "  - {key: a, name: {en: A}, kind: project, part_of: b}\n"
            "  - {key: b, name: {en: B}, kind: project, part_of: a}\n",
            [(2, "“a” is part of itself."), (3, "“b” is part of itself.")],
        ),
        (
            "programmes:\n"
            "  - {key: a_b, name: {en: A}, kind: project}\n"
            "  - {key: a-b, name: {en: B}, kind: project}\n",
            [(3, "“a-b” stands here twice; first on line 18.")],
        ),
        (
            "agreements:\n  - key: a\n    kind: memorandum\n    title: {en: A}\n    parties: [firm, other]\n",
            [(5, "There is no “other” in organisations.")],
        ),
        ("regions:\n  - {code: XX011, name: {en: X}}\n", [(2, "There is no region XX011 in NUTS 2024.")]),
    ],
)  # fmt: skip
def test_what_does_not_fit_the_rest_is_named_on_its_line(text, wrong):
    assert added(text) == wrong


def test_a_site_has_one_home_network():
    home = ", home: true}"
    text = HEAD.replace("kind: platform}", "kind: platform" + home)
    second = "  - {key: other, name: {en: Other}, kind: platform" + home + "\n"
    assert problems(text + second) == [(LAST + 1, f"A site has one home network; the first is on line {LAST}.")]


def test_all_problems_are_told_at_once_in_the_order_of_lines():
    text = (
        HEAD.replace("country: EE\n", "country: XX\n")
        .replace("kind: small", "kind: tiny")
        .replace("2026-11-01", "soon")
    )
    assert [line for line, _wrong in problems(text + "what: ever\n")] == [1, 2, 12, LAST + 1]


def test_what_a_file_cannot_do_without_is_asked_for():
    assert problems("sources: []\n") == [
        (1, "“country” is missing."), (1, "“languages” is missing."), (1, "“meta” is missing."),
    ]  # fmt: skip


def test_words_that_yaml_takes_for_something_else_stay_words():
    """In YAML 1.1 `NO` is false, 2014-10-01 a date and 1_000 a thousand; here they are what somebody typed."""
    text = HEAD.replace("kind: small, country: EE", "kind: small, country: NO, aliases: [no, 2014-10-01, 1_000, '~']")
    firm = read(text.encode()).organisations[0]
    assert (firm.country, firm.aliases) == ("NO", ["no", "2014-10-01", "1_000", "~"])


def test_texts_are_kept_composed_and_on_one_line():
    text = HEAD.replace("{en: Invented firm}", "{en: 'Invented\n      ﬁrm  U\u0301z\u030cupis'}")
    assert read(text.encode()).organisations[0].name == {"en": "Invented ﬁrm Úžupis"}


# --- files that are not what they say ---------------------------------------------------------------------------------

BOMB = "a: &a [x, x]\n" + "".join(f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True))


@pytest.mark.parametrize(
    ("data", "wrong"),
    [
        (b"", (1, "The file is empty or no mapping of sections.")),
        (b"\xef\xbb\xbf", (1, "The file is empty or no mapping of sections.")),
        (b"# only words\n", (1, "The file is empty or no mapping of sections.")),
        (b"- a\n- b\n", (1, "The file is empty or no mapping of sections.")),
        (b"words\n", (1, "The file is empty or no mapping of sections.")),
        (b"a: 1\nb: x\x00y\n", (2, "The character U+0000 cannot stand in this file.")),
        (b"a: 1\nb: \x1b[31m\n", (2, "The character U+001B cannot stand in this file.")),
        ("a: 1\nb: \u2066x\n".encode(), (2, "The character U+2066 cannot stand in this file.")),
        ("a: 1\nb: Užupis\n".encode("iso8859-13"), (2, "This is not UTF-8 text; save the file in UTF-8.")),
        ("a: 1\n".encode("utf-16"), (1, "This is not UTF-8 text; save the file in UTF-8.")),
        (b"a: " + b"x" * LARGEST, (1, "The file is larger than 2 MB.")),
        (b"x" * 5_000_000, (1, "The file is larger than 2 MB.")),
        (b"a: 1\nb: " + b"[" * 100_000, (2, "This is nested more than 20 levels deep.")),
        (b"{a: " * 100_000, (1, "This is nested more than 20 levels deep.")),
        (b"".join(b" " * n + b"a:\n" for n in range(500)), (20, "This is nested more than 20 levels deep.")),
        (b"- x\n" * 250_000, (200_000, "The file has more than 200000 values.")),
        (BOMB.encode(), (1, "Anchors (&) and aliases (*) cannot be used; write the value again.")),
        (b"a: 1\nb: !!python/object/apply:os.system [ls]\n", (2, "Tags (tag:yaml.org,2002:python/object/apply:os.system) cannot be used.")),
        (b"a: 1\nb: !!binary aGk=\n", (2, "Tags (tag:yaml.org,2002:binary) cannot be used.")),
        (b"a: 1\n---\nb: 2\n", (2, "A second document begins here; a file holds one.")),
        (b"a: 1\n? [b]\n: 2\n", (2, "A name must be a word, not a list or mapping.")),
        (b"a: 1\nb: c: d\n", (2, "This is not YAML here: mapping values are not allowed in this context.")),
        (b"a: [1,\nb: 'x\n", (3, "This is not YAML here: found unexpected end of stream.")),
        (b"a:\n\tb: 1\n", (2, "This is not YAML here: found character that cannot start any token.")),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_says_where_it_broke(data, wrong):
    assert problems(data) == [wrong]


def test_duplicate_names_do_not_hide_what_else_is_wrong():
    assert problems(HEAD.replace("kind: small", "kind: tiny, kind: small") + "x: 1\n") == [
        (12, "“kind” stands here twice; first on line 12."),
        (12, "“tiny” is none of: micro, small, medium, large, company, research, cluster_organisation, association, "
             "public, park, other."),
        (LAST + 1, "“x” is not a name known here."),
    ]  # fmt: skip

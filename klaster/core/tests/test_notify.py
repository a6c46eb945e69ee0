import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser, Group
from django.utils.translation import gettext_noop, override

from klaster.core import topics
from klaster.core.fields import Translated
from klaster.core.models import Letter, Notice
from klaster.core.notify import notify
from klaster.core.topics import Topic

NEWS = Topic("test.news", "News")
DUTY = Topic("test.duty", "Duties", optional=False)


@pytest.fixture
def ona(db):
    return get_user_model().objects.create_user("ona@example.org", language="lt")


@pytest.fixture
def group(db):
    return Group.objects.create(name="A")


def test_a_person_is_told_in_the_site_and_by_letter_once(ona, group):
    for _turn in range(2):
        notify(ona, NEWS, subject="%(who)s joined", params={"who": "UAB X"}, about=group, url="/lt/")
    (notice,) = Notice.objects.visible_to(ona)
    assert (notice.subject, notice.url, notice.is_read) == ("UAB X joined", "/lt/", False)
    (letter,) = Letter.objects.all()
    assert (letter.subject, letter.person, letter.purpose) == ("UAB X joined", ona, "test.news")


@pytest.mark.parametrize(
    ("topic", "chosen", "in_site", "letters"),
    [
        (NEWS, {"site", "mail"}, 1, 1),
        (NEWS, {"site"}, 1, 0),
        (NEWS, {"mail"}, 0, 1),
        (NEWS, set(), 0, 0),
        (DUTY, set(), 1, 0),
    ],
)
def test_the_person_chooses_the_channels(ona, group, monkeypatch, topic, chosen, in_site, letters):
    monkeypatch.setattr(type(ona), "channels", lambda _self, _topic: chosen, raising=False)
    notify(ona, topic, subject="Labas", about=group)
    assert Notice.objects.visible_to(ona).count() == in_site
    assert Letter.objects.count() == letters


def test_words_are_in_the_language_of_who_reads(ona, group):
    name = Translated(lt="Žuvys", en="Fish")
    with override("en"):
        notify(ona, NEWS, subject="%(cluster)s", body=gettext_noop("Yes"), params={"cluster": name}, about=group)
    assert Letter.objects.get().subject == "Žuvys"
    notice = Notice.objects.get()
    with override("lt"):
        assert (notice.subject, notice.body) == ("Žuvys", "Taip")
    with override("en"):
        assert (notice.subject, notice.body) == ("Fish", "Yes")


def test_numbers_choose_the_form(ona, group):
    notice = notify(ona, NEWS, subject="%(count)s letter", plural="%(count)s letters", params={"count": 2}, about=group)
    with override("en"):
        assert notice.subject == "2 letters"


def test_typed_text_in_a_notice_makes_no_link_in_the_letter(ona, group):
    notify(ona, NEWS, subject="%(who)s", body="From %(who)s", params={"who": "https://evil.example"}, about=group)
    letter = Letter.objects.get()
    assert "evil.example" not in letter.subject + letter.body
    assert Notice.objects.get().body == "From https://evil.example"


def test_notices_are_the_persons_own(ona, group):
    other = get_user_model().objects.create_user("jonas@example.org")
    notify(ona, NEWS, subject="Labas", about=group)
    assert not Notice.objects.visible_to(other).exists()
    assert not Notice.objects.visible_to(AnonymousUser()).exists()
    assert Notice.objects.visible_to(ona).mark_read() == 1
    assert Notice.objects.visible_to(ona).mark_read() == 0
    assert Notice.objects.get().is_read


def test_a_notice_must_be_about_something_and_link_home(ona, group):
    with pytest.raises(ValueError, match="`about` or `key`"):
        notify(ona, NEWS, subject="Labas")
    with pytest.raises(ValueError, match="links to this site"):
        notify(ona, NEWS, subject="Labas", about=group, url="https://evil.example")
    with pytest.raises(KeyError):
        notify(ona, NEWS, subject="%(missing)s", about=group)
    assert not Notice.objects.exists()


def test_a_topic_has_one_meaning(monkeypatch):
    monkeypatch.setattr(topics, "_topics", {})
    topic = topics.register("test.a", "A")
    assert topics.register("test.a", "A") is not None
    assert topics.get("test.a") == topic
    assert topics.every() == [topic]
    with pytest.raises(ValueError, match="already another topic"):
        topics.register("test.a", "B")

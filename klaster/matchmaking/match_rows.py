"""Tables for a matchmaking event: what their columns are, what each row says, what is wrong with it. Writes nothing.

Participants: a line a person; lines with the same key, or without one the same name, are one delegation. Wishes: who
asks whom. Fixed meetings: who meets, and at which time and table every timetable has to keep them.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from klaster.core import tables
from klaster.directory.imports.fields import plain
from klaster.events import import_rows
from klaster.events.import_rows import NO, YES, Field
from klaster.matchmaking import phases
from klaster.matchmaking.models import Matchmaking, MatchmakingImport, Participant, Slot, Table

MOST_ROWS = import_rows.MOST_ROWS
Kind = MatchmakingImport.Kind
WHO = ("dalyvis", "participant", "organizacija", "imone", "organisation", "company")

FIELDS: dict[str, list[Field]] = {
    Kind.PARTICIPANTS: [
        Field("key", gettext_lazy("key"), ("raktas", "kodas", "key", "id", "code"), 60),
        Field("participant", gettext_lazy("participant"), WHO, 200),
        Field("name", gettext_lazy("name and surname"), ("vardas pavarde", "vardas ir pavarde", "atstovas", "asmuo",
              "name", "full name", "representative", "person"), 150),
        Field("email", gettext_lazy("e-mail address"), ("el pastas", "el pasto adresas", "email", "e mail",
              "e mail address"), 254),
        Field("country", gettext_lazy("country"), ("salis", "valstybe", "country")),
        Field("language", gettext_lazy("language of letters"), ("kalba", "language", "language of letters")),
        Field("online", gettext_lazy("meets online"), ("nuotoliu", "susitinka nuotoliu", "online", "meets online")),
        Field("table", gettext_lazy("own table"), ("stalas", "savas stalas", "table", "own table")),
        Field("most", gettext_lazy("at most so many meetings"), ("daugiausia susitikimu", "at most meetings", "most")),
        Field("offers", gettext_lazy("offers"), ("siulome", "pasiulymai", "offers", "offer"), 3000),
        Field("needs", gettext_lazy("needs"), ("ieskome", "poreikiai", "needs", "need"), 3000),
    ],
    Kind.WISHES: [
        Field("asker", gettext_lazy("who asks"), ("kas praso", "prasytojas", "who asks", "asker", "from"), 200),
        Field("asked", gettext_lazy("who is asked"), ("ko prasoma", "prasomasis", "who is asked", "asked", "to"), 200),
        Field("priority", gettext_lazy("priority"), ("svarba", "pirmenybe", "priority")),
        Field("message", gettext_lazy("message"), ("zinute", "message"), 600),
        Field("agreed", gettext_lazy("both have agreed"), ("sutarta", "agreed", "both have agreed")),
    ],
    Kind.MEETINGS: [
        Field("asker", gettext_lazy("participant"), (*WHO, "pirmas", "one", "first"), 200),
        Field("asked", gettext_lazy("the other participant"), ("kitas dalyvis", "antras", "the other participant",
              "other", "second"), 200),
        Field("day", gettext_lazy("day"), ("diena", "data", "day", "date")),
        Field("time", gettext_lazy("time"), ("laikas", "time")),
        Field("table", gettext_lazy("table"), ("stalas", "table")),
    ],
}  # fmt: skip
NEEDED = {
    Kind.PARTICIPANTS: ("participant",),
    Kind.WISHES: ("asker", "asked"),
    Kind.MEETINGS: ("asker", "asked", "time"),
}
MUST = {"must", "must meet", "2", "butina", "butina susitikti", "bus", "high"}


@dataclass
class Checked(import_rows.Checked):
    """One row, with what its first columns say."""

    words: list[str] = field(default_factory=list)


def problem_of(kind: str, mapping: Mapping[int, str]) -> str:
    chosen = list(mapping.values())
    if twice := import_rows.named_twice(chosen, FIELDS[kind]):
        return twice
    missing = [str(each.title) for each in FIELDS[kind] if each.code in NEEDED[Kind(kind)] and each.code not in chosen]
    return _("Say in which column this stands: %(fields)s.") % {"fields": ", ".join(missing)} if missing else ""


def check(import_: MatchmakingImport) -> list[Checked]:
    """Every row as it would come in; asks the same few questions for any number of rows."""
    reader = READERS[Kind(import_.kind)](import_.matchmaking)
    found = []
    most = {each.code: each.most for each in FIELDS[import_.kind]}
    for line, cells in import_.rows:
        said = {
            code: tables.plain(cells[at]).strip() if at < len(cells) else "" for at, code in import_.fields().items()
        }
        row = Checked(line, words=[said.get(each.code, "") for each in FIELDS[import_.kind]][:4])
        for code, text in said.items():
            if most[code] and len(text) > most[code]:
                row.problems.append(_("“%(value)s” is too long.") % {"value": f"{text[:30]}…"})
        if not row.problems:
            reader.read(row, said)
        found.append(row)
    return found


class People:
    """Participants by what a table may call them: their key, their name, the address of a representative."""

    def __init__(self, matchmaking: Matchmaking):
        self.matchmaking = matchmaking
        self.by_words: dict[str, list[Participant]] = {}
        rows = matchmaking.participants.prefetch_related("representatives__registration").order_by("pk")
        for row in rows:
            emails = [each.registration.email for each in row.representatives.all()]
            for words in {row.key.lower(), plain(row.name), *(email.lower() for email in emails)} - {""}:
                self.by_words.setdefault(words, []).append(row)

    def read(self, row: Checked, said: Mapping[str, str]) -> None:
        """Fill the row with what it would write, or with what is wrong."""
        raise NotImplementedError

    def of(self, row: Checked, words: str) -> Participant | None:
        """The one participant so called, who takes part; else a problem."""
        found = self.by_words.get(words.lower()) or self.by_words.get(plain(words)) or []
        if len(found) == 1 and found[0].takes_part:
            return found[0]
        if not words:
            row.problems.append(_("A participant is missing."))
        elif len(found) > 1:
            row.problems.append(
                _("Several participants are called “%(value)s”: write the key.") % {"value": words[:60]}
            )
        else:
            row.problems.append(_("There is no participant “%(value)s”.") % {"value": words[:60]})
        return None


class ReadParticipants(People):
    def __init__(self, matchmaking: Matchmaking):
        super().__init__(matchmaking)
        self.person = import_rows.Reader(matchmaking.event)
        self.tables = {table.number: table for table in matchmaking.tables.filter(is_online=False)}
        self.registered = {
            email.lower(): (pk, representative)
            for email, pk, representative in matchmaking.event.registrations.confirmed()
            .exclude(email="")
            .values_list("email", "pk", "representative")
        }
        self.seen: set[str] = set()

    def read(self, row: Checked, said: Mapping[str, str]) -> None:
        name = said.get("participant", "")
        if not any(letter.isalpha() for letter in name):
            row.problems.append(_("A participant is missing."))
        online = plain(said.get("online", ""))
        if online not in YES | NO:
            row.problems.append(_("“%(value)s” is neither yes nor no.") % {"value": said["online"][:60]})
        row.values = {"key": said.get("key", ""), "name": name, "is_online": online in YES,
                      "offers": parts(said.get("offers", "")), "needs": parts(said.get("needs", ""))}  # fmt: skip
        self._person(row, said, name)
        row.values["most_meetings"] = number(row, said.get("most", ""), 1, 200)
        row.values["fixed_table"] = self._table(row, said.get("table", ""))

    def _person(self, row: Checked, said: Mapping[str, str], name: str) -> None:
        asked = {code: said.get(code, "") for code in ("email", "country", "language")}
        person = self.person.read(row.line, {**asked, "name": said.get("name") or name, "organisation": name})
        row.problems += person.problems
        row.values["person"], row.values["country"] = person.values, person.values.get("country", "")
        email = asked["email"].lower()
        if email in self.seen:
            row.problems.append(_("The address stands in the table twice."))
        self.seen |= {email} - {""}
        row.values["registration"], representative = self.registered.get(email, (None, None))
        row.is_known = representative is not None

    def _table(self, row: Checked, words: str) -> Table | None:
        wanted = number(row, words, 1, 100_000)
        if wanted is not None and wanted not in self.tables:
            row.problems.append(_("There is no table %(number)s.") % {"number": wanted})
        return self.tables.get(wanted or 0)


class ReadWishes(People):
    def __init__(self, matchmaking: Matchmaking):
        super().__init__(matchmaking)
        live = matchmaking.requests.live().values_list("asker", "asked")
        self.pairs = {frozenset(pair) for pair in live}

    def read(self, row: Checked, said: Mapping[str, str]) -> None:
        pair = both(self, row, said)
        if pair is None:
            return
        agreed = plain(said.get("agreed", ""))
        if agreed not in YES | NO:
            row.problems.append(_("“%(value)s” is neither yes nor no.") % {"value": said["agreed"][:60]})
        row.is_known = frozenset(each.pk for each in pair) in self.pairs
        if agreed in NO and not row.is_known and not self.matchmaking.takes_answers:
            row.problems.append(str(phases.UNANSWERABLE))
        self.pairs.add(frozenset(each.pk for each in pair))
        priority = 2 if plain(said.get("priority", "")) in MUST else 1
        row.values = {"asker": pair[0], "asked": pair[1], "priority": priority,
                      "message": said.get("message", ""), "agreed": agreed in YES}  # fmt: skip


class ReadMeetings(People):
    def __init__(self, matchmaking: Matchmaking):
        super().__init__(matchmaking)
        zone = matchmaking.event.zone
        self.slots: dict[datetime.time, list[Slot]] = {}
        for slot in matchmaking.slots.filter(is_break=False).order_by("starts"):
            self.slots.setdefault(slot.starts.astimezone(zone).time().replace(second=0, microsecond=0), []).append(slot)
        self.tables = {table.number: table for table in matchmaking.tables.all()}
        self.taken: set[tuple[int, int]] = set()

    def read(self, row: Checked, said: Mapping[str, str]) -> None:
        pair = both(self, row, said)
        slot = self._slot(row, said)
        wanted = number(row, said.get("table", ""), 1, 100_000)
        if wanted is not None and wanted not in self.tables:
            row.problems.append(_("There is no table %(number)s.") % {"number": wanted})
        if pair is None or slot is None:
            return
        table = self.tables.get(wanted or 0)
        for busy in [*((pair_.pk, slot.pk) for pair_ in pair), *([(-table.pk, slot.pk)] if table else [])]:
            if busy in self.taken:
                row.problems.append(_("The table has them at this time already, or another meeting at this table."))
                break
        self.taken |= {(each.pk, slot.pk) for each in pair} | ({(-table.pk, slot.pk)} if table else set())
        row.values = {"pair": pair, "slot": slot, "table": table}

    def _slot(self, row: Checked, said: Mapping[str, str]) -> Slot | None:
        words, day = said.get("time", "").replace(".", ":"), said.get("day", "")
        try:
            time = datetime.time.fromisoformat(words[:5].strip().zfill(5))
        except ValueError:
            row.problems.append(_("“%(value)s” is no time.") % {"value": words[:20]})
            return None
        found = self.slots.get(time, [])
        if day:
            zone = self.matchmaking.event.zone
            found = [slot for slot in found if slot.starts.astimezone(zone).date().isoformat() == day[:10]]
        if len(found) == 1:
            return found[0]
        if found:
            row.problems.append(_("Several days have a time at %(time)s: write the day.") % {"time": words})
        else:
            row.problems.append(_("No meetings begin at %(time)s.") % {"time": f"{day} {words}".strip()})
        return None


READERS: dict[Kind, type[People]] = {
    Kind.PARTICIPANTS: ReadParticipants,
    Kind.WISHES: ReadWishes,
    Kind.MEETINGS: ReadMeetings,
}


def both(people: People, row: Checked, said: Mapping[str, str]) -> tuple[Participant, Participant] | None:
    one, other = people.of(row, said.get("asker", "")), people.of(row, said.get("asked", ""))
    if one is None or other is None:
        return None
    if one == other:
        row.problems.append(_("Nobody meets themselves."))
        return None
    return one, other


def parts(text: str) -> list[str]:
    return [part.strip()[:1500] for part in text.replace("\n", ";").split(";") if part.strip()]


def number(row: Checked, words: str, least: int, most: int) -> int | None:
    if not words:
        return None
    if not words.isascii() or not words.isdecimal() or not least <= int(words[:9]) <= most:
        row.problems.append(_("“%(value)s” is no number from %(least)s to %(most)s.") % {"value": words[:20],
                            "least": least, "most": most})  # fmt: skip
        return None
    return int(words)


def blank(kind: str) -> tables.Table:
    """An empty table to fill in, with a line that is visibly invented."""
    examples: dict[str, list[Any]] = {
        Kind.PARTICIPANTS: ["K1", _("Invented Ltd (delete this line)"), _("Vardenė Pavardenė"), "vardene@example.org",
                            "LT", "", "", "", "", "", ""],
        Kind.WISHES: ["K1", "K2", "", "", ""],
        Kind.MEETINGS: ["K1", "K2", "2027-03-01", "13:00", "1"],
    }  # fmt: skip
    title = _("Import: %(what)s") % {"what": Kind(kind).label}
    return tables.Table(title, [str(each.title).capitalize() for each in FIELDS[kind]], [examples[kind]])

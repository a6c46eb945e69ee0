from klaster.events.models.after import Certificate, Photo
from klaster.events.models.agenda import EventPartner, Material, Room, Session, SessionSpeaker, Speaker, Track
from klaster.events.models.calendars import CalendarKey
from klaster.events.models.door import Attendance, BadgePrint
from klaster.events.models.events import BY_THE_CLOCK, Event, State, StateChange, TeamMember
from klaster.events.models.figures import EventFigure
from klaster.events.models.messages import LetterRound, LetterSettings, LetterText, Mailing, Recipient
from klaster.events.models.registration import (
    ENDED,
    HOLD_A_PLACE,
    Answer,
    Category,
    Draw,
    GivenUpSession,
    Question,
    Quota,
    Registration,
    RegistrationState,
    SessionChoice,
)
from klaster.events.models.series import Series
from klaster.events.models.survey import SpentToken, Survey, SurveyAnswer, SurveyQuestion
from klaster.events.models.tables import ChosenColumns, RegistrationImport

__all__ = [
    "BY_THE_CLOCK", "ENDED", "HOLD_A_PLACE", "Answer", "Attendance", "BadgePrint", "CalendarKey", "Category",
    "Certificate", "ChosenColumns", "Draw", "Event", "EventFigure", "EventPartner", "GivenUpSession", "LetterRound",
    "LetterSettings", "LetterText", "Mailing", "Material", "Photo", "Question", "Quota", "Recipient",
    "Registration", "RegistrationImport", "RegistrationState", "Room", "Series", "Session", "SessionChoice",
    "SessionSpeaker", "Speaker", "SpentToken", "State", "StateChange", "Survey", "SurveyAnswer", "SurveyQuestion",
    "TeamMember", "Track",
]  # fmt: skip

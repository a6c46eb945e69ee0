"""What is left after an event: certificates, survey, report, pictures."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter
from django.utils.translation import gettext_lazy as _

from klaster.events.views import after, certificates, evidence, photos, survey


class Ending(StringConverter):
    regex = "pdf|xlsx"


register_converter(Ending, "report")

urlpatterns = [
    path(_("my/events/evidence/"), evidence.my_evidence, name="my_evidence"),
    path(_("my/events/evidence.<table:ending>"), evidence.my_evidence_file, name="my_evidence_file"),
    path(_("certificates/"), certificates.certificate_find, name="certificate_find"),
    path(_("certificates/mine/<str:token>/"), certificates.certificate_by_link, name="certificate_by_link"),
    path(_("certificates/mine/<str:token>.pdf"), certificates.certificate_file, name="certificate_file"),
    path(_("certificates/<str:code>.pdf"), certificates.certificate_pdf, name="certificate_pdf"),
    path(_("certificates/<str:code>/"), certificates.certificate_check, name="certificate_check"),
    path(_("survey/<str:token>/"), survey.survey_answer, name="survey"),
    path(_("events/<slug:slug>/desk/after/"), after.event_after, name="event_after"),
    path(_("events/<slug:slug>/desk/report/"), after.event_report, name="event_report"),
    path(_("events/<slug:slug>/desk/report.<report:ending>"), after.event_report_file, name="event_report_file"),
    path(_("events/<slug:slug>/desk/certificates/"), certificates.event_certificates, name="event_certificates"),
    path(
        _("events/<slug:slug>/desk/certificates/<int:pk>/"),
        certificates.certificate_withdraw,
        name="certificate_withdraw",
    ),
    path(_("events/<slug:slug>/desk/survey/"), survey.event_survey, name="event_survey"),
    path(_("events/<slug:slug>/desk/survey/open/"), survey.survey_open, name="survey_open"),
    path(_("events/<slug:slug>/desk/survey/close/"), survey.survey_close, name="survey_close"),
    path(_("events/<slug:slug>/desk/survey/delete/"), survey.survey_remove, name="survey_remove"),
    path(_("events/<slug:slug>/desk/survey/questions/new/"), survey.survey_question, name="survey_question_new"),
    path(_("events/<slug:slug>/desk/survey/questions/<int:pk>/"), survey.survey_question, name="survey_question"),
    path(
        _("events/<slug:slug>/desk/survey/questions/<int:pk>/up/"),
        survey.survey_question_move,
        name="survey_question_move",
    ),
    path(
        _("events/<slug:slug>/desk/survey/questions/<int:pk>/delete/"),
        survey.survey_question_delete,
        name="survey_question_delete",
    ),
    path(_("events/<slug:slug>/desk/survey/results/"), survey.survey_results, name="survey_results"),
    path(_("events/<slug:slug>/desk/survey/results.<table:ending>"), survey.survey_export, name="survey_export"),
    path(_("events/<slug:slug>/desk/photos/"), photos.event_photos, name="event_photos"),
    path(_("events/<slug:slug>/desk/photos/<int:pk>/"), photos.event_photo, name="event_photo"),
    path(_("events/<slug:slug>/desk/photos/<int:pk>/forward/"), photos.event_photo_move, name="event_photo_move"),
    path(_("events/<slug:slug>/desk/photos/<int:pk>/delete/"), photos.event_photo_delete, name="event_photo_delete"),
]

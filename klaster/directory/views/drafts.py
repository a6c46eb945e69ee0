"""Long forms keep what is typed by themselves, for the person alone: an address the form's script writes to."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import Form
from django.forms.utils import ErrorDict
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from klaster.core.limits import limited
from klaster.directory import actions
from klaster.directory.form_drafts import KINDS, Kind
from klaster.directory.models import FormDraft

WINDOW, SEEN = "draft-window", "draft-seen"  # what the form says of itself
OWN = {"csrfmiddlewaretoken", "do", "over", WINDOW, SEEN}
EACH_MINUTE = 60  # a window saves two seconds after the last key


class Keeping:
    """The draft of one form on one page: for the template, and for the view that sends the form."""

    def __init__(self, request: HttpRequest, form: str, row: int):
        self.request, self.form, self.row = request, form, row
        rows = FormDraft.objects.visible_to(request.user).unsent().filter(form=form, row=row)
        hidden = request.method == "POST" or getattr(request, "view_as", None)
        self.draft: FormDraft | None = None if hidden else rows.first()
        self.window = window_of(request) if request.method == "POST" else actions.Window(uuid.uuid4().hex, self.seen)

    @property
    def seen(self) -> str:
        return self.draft.stamp if self.draft else ""

    @property
    def data(self) -> QueryDict | None:
        """What the form is bound to: what was sent, or else what was kept."""
        if self.request.method == "POST":
            return self.request.POST
        return self.draft.as_posted() if self.draft else None

    def shown(self, form: Form) -> None:
        """What was kept is shown as it was typed, without saying yet what is wrong with it."""
        if self.draft:
            form._errors = ErrorDict()  # type: ignore[attr-defined]

    def was_sent(self) -> None:
        actions.form_was_sent(self.form, self.row, by=self.request.user, window=self.window)  # type: ignore[arg-type]


def window_of(request: HttpRequest) -> actions.Window:
    return actions.Window(request.POST.get(WINDOW, "")[:40] or uuid.uuid4().hex, request.POST.get(SEEN, ""))


def row_of(request: HttpRequest, form: str, pk: int) -> tuple[Kind, Any]:
    """404 also for what one sees and may not change: nobody learns whether there is such a form."""
    kind = KINDS.get(form)
    row = kind and (kind.row(pk, request.user) or kind.row_after(pk, request.user))
    if kind is None or row is None:
        raise Http404
    return kind, row


@never_cache
@require_POST
@limited("draft", limit=EACH_MINUTE, per=60)
def draft_keep(request: HttpRequest, form: str, row: int) -> HttpResponse:
    """Keep what stands in the form; answers with the line that says so. Nothing is checked, nothing is public."""
    row = row_of(request, form, row)[1].pk
    typed = {clean(name): list(map(clean, values)) for name, values in request.POST.lists() if name not in OWN}
    context: dict[str, Any] = {"form_name": form, "row": row}
    try:
        context["draft"] = actions.keep_draft(
            form, row, by=request.user, typed=typed, window=window_of(request), over="over" in request.POST
        )  # type: ignore[arg-type]
    except actions.WrittenElsewhere as elsewhere:
        context |= {"elsewhere": elsewhere.draft, "seen": request.POST.get(SEEN, "")}
        return render(request, "directory/parts/draft_said.html", context, status=409)
    except ValidationError as error:
        context |= {"problem": " ".join(error.messages), "seen": request.POST.get(SEEN, "")}
        return render(request, "directory/parts/draft_said.html", context, status=413)
    return render(request, "directory/parts/draft_said.html", context | {"seen": context["draft"].stamp})


def clean(text: str) -> str:
    return text.replace("\x00", "")


@require_POST
def draft_discard(request: HttpRequest, form: str, row: int) -> HttpResponse:
    """Throw away what was typed; the form says again what stands there."""
    kind, found = row_of(request, form, row)
    actions.throw_draft_away(form, found.pk, by=request.user)  # type: ignore[arg-type]
    messages.success(request, _("The draft is gone."))
    return redirect(kind.page(found))

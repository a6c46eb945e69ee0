"""Writing to a cluster's coordinator, without any address being shown."""

from __future__ import annotations

import structlog
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from klaster.core import limits
from klaster.directory import actions, recipients
from klaster.directory.forms import ContactForm
from klaster.directory.models import Cluster, ContactMessage, Opening
from klaster.directory.views.answers import follows_former_addresses, paged

log = structlog.get_logger(__name__)

EACH_HOUR = 5  # messages by one person or from one address
TO_A_CLUSTER_EACH_HOUR = 40  # messages to one cluster, whoever writes them


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
@follows_former_addresses(Cluster)
def cluster_contact(request: HttpRequest, slug: str) -> HttpResponse:
    cluster = get_object_or_404(Cluster.objects.visible_to(request.user).published(), slug=slug)
    opening = opening_asked(request, cluster)
    form = ContactForm(request.POST or None, request=request, cluster=cluster)
    if not (request.method == "POST" and form.is_valid()):
        return form_page(request, form, opening, status=422 if form.is_bound else 200)
    if form.is_from_a_robot:
        log.warning("robot in the contact form", cluster=cluster.pk)
        return redirect("cluster_contact_sent", slug=cluster.slug)
    if ContactMessage.objects.filter(once=form.once).exists():
        return redirect("cluster_contact_sent", slug=cluster.slug)
    try:
        limits.hit("contact", limits.who_of(request), limit=EACH_HOUR, per=3600)
        limits.hit("contact to", f"cluster {cluster.pk}", limit=TO_A_CLUSTER_EACH_HOUR, per=3600)
    except limits.RateLimited as refusal:
        form.add_error(None, too_often(refusal.retry_after))
        return form_page(request, form, opening, status=429)
    by = request.user if request.user.is_authenticated else None
    try:
        actions.send_message(form.instance, by=by, once=form.once, cluster=cluster, opening=opening)
    except ObjectDoesNotExist as gone:  # while the form was checked
        raise Http404 from gone
    return redirect("cluster_contact_sent", slug=cluster.slug)


def opening_asked(request: HttpRequest, cluster: Cluster) -> Opening | None:
    """The opening that is answered; one that is closed or another cluster's is a page that is not there."""
    asked = request.GET.get("opening", "")
    if not asked:
        return None
    if not asked.isascii() or not asked.isdecimal() or len(asked) > 15:
        raise Http404
    return get_object_or_404(Opening.objects.open().filter(cluster=cluster), pk=int(asked))


def form_page(request: HttpRequest, form: ContactForm, opening: Opening | None, *, status: int) -> HttpResponse:
    cluster = form.cluster
    crumbs = [
        {"title": _("Clusters"), "url": reverse("cluster_list")},
        {"title": str(cluster.name), "url": cluster.get_absolute_url()},
        {"title": _("Contact"), "url": ""},
    ]
    context = {
        "form": form,
        "cluster": cluster,
        "opening": opening,
        "has_keeper": recipients.has_keeper(cluster),
        "crumbs": crumbs,
    }
    return render(request, "directory/cluster_contact.html", context, status=status)


def too_often(seconds: int) -> str:
    minutes = -(-seconds // 60)
    text = ngettext(
        "You have written several messages within an hour. Your text is still here: send it in %(count)s minute.",
        "You have written several messages within an hour. Your text is still here: send it in %(count)s minutes.",
        minutes,
    )
    return text % {"count": minutes}


@login_not_required
@require_GET
@follows_former_addresses(Cluster)
def cluster_contact_sent(request: HttpRequest, slug: str) -> HttpResponse:
    cluster = get_object_or_404(Cluster.objects.visible_to(request.user).published(), slug=slug)
    context = {"cluster": cluster, "has_keeper": recipients.has_keeper(cluster)}
    return render(request, "directory/cluster_contact_sent.html", context)


@never_cache
@require_GET
@follows_former_addresses(Cluster)
def cluster_messages(request: HttpRequest, slug: str) -> HttpResponse:
    """What was written to a cluster, for whoever may read it."""
    cluster = get_object_or_404(Cluster.objects.visible_to(request.user), slug=slug)
    if not request.user.has_perm("directory.read_messages", cluster):
        raise Http404
    messages = ContactMessage.objects.visible_to(request.user).filter(cluster=cluster).select_related("opening")
    crumbs = [
        {"title": str(cluster.name), "url": cluster.get_absolute_url()},
        {"title": _("Messages"), "url": ""},
    ]
    context = {"cluster": cluster, "page": paged(request, messages), "crumbs": crumbs}
    return render(request, "directory/cluster_messages.html", context)

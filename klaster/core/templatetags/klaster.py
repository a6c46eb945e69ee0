"""Tags every template of the site has without loading."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlencode

from django import template
from django.conf import settings
from django.core.paginator import Page
from django.forms import BaseForm, BoundField
from django.forms.formsets import BaseFormSet
from django.template import Context, NodeList
from django.template.base import Parser, Token
from django.template.defaultfilters import stringfilter
from django.templatetags.static import static
from django.urls import reverse, translate_url
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from klaster.core import marks, tables
from klaster.core.sentences import one_dot

register = template.Library()


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """An icon of the sprite, hidden from readers by ear: the word beside it says what it means."""
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#i-{}"/></svg>',
        f"i {css}".strip(),
        static("core/icons.svg"),
        name,
    )


# --- marks, pictures of numbers, lists ------------------------------------------------------------------------------
def dots(slug: str, x: float = 0, y: float = 0) -> SafeString:
    """The dots of a mark as SVG, its middle at (x, y); numbers with a point whatever the language."""
    return format_html_join(
        "",
        '<circle class="{}" cx="{}" cy="{}" r="{}"/>',
        ((dot.kind, f"{dot.x + x:.2f}", f"{dot.y + y:.2f}", dot.radius) for dot in marks.mark(slug)),
    )


@register.simple_tag
def mark(slug: str, hue: int | None = 0, size: str = "") -> SafeString:
    """The mark of a cluster without a logo. `hue` is its sector's, 1 to 12; `size` is "s", "l" or nothing."""
    return format_html(
        '<svg class="mark{} c-{}" viewBox="-2.6 -2.6 5.2 5.2" aria-hidden="true">{}</svg>',
        f" mark--{size}" if size else "",
        hue or 0,
        dots(slug),
    )


@register.inclusion_tag("core/components/network_picture.html")
def network_picture(clusters: Iterable[dict[str, Any]], join_url: str = "") -> dict[str, Any]:
    """All marks packed together, each a link; a dashed ring keeps the place of who is not here yet.

    clusters: [{"name", "url", "slug", "hue"}]; join_url: where the ring leads, if anywhere.
    """
    clusters = list(clusters)
    packed = marks.pack(len(clusters))
    x, y = packed.slot
    return {
        "view_box": packed.view_box,
        "hit": marks.HIT,
        "join_url": join_url,
        "slot": {"x": f"{x:.2f}", "y": f"{y:.2f}"},
        "places": [
            {"cluster": cluster, "x": f"{x:.2f}", "y": f"{y:.2f}", "dots": dots(cluster["slug"], x, y)}
            for cluster, (x, y) in zip(clusters, packed.places, strict=True)
        ],
    }


@register.inclusion_tag("core/components/bars.html")
def bars(rows: Iterable[dict[str, Any]], title: str, unit: str, source: str = "") -> dict[str, Any]:
    """Horizontal bars with a table beside them.

    rows: [{"label", "value": a number or None where it is unknown, "url": where the bar leads, or nothing}]
    """
    rows = list(rows)
    most = max((row["value"] or 0 for row in rows), default=0) or 1
    return {
        "rows": [{"url": "", **row, "share": f"{100 * (row['value'] or 0) / most:.1f}%"} for row in rows],
        "title": title,
        "unit": unit,
        "source": source,
    }


@register.inclusion_tag("core/components/paging.html", takes_context=True)
def paging(context: Context, page: Page) -> dict[str, Any]:
    """Links to the pages of a list that keep its filters; nothing when there is one page only."""
    if (numbers := getattr(page, "numbers", None)) is None:
        numbers = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return {
        "request": context["request"],
        "page": page,
        "numbers": numbers,
        "ellipsis": page.paginator.ELLIPSIS,
        "after": getattr(page, "after", None),
        "before": getattr(page, "before", None),
    }


@register.inclusion_tag("core/components/download.html", takes_context=True)
def download(context: Context, name: str, *args: object, query: str | None = None) -> dict[str, Any]:
    """The list as filtered, to take away: `name` is its address, which takes "csv" or "xlsx" after `args`.

    `query` is what stands in the address of the page, unless it is another list's.
    """
    if query is None:
        asked = context["request"].GET.copy()
        for place in tables.PLACES:
            asked.pop(place, None)
        query = f"?{asked.urlencode()}" if asked else ""
    return {
        f"{ending}_url": reverse(name, args=[*args, ending]) + query.removesuffix("?") for ending in ("csv", "xlsx")
    }


# --- the head of a page -----------------------------------------------------------------------------------------------
class Capture(template.Node):
    """Keeps what is inside as one line that may stand in an attribute."""

    def __init__(self, name: str, nodelist: NodeList):
        self.name, self.nodelist = name, nodelist

    def render(self, context: Context) -> str:
        line = " ".join(self.nodelist.render(context).split())
        context[self.name] = mark_safe(line.replace('"', "&quot;"))  # noqa: S308  rendered, hence escaped, above
        return ""


@register.tag
def capture(parser: Parser, token: Token) -> Capture:
    """{% capture name %}…{% endcapture %}: a block that is said in several places, such as the title."""
    try:
        _tag, name = token.split_contents()
    except ValueError:
        raise template.TemplateSyntaxError("capture takes one name") from None
    nodelist = parser.parse(("endcapture",))
    parser.delete_first_token()
    return Capture(name, nodelist)


@register.simple_tag(takes_context=True)
def canonical(context: Context) -> str:
    """The one address of this page: without filters and order, with the page of a list."""
    request = context["request"]
    page = request.GET.get("page", "")
    query = "?" + urlencode({"page": page}) if page.isdecimal() and page != "1" else ""
    return f"{settings.SITE_URL}{request.path}{query}"


@register.simple_tag(takes_context=True)
def language_links(context: Context) -> list[dict[str, Any]]:
    """This page in each language of the site: code, name, url (with what was asked), path, current, exact.

    A page whose address differs in more than its words says so itself: `request.translations`, or `translations` in
    the context, is {code: path}. Where a page is not in a language, the link leads to the home of that language and
    `exact` is False.
    """
    request = context["request"]
    given = getattr(request, "translations", None) or context.get("translations")
    match = request.resolver_match
    own = context.get("LANGUAGE_CODE")
    links = []
    for code, name in settings.LANGUAGES:
        if given:
            url = given.get(code)
        elif match is None or match.url_name == "wagtail_serve":
            url = None
        elif code == own:
            url = request.get_full_path()
        else:
            url = translate_url(request.get_full_path(), code)
        links.append(
            {
                "code": code,
                "name": name,
                "url": url or f"/{code}/",
                "path": (url or "").split("?")[0],
                "current": code == own,
                "exact": bool(url) and (code == own or url != request.get_full_path()),
            }
        )
    return links


NOT_TO_COME_BACK_TO = ("account_login", "account_signup", "account_logout", "account_reset_password")


@register.simple_tag(takes_context=True)
def sign_in_address(context: Context) -> str:
    """Where to sign in, and back to this page after that; from a page that only forms lead to, to the home page."""
    request, address = context["request"], reverse("account_login")
    if request.method not in ("GET", "HEAD") or getattr(request.resolver_match, "url_name", "") in NOT_TO_COME_BACK_TO:
        return address
    return f"{address}?{urlencode({'next': request.get_full_path()})}"


# --- forms ------------------------------------------------------------------------------------------------------------
@register.inclusion_tag("core/components/error_summary.html")
def error_summary(*forms: BaseForm | BaseFormSet, focus: bool = True) -> dict[str, Any]:
    """What is wrong in these forms, each with a link to its field, in the order of the page. Stands above the h1."""
    problems = [problem for form in forms for problem in _problems(form)]
    return {"problems": problems, "focus": focus}


def _problems(form: BaseForm | BaseFormSet) -> Iterator[dict[str, Any]]:
    if not form.is_bound:
        return
    if isinstance(form, BaseFormSet):
        yield from ({"label": "", "message": message, "target": ""} for message in form.non_form_errors())
        for each in form.forms:
            yield from _problems(each)
        return
    yield from ({"label": "", "message": message, "target": ""} for message in form.non_field_errors())
    for field in form:
        yield from (
            {"label": field.label, "message": message, "target": first_control(field)} for message in field.errors
        )


@register.filter(name="one_dot", is_safe=True)
@stringfilter
def one_dot_filter(text: str) -> str:
    """A sentence made in Python, as `blocktranslate` gives those of templates."""
    return one_dot(text)


@register.filter
def first_control(field: BoundField) -> str:
    """Id of the first thing in a field that takes the focus."""
    return f"{field.auto_id}_0" if field.use_fieldset else field.id_for_label


@register.filter
def kind(field: BoundField) -> str:
    """How a field is drawn: "choices", "check", "parts" (several inputs) or "plain"."""
    widget = field.field.widget
    if getattr(widget, "input_type", "") == "checkbox" and not hasattr(widget, "choices"):
        return "check"
    if not field.use_fieldset:
        return "plain"
    return "choices" if hasattr(widget, "choices") else "parts"

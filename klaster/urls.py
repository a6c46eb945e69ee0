"""Every address of the site. Words in addresses are in the page's language; closed unless a view says otherwise."""

from allauth.account.views import logout as sign_out
from django.conf.urls.i18n import i18n_patterns
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls
from wagtail.utils.urlpatterns import decorate_urlpatterns

from klaster import views
from klaster.accounts import office

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path(".well-known/security.txt", views.security_txt, name="security_txt"),
    path("office/login/", office.office_sign_in),
    path("office/logout/", sign_out),
    path("office/password_reset/", office.office_password_reset),
    path("office/password_reset/<path:rest>", office.office_password_reset),
    path("office/account/", office.office_account),
    path("office/users/", office.office_users),
    path("office/users/<path:rest>", office.office_users),
    path("office/groups/", office.office_groups),
    path("office/groups/<path:rest>", office.office_groups),
    path("office/bulk/accounts/<path:rest>", office.office_users),
    path("office/", include(decorate_urlpatterns(wagtailadmin_urls.urlpatterns, office.for_office))),
    path("documents/", include(decorate_urlpatterns(wagtaildocs_urls.urlpatterns, login_not_required))),
    path("favicon.ico", views.favicon, name="favicon"),
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", views.sitemap_index, name="sitemap"),
    path("sitemap-<slug:section>.xml", views.sitemap_section, name="sitemap_section"),
    path("media/<path:path>", views.media, name="media"),
]
urlpatterns += i18n_patterns(
    path("", include("klaster.accounts.urls")),
    path("", include("klaster.core.urls")),
    path("", include("klaster.matchmaking.urls")),
    path("", include("klaster.events.urls")),
    path("", include("klaster.newsroom.urls")),
    path("", include("klaster.directory.urls")),
    # Only the last of Wagtail's: its sign-in and page passwords are doors without rate limits.
    path("", include(decorate_urlpatterns(wagtail_urls.urlpatterns[-1:], login_not_required))),
)

handler400 = views.bad_request
handler403 = views.permission_denied
handler404 = views.page_not_found
handler429 = views.too_many_requests
handler500 = views.server_error

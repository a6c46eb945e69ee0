"""The least a Django site can do: one view, no middleware, no database. What pages are compared with."""

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

settings.configure(ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, SECRET_KEY="bare" * 20, MIDDLEWARE=[])


def view(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain", headers={"Content-Length": "2"})


urlpatterns = [path("", view)]
application = get_wsgi_application()

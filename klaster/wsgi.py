"""The WSGI application: `granian --interface wsgi klaster.wsgi:application`."""

import os

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "klaster.settings")
os.environ.setdefault("STATEMENT_TIMEOUT_SECONDS", "15")
if settings.PRODUCTION and not (settings.STATIC_ROOT / "staticfiles.json").exists():
    raise ImproperlyConfigured("The styles are not there: run `manage.py collectstatic`, see docs/operate.md.")
application = get_wsgi_application()

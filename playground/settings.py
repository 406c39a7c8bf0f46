"""Everything that differs between machines, read from the environment once; README.md has the table."""

import hashlib
import os
import secrets
from pathlib import Path

import environ
from csp.constants import NONCE, NONE, SELF

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env("DATA_DIR", default=str(BASE_DIR / "var")))


def _kept_secret(name: str) -> str:
    """A secret made on the first start and kept beside the data, so that a restart signs nobody out."""
    path = DATA_DIR / name
    if not path.exists():
        DATA_DIR.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48))
    return path.read_text().strip()


DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env("SECRET_KEY", default="") or _kept_secret("secret-key")
PORT = env.int("PORT", default=8000)
PUBLIC_URL = env("PUBLIC_URL", default="").rstrip("/")
SITE_URL = PUBLIC_URL or f"http://127.0.0.1:{PORT}"
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[]) or ([] if PUBLIC_URL else ["*"])
if PUBLIC_URL:
    ALLOWED_HOSTS += [PUBLIC_URL.split("://")[-1].split(":")[0].split("/")[0], "127.0.0.1", "localhost"]
    CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
IS_HTTPS = PUBLIC_URL.startswith("https://")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_HTTPS else None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_AGE = 60 * 60 * 24 * 90
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# The gateway. Without a key the sandbox of this process answers, and the page says so.
GATEWAY_API_KEY = env("TOIOTECH_API_KEY", default="")
GATEWAY_UID = env("GATEWAY_UID", default="")
GATEWAY_PROJECT = env("GATEWAY_PROJECT", default="")
IS_SANDBOX = not GATEWAY_API_KEY
SANDBOX_URL = env("SANDBOX_URL", default=f"http://127.0.0.1:{PORT}/sandbox")
# Ours alone, and the same in each process: the sandbox decodes and fetches, so strangers must not make it work.
SANDBOX_KEY = "sandbox-" + hashlib.sha256(f"sandbox {SECRET_KEY}".encode()).hexdigest()[:32]
GATEWAY_BASE_URL = env("GATEWAY_BASE_URL", default="https://api.toiotech.com").rstrip("/")
FIELD_ENCRYPTION_KEYS = env.list("FIELD_ENCRYPTION_KEYS", default=[])  # newest first; else made from SECRET_KEY

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "channels",
    "csp",
    "chats",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "playground.urls"
ASGI_APPLICATION = "playground.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "chats.views.context.page",
            ],
        },
    },
]

DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'playground.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A test database in a file, one for each run: threads of one in memory meet table locks that no timeout waits for.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / f"test-{os.getpid()}.sqlite3")}
    DATABASES["default"]["CONN_MAX_AGE"] = None  # opening one costs more than most queries
    # Several threads write: take the write lock at BEGIN and wait for it, or a read that turns write fails at once.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-16000;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 0
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True  # a restart of PostgreSQL costs no call
    DATABASES["default"]["OPTIONS"] = {
        "pool": {"min_size": 1, "max_size": env.int("DATABASE_POOL_SIZE", default=10), "timeout": 20}
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env("REDIS_URL", default="")
if REDIS_URL:
    # Several installations may share one Redis: neither hears what another tells its browsers or queues.
    _name = f"{SECRET_KEY}/{DATABASES['default']['NAME']}"
    REDIS_PREFIX = f"playground-{hashlib.sha256(_name.encode()).hexdigest()[:12]}"
    CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.core.RedisChannelLayer",
            # No socket timeout: a receive waits 5 s inside Redis, as long as redis-py 8 waits for an answer.
            "CONFIG": {
                "hosts": [{"address": REDIS_URL, "socket_timeout": None}],
                "capacity": 2000,
                "expiry": 30,
                "prefix": REDIS_PREFIX,
            },
        }
    }
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
            "KEY_PREFIX": REDIS_PREFIX,
        }
    }
    CELERY_BROKER_URL = REDIS_URL
    CELERY_BROKER_TRANSPORT_OPTIONS = {"global_keyprefix": f"{REDIS_PREFIX}-"}
else:
    CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer", "CONFIG": {"capacity": 2000}}}
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    CELERY_BROKER_URL = "memory://"

# Generations: how long a claimed step may be silent, how fast the gateway and the sandbox are asked (1 = as
# docs/generations.md has it), and what one person, one result and one worker's end may cost.
GENERATION_LEASE_S = env.float("GENERATION_LEASE_S", default=30.0)
GENERATION_PACE = env.float("GENERATION_PACE", default=1.0)
SANDBOX_PACE = env.float("SANDBOX_PACE", default=0.1)
GENERATION_DRAIN_S = env.float("GENERATION_DRAIN_S", default=5.0)
MAX_OPEN_GENERATIONS = env.int("MAX_OPEN_GENERATIONS", default=200)
MAX_RESULT_BYTES = env.int("MAX_RESULT_BYTES", default=2 * 1024**3)
RESULT_PATIENCE_S = env.float("RESULT_PATIENCE_S", default=3600.0)

# Accounts: sign-in, password reset by mail and OpenID Connect are allauth's; new accounts come by invitation only.
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
FIRST_START_AGE_S = 60 * 60 * 24
PASSWORD_RESET_TIMEOUT = 60 * 60 * 24
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)  # rate limits count the visitor, not nginx
ACCOUNT_ADAPTER = "chats.adapters.AccountAdapter"
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if IS_HTTPS else "http"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # strangers must not be able to send mail through us
ACCOUNT_EMAIL_VERIFICATION = "none"  # nobody is kept out; a changed address counts once it is confirmed
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_FORMS = {
    "login": "chats.forms.SignInForm",
    "reset_password": "chats.forms.ResetForm",
    "reset_password_from_key": "chats.forms.NewPasswordForm",
}
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*"]
ACCOUNT_USERNAME_VALIDATORS = "chats.forms.NAME_VALIDATORS"
# allauth's own limits on signing in and resetting stand; these are for our doors that mail, hash or call somebody.
ACCOUNT_RATE_LIMITS = {
    "start": "20/m/ip",
    "invitation": "30/h/user",
    "accept": "20/m/ip",
    "team": "20/h/user",
    "gateway_key": "10/m/user",
}
SOCIALACCOUNT_ADAPTER = "chats.adapters.SocialAdapter"
SOCIALACCOUNT_FORMS = {"signup": "chats.forms.SocialSignUpForm"}
OIDC_ALLOWED_DOMAINS = [domain.lower() for domain in env.list("OIDC_ALLOWED_DOMAINS", default=[])]
SOCIALACCOUNT_PROVIDERS: dict = {}
if env("OIDC_CLIENT_ID", default=""):
    SOCIALACCOUNT_PROVIDERS["openid_connect"] = {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "sso",
                "name": env("OIDC_NAME", default="OpenID Connect"),
                "client_id": env("OIDC_CLIENT_ID"),
                "secret": env("OIDC_CLIENT_SECRET", default=""),
                "settings": {"server_url": env("OIDC_SERVER_URL")},
            }
        ],
    }

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_AGE = 60 * 60 * 24 * 365
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "playground.vendored.VendorFinder",
]
NODE_MODULES = BASE_DIR / "node_modules"

MEDIA_ROOT = Path(env("MEDIA_ROOT", default=str(DATA_DIR / "media")))
UPLOAD_ROOT = Path(env("UPLOAD_ROOT", default=str(DATA_DIR / "uploads")))
STORAGES: dict[str, dict] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "playground.vendored.HashedStorage"},
}
if env("S3_BUCKET", default=""):
    STORAGES["default"] = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": env("S3_BUCKET"),
            "endpoint_url": env("S3_ENDPOINT_URL", default="") or None,
            "access_key": env("S3_ACCESS_KEY", default="") or None,
            "secret_key": env("S3_SECRET_KEY", default="") or None,
            "region_name": env("S3_REGION", default="") or None,
            "default_acl": None,
            "file_overwrite": False,
        },
    }

# Limits known to the page before anything is sent (promises.md 51).
MAX_UPLOAD_BYTES = env.int("MAX_UPLOAD_BYTES", default=2 * 1024**3)
UPLOAD_CHUNK_BYTES = env.int("UPLOAD_CHUNK_BYTES", default=8 * 1024**2)
MAX_INLINE_BYTES = env.int("MAX_INLINE_BYTES", default=45 * 1024**2)
MAX_TEXT_CHARACTERS = env.int("MAX_TEXT_CHARACTERS", default=400_000)
MAX_ATTACHMENTS = env.int("MAX_ATTACHMENTS", default=20)
FETCH_PRIVATE = env.bool("FETCH_PRIVATE", default=False)  # fetch from private addresses too; for tests only
SIGNED_URL_AGE_S = env.int("SIGNED_URL_AGE_S", default=3600)
DATA_UPLOAD_MAX_MEMORY_SIZE = UPLOAD_CHUNK_BYTES + 1024**2

EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
SENDS_MAIL = "console" not in EMAIL_CONFIG["EMAIL_BACKEND"]  # else mails are written to the log
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="playground@localhost")

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:", "blob:"],
        "media-src": [SELF, "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "worker-src": [SELF],
        "frame-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {"kombu.connection": {"level": "ERROR"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="WARNING")},
}

"""Settings: SQLite as it lies here, or whatever the environment names. The tests take the same file with other values."""

from __future__ import annotations

import os
from typing import Any

SECRET_KEY = os.environ.get("LAMPS_SECRET", "for-a-trial-on-your-own-machine-only")
DEBUG = False
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "testserver"]
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ROOT_URLCONF = "embedding.django_app.urls"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "embedding.django_app.apps.Lamps",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "embedding.django_app.answers.Problems",
]

DATABASES: dict[str, dict[str, Any]]
if "LAMPS_POSTGRESQL_HOST" in os.environ:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "HOST": os.environ["LAMPS_POSTGRESQL_HOST"],
            "USER": os.environ.get("LAMPS_POSTGRESQL_USER", "lamps"),
            "NAME": os.environ.get("LAMPS_POSTGRESQL_NAME", "lamps"),
        }
    }
else:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": os.environ.get("LAMPS_FILE", "lamps.db"),
            # Who reads and then writes would lose against whoever wrote meanwhile; so each transaction begins as a writer.
            "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 30},
            "TEST": {"NAME": os.environ.get("LAMPS_FILE", "lamps.db") + ".test"},
        }
    }

CIVICFLOW_NOTIFY = [os.environ.get("LAMPS_NOTIFY", "console://stderr")]
"""The channels for which notices are written; `civicflow relay` sends them."""
